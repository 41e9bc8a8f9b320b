//! The progress of one source, told at most once per slice of bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use debouches_model::{Event, Observer, SourceId, Unit};

/// Bytes between two events.
const SLICE: u64 = 256 << 10;

/// Tells an observer how far the reading of a source is; the task begins with its first bytes and ends when dropped.
pub(crate) struct Progress {
    observer: Arc<dyn Observer>,
    task: String,
    started: AtomicBool,
    reported: AtomicU64,
}

impl Progress {
    pub(crate) fn new(observer: &Arc<dyn Observer>, id: &SourceId) -> Self {
        let task = format!("fetch {id}");
        Self {
            observer: Arc::clone(observer),
            task,
            started: AtomicBool::new(false),
            reported: AtomicU64::new(0),
        }
    }

    /// The reading has reached that many bytes; less than before means that it began again.
    pub(crate) fn reach(&self, done: u64, total: Option<u64>) {
        let reported = self.reported.load(Ordering::Relaxed);
        if !self.started.swap(true, Ordering::Relaxed) {
            self.observer.on(Event::Started {
                task: &self.task,
                total,
                unit: Unit::Bytes,
            });
        }
        if done < reported || done >= reported + SLICE || total == Some(done) {
            self.reported.store(done, Ordering::Relaxed);
            self.observer.on(Event::Advanced {
                task: &self.task,
                done,
            });
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.started.load(Ordering::Relaxed) {
            self.observer.on(Event::Finished { task: &self.task });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct Heard(Mutex<Vec<String>>);

    impl Observer for Heard {
        fn on(&self, event: Event<'_>) {
            self.0.lock().unwrap().push(format!("{event:?}"));
        }
    }

    #[test]
    fn a_reading_is_told_by_slices_and_a_second_attempt_begins_again() {
        let heard = Arc::new(Heard::default());
        let observer: Arc<dyn Observer> = Arc::clone(&heard) as _;
        let progress = Progress::new(&observer, &"ij".parse().unwrap());
        for done in [1, 2, SLICE, 3, SLICE + 3, SLICE + 4] {
            progress.reach(done, Some(SLICE + 4));
        }
        drop(progress);
        let heard = heard.0.lock().unwrap();
        let advanced: Vec<_> = heard
            .iter()
            .filter(|event| event.starts_with("Advanced"))
            .collect();
        assert_eq!((heard.len(), advanced.len()), (6, 4), "{heard:#?}");
        assert!(
            heard[0].starts_with("Started") && heard[5].starts_with("Finished"),
            "{heard:#?}"
        );
    }
}
