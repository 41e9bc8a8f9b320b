//! A year and more of nights: the production profile, its hosts rewritten, in front of the producers' twin, through the engine.
//!
//! The calendar tells, for each night on which something happens, the exit code, the datasets that get a version, what the chat
//! room is told and how many rows are set aside. A night that is not in it has no news: it ends with 0, makes nothing, reads no
//! export, says nothing, and leaves the lock file as it was. Time is injected: clock, waits between requests, chat room.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Days, NaiveDate, Utc};
use debouches_engine::operations::{self, Ending};
use debouches_engine::selection::Selection;
use debouches_engine::stages;
use debouches_engine::summary::{Outcome, Summary};
use debouches_engine::{Context, Options, failure};
use debouches_http::testing::InstantPace;
use debouches_model::{FixedClock, Silent, Stage};

use crate::harness::{PipelineTest, project};
use crate::twin::{Accident, Twin, lines, written};

const CFA: &str = "fr-en-inserjeunes-cfa";
const CFA_FINE: &str = "fr-en-inserjeunes-cfa-formation_fine";
const LYCEE: &str = "fr-en-inserjeunes-lycee_pro";
const LYCEE_FINE: &str = "fr-en-inserjeunes-lycee_pro-formation-fine";
const INSERSUP: &str = "fr-esr-insersup";
const PAYSAGE: &str = "fr-esr-principaux-etablissements-enseignement-superieur";
const DIPLOMAS: &str = "V_FORMATION_DIPLOME";
const CERTIF: &str = "f2981d6f-e55c-42cd-8eba-3e891777e222";

/// Nights of the whole calendar.
const NIGHTS: u64 = 410;

/// The first night.
fn first() -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(2026, 1, 20)
        .and_then(|day| day.and_hms_opt(3, 0, 0))
        .unwrap()
        .and_utc()
}

/// What producers do before a night.
type Happening = Box<dyn Fn(&Twin, &mut Kept)>;

/// A night on which something happens.
struct Entry {
    night: u64,
    what: &'static str,
    happens: Happening,
    exit: u8,
    /// Datasets that get a version.
    made: &'static [&'static str],
    /// What the chat room is told, by a word of it; nothing when empty.
    told: &'static str,
    /// Rows set aside, all tables together, beside those of the sample.
    aside: u64,
}

/// Bodies as they were before an accident.
type Kept = BTreeMap<&'static str, Vec<u8>>;

fn entry(night: u64, what: &'static str, happens: impl Fn(&Twin, &mut Kept) + 'static) -> Entry {
    Entry {
        night,
        what,
        happens: Box::new(happens),
        exit: 0,
        made: &[],
        told: "",
        aside: 0,
    }
}

impl Entry {
    fn makes(mut self, made: &'static [&'static str]) -> Self {
        self.made = made;
        self
    }

    fn exits(mut self, exit: u8) -> Self {
        self.exit = exit;
        self
    }

    fn tells(mut self, word: &'static str) -> Self {
        self.told = word;
        self
    }

    fn sets_aside(mut self, rows: u64) -> Self {
        self.aside = rows;
        self
    }
}

/// The producer publishes another body, and the one before is remembered.
fn spoil(key: &'static str, change: fn(Vec<u8>) -> Vec<u8>) -> impl Fn(&Twin, &mut Kept) {
    move |twin, kept| {
        kept.insert(key, twin.body(key));
        twin.rewrite_body(key, change);
    }
}

/// The producer publishes what it published before the accident.
fn correct(key: &'static str) -> impl Fn(&Twin, &mut Kept) {
    move |twin, kept| {
        let body = kept.remove(key).unwrap();
        twin.rewrite_body(key, |_| body);
    }
}

/// The producer publishes another edition, for good.
fn publish(key: &'static str, change: fn(Vec<u8>) -> Vec<u8>) -> impl Fn(&Twin, &mut Kept) {
    move |twin, _| twin.rewrite_body(key, change)
}

fn strike(key: &'static str, accident: Option<Accident>) -> impl Fn(&Twin, &mut Kept) {
    move |twin, _| twin.strike(key, accident)
}

/// A new edition of the same content, so that the export is read, and what goes wrong with it.
fn strike_edition(key: &'static str, accident: Accident) -> impl Fn(&Twin, &mut Kept) {
    move |twin, _| {
        twin.publish(key, ";", ";");
        twin.strike(key, Some(accident));
    }
}

fn text(body: Vec<u8>) -> String {
    String::from_utf8(body).unwrap()
}

fn replaced(body: Vec<u8>, from: &str, to: &str) -> Vec<u8> {
    let text = text(body);
    assert!(text.contains(from), "no {from}");
    text.replacen(from, to, 1).into_bytes()
}

/// The body with its rows of the last cumul again under the next one.
fn with_next_cumul(body: Vec<u8>) -> Vec<u8> {
    let mut rows = lines(&body);
    let cumuls = rows.iter().filter(|row| row[0].starts_with("cumul "));
    let last = cumuls.map(|row| row[0].clone()).max().unwrap();
    let start: u32 = last["cumul ".len()..][..4].parse().unwrap();
    let next = format!("cumul {}-{}", start + 1, start + 2);
    // The row of the sample that is set aside is not copied.
    let is_copied = |row: &&Vec<String>| row[0] == last && row[1] != "0089941N";
    let mut new: Vec<Vec<String>> = rows.iter().filter(is_copied).cloned().collect();
    new.iter_mut().for_each(|row| row[0].clone_from(&next));
    rows.extend(new);
    written(&rows)
}

/// The rows of one cumul alone, under the header.
fn one_cumul(body: Vec<u8>) -> Vec<u8> {
    let rows = lines(&body);
    let (header, rows) = rows.split_first().unwrap();
    let one = rows.iter().filter(|row| row[0] == "cumul 2023-2024");
    written(
        &std::iter::once(header)
            .chain(one)
            .cloned()
            .collect::<Vec<_>>(),
    )
}

/// The rows without those of the last establishment in the last cumul.
fn absorbed(body: Vec<u8>) -> Vec<u8> {
    let mut rows = lines(&body);
    let cumuls = rows.iter().filter(|row| row[0].starts_with("cumul "));
    let last = cumuls.map(|row| row[0].clone()).max().unwrap();
    let gone = rows.iter().rfind(|row| row[0] == last).unwrap()[1].clone();
    rows.retain(|row| row[0] != last || row[1] != gone);
    written(&rows)
}

/// The same text in UTF-16, as an office machine saves it.
fn utf16(body: Vec<u8>) -> Vec<u8> {
    let text = text(body);
    let text = format!("\u{feff}{}", text.trim_start_matches('\u{feff}'));
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// A row of the text twice, at its end.
fn last_row_twice(body: Vec<u8>) -> Vec<u8> {
    let text = text(body);
    let last = text.lines().last().unwrap().to_owned();
    (text + &last + "\n").into_bytes()
}

/// The calendar: what producers do, and what it must cost.
#[expect(clippy::too_many_lines, reason = "one line for each night, in order")]
fn calendar() -> Vec<Entry> {
    vec![
        entry(0, "the first night", |_, _| {}).makes(&[
            "couverture-insertion",
            "definitions-indicateurs",
            "insertion-etablissements",
            "insertion-formations",
            "insertion-superieur",
            "referentiels-formations",
        ]),
        // January: the vintages of InserJeunes, on the same day.
        entry(4, "a new cumul of everything of InserJeunes", |twin, _| {
            for key in [CFA, CFA_FINE, LYCEE, LYCEE_FINE] {
                twin.rewrite_body(key, with_next_cumul);
            }
        })
        .makes(&[
            "couverture-insertion",
            "insertion-etablissements",
            "insertion-formations",
        ])
        .tells("à surveiller"),
        // Producers' machines.
        entry(
            10,
            "502 three times, then 200",
            strike("N_MEF", Some(Accident::BadGateway(3))),
        ),
        entry(
            12,
            "202 with Retry-After",
            strike_edition(INSERSUP, Accident::Preparing),
        ),
        entry(
            14,
            "packed without being asked",
            strike_edition(CFA, Accident::Packed),
        ),
        entry(15, "no length", strike_edition(CFA, Accident::NoLength)),
        entry(16, "as usual", strike(CFA, None)),
        entry(
            18,
            "a page of maintenance",
            strike("N_GROUPE_SPECIALITE", Some(Accident::Maintenance)),
        )
        .exits(75)
        .tells("échec"),
        entry(19, "as usual", strike("N_GROUPE_SPECIALITE", None)).tells("rentré dans l'ordre"),
        entry(21, "an outage of a day", |twin, _| {
            twin.strike_all(Some(Accident::Down))
        })
        .exits(75)
        .tells("échec"),
        entry(22, "up again", |twin, _| twin.strike_all(None)).tells("rentré dans l'ordre"),
        entry(
            25,
            "a week without BCN begins",
            strike(DIPLOMAS, Some(Accident::Down)),
        )
        .exits(75)
        .tells("échec"),
        entry(26, "second night", |_, _| {}).exits(75),
        entry(27, "third night", |_, _| {}).exits(75),
        entry(28, "fourth night", |_, _| {}).exits(75),
        entry(29, "fifth night", |_, _| {}).exits(75),
        entry(30, "sixth night", |_, _| {}).exits(75),
        entry(31, "seventh night", |_, _| {}).exits(75),
        entry(32, "BCN is back", strike(DIPLOMAS, None)).tells("rentré dans l'ordre"),
        entry(35, "cut in the middle", strike_edition(CFA, Accident::Cut))
            .exits(75)
            .tells("échec"),
        entry(36, "whole again", strike(CFA, None)).tells("rentré dans l'ordre"),
        // Damaged text.
        entry(
            40,
            "one cell in UTF-8, decomposed, among cells of Windows-1252",
            spoil(DIPLOMAS, |body| {
                // The whole cell: what a person pasted from elsewhere.
                let (from, to) = (
                    b"Dipl\xF4me 01022105 (libell\xE9 d'essai)".as_slice(),
                    "Diplo\u{302}me 01022105 (libelle\u{301} d'essai)".as_bytes(),
                );
                let mut cells: Vec<&[u8]> = body.split(|byte| *byte == b';').collect();
                let cell = cells.iter().position(|cell| *cell == from).unwrap();
                cells[cell] = to;
                cells.join(&b';')
            }),
        ),
        entry(41, "corrected", correct(DIPLOMAS)),
        entry(
            43,
            "U+FFFD in every name",
            spoil(CFA, |body| {
                text(body)
                    .replace("CFA d'essai", "CFA d\u{fffd}essai")
                    .into_bytes()
            }),
        )
        .exits(3)
        .tells("données refusées"),
        entry(44, "still there: told once", |_, _| {}).exits(3),
        entry(45, "exported again", correct(CFA)).tells("rentré dans l'ordre"),
        entry(
            48,
            "a no-break space read as Latin-1 in a number",
            spoil("fr-esr-insertion_professionnelle-master", |body| {
                replaced(body, ";28000;", ";28Â\u{a0}000;")
            }),
        ),
        entry(
            49,
            "corrected",
            correct("fr-esr-insertion_professionnelle-master"),
        ),
        // Codes.
        entry(
            52,
            "a CFD without its leading zero",
            spoil(CERTIF, |body| {
                let mut rows = lines(&body);
                let column = rows[0]
                    .iter()
                    .position(|name| name == "Code_Scolarité")
                    .unwrap();
                let row = rows
                    .iter_mut()
                    .find(|row| row[column].starts_with('0'))
                    .unwrap();
                row[column].remove(0);
                written(&rows)
            }),
        )
        .tells("à surveiller"),
        entry(53, "corrected", correct(CERTIF)),
        entry(
            55,
            "two UAI in lower case",
            spoil(CFA, |body| {
                let body = replaced(body, "0019974L", "0019974l");
                replaced(body, "0249963Z", "0249963z")
            }),
        )
        .tells("à surveiller"),
        entry(56, "corrected", correct(CFA)),
        entry(
            58,
            "a code of seven characters among nomenclatures",
            spoil(DIPLOMAS, |body| {
                let at = body
                    .windows(9)
                    .position(|nine| nine == b"\n01022701")
                    .unwrap();
                let mut body = body;
                body.splice(at + 1..at + 9, *b"36C250N");
                body
            }),
        )
        .sets_aside(1)
        .makes(&["insertion-formations", "referentiels-formations"])
        .tells("à surveiller"),
        entry(59, "corrected", correct(DIPLOMAS))
            .makes(&["insertion-formations", "referentiels-formations"])
            .tells("à surveiller"),
        // Files.
        entry(
            62,
            "sep= before the header",
            spoil("N_MEF", |body| {
                let text = text(body);
                format!("sep=;\r\n{}", text.trim_start_matches('\u{feff}')).into_bytes()
            }),
        ),
        entry(63, "corrected", correct("N_MEF")),
        entry(
            65,
            "two lines of title",
            spoil(CERTIF, |body| {
                format!("Certif Info;;\nexport du jour;;\n{}", text(body)).into_bytes()
            }),
        ),
        entry(66, "corrected", correct(CERTIF)),
        entry(68, "UTF-16", spoil("N_GROUPE_SPECIALITE", utf16)).tells("à surveiller"),
        entry(69, "corrected", correct("N_GROUPE_SPECIALITE")),
        entry(
            71,
            "blank rows of a spreadsheet",
            spoil("N_LIEN_FORMATION_GROUPE", |body| {
                (text(body) + ";;;\r\n;;;\r\n").into_bytes()
            }),
        ),
        entry(72, "corrected", correct("N_LIEN_FORMATION_GROUPE")),
        entry(
            74,
            "headings in capitals, with blanks at their end",
            spoil("N_MEF", |body| {
                replaced(body, "LIBELLE_COURT;", "Libelle_Court \u{a0};")
            }),
        ),
        entry(75, "corrected", correct("N_MEF")),
        entry(
            77,
            "a new column",
            spoil(CFA, |body| {
                let mut rows = lines(&body);
                rows.iter_mut().for_each(|row| row.push(String::new()));
                "Taux emploi 30 mois".clone_into(rows[0].last_mut().unwrap());
                written(&rows)
            }),
        )
        .tells("à surveiller"),
        entry(78, "dropped again", correct(CFA)),
        entry(
            80,
            "a column that comes and goes is dropped",
            spoil(CFA, |body| {
                let mut rows = lines(&body);
                assert_eq!(rows[0].last().unwrap(), "num_ligne");
                let width = rows[0].len() - 1;
                rows.iter_mut().for_each(|row| row.truncate(width));
                written(&rows)
            }),
        ),
        entry(81, "there again", correct(CFA)),
        entry(
            83,
            "the same establishment twice",
            spoil(CFA, last_row_twice),
        )
        .sets_aside(2)
        .makes(&["couverture-insertion", "insertion-etablissements"])
        .tells("à surveiller"),
        entry(84, "corrected", correct(CFA))
            .makes(&["couverture-insertion", "insertion-etablissements"]),
        entry(88, "a file of one cumul only", spoil(CFA, one_cumul))
            .exits(3)
            .tells("données refusées"),
        entry(89, "still there: told once", |_, _| {}).exits(3),
        entry(90, "every cumul again", correct(CFA)).tells("rentré dans l'ordre"),
        entry(
            95,
            "a renamed column, told before its download",
            strike_edition(INSERSUP, Accident::Renamed),
        )
        .exits(3)
        .tells("données refusées"),
        entry(96, "named as before", strike(INSERSUP, None)).tells("rentré dans l'ordre"),
        entry(
            100,
            "an address that is gone",
            strike("rome", Some(Accident::Gone)),
        )
        .exits(2)
        .tells("échec"),
        entry(101, "there again", strike("rome", None)).tells("rentré dans l'ordre"),
        // Nomenclatures move.
        entry(
            110,
            "a diploma has another name",
            publish(DIPLOMAS, |body| {
                let at = body.windows(4).position(|four| four == b"Dipl").unwrap();
                let mut body = body;
                body.splice(at..at + 4, *b"DIPL");
                body
            }),
        )
        .makes(&["insertion-formations", "referentiels-formations"]),
        entry(
            120,
            "a training is opened",
            publish("N_MEF", |body| {
                let text = text(body);
                let last = text.lines().last().unwrap().to_owned();
                let mut cells: Vec<String> = last.split(';').map(str::to_owned).collect();
                "9990000001".clone_into(&mut cells[0]);
                (text + &cells.join(";") + "\n").into_bytes()
            }),
        ),
        entry(
            130,
            "a diploma is closed",
            publish(DIPLOMAS, |body| {
                let text: Vec<u8> = body;
                let from = b"31/08/2026";
                let at = text.windows(from.len()).position(|ten| ten == from);
                let mut text = text;
                if let Some(at) = at {
                    text.splice(at..at + from.len(), *b"31/08/2025");
                } else {
                    text.extend_from_slice(b"\n");
                }
                text
            }),
        )
        .makes(&[
            "couverture-insertion",
            "insertion-formations",
            "referentiels-formations",
        ]),
        // One night without one producer, then without another.
        entry(140, "a night without the portal of schools", |twin, _| {
            for key in [CFA, CFA_FINE, LYCEE, LYCEE_FINE] {
                twin.strike(key, Some(Accident::Down));
            }
        })
        .exits(75)
        .tells("échec"),
        entry(141, "back the next night", |twin, _| {
            for key in [CFA, CFA_FINE, LYCEE, LYCEE_FINE] {
                twin.strike(key, None);
            }
        })
        .tells("rentré dans l'ordre"),
        entry(
            143,
            "a night without InserSup",
            strike(INSERSUP, Some(Accident::Down)),
        )
        .exits(75)
        .tells("échec"),
        entry(144, "back the next night", strike(INSERSUP, None)).tells("rentré dans l'ordre"),
        // Establishments merge: the one that is absorbed has no row any more in the last cumul.
        entry(150, "two CFA merge", publish(CFA, absorbed))
            .makes(&["couverture-insertion", "insertion-etablissements"]),
        entry(
            152,
            "two universities merge",
            publish(PAYSAGE, |body| {
                let mut rows = lines(&body);
                let column = |name: &str| rows[0].iter().position(|heading| heading == name);
                let (uai, previous) = (
                    column("uai - identifiant").unwrap(),
                    column("anciens codes uai").unwrap(),
                );
                let absorbed = rows.remove(2);
                rows[1][previous].clone_from(&absorbed[uai]);
                written(&rows)
            }),
        ),
        // Spring is quiet. July: revisions under the same names.
        entry(
            175,
            "a revised edition under the same name",
            publish(LYCEE_FINE, |body| {
                replaced(body, ";45;23;32;45.0;43.0;", ";45;23;32;45.0;42.0;")
            }),
        )
        .makes(&["insertion-formations"]),
        // InserSup: end of July, and December.
        entry(
            190,
            "InserSup: an establishment takes another name",
            publish(INSERSUP, |body| {
                text(body)
                    .replace("Université d'essai 01", "Université d'essai 01 bis")
                    .into_bytes()
            }),
        )
        .makes(&["insertion-superieur", "referentiels-formations"]),
        entry(
            230,
            "a new university",
            publish(PAYSAGE, |body| {
                let mut rows = lines(&body);
                let mut row = rows[1].clone();
                "eS099".clone_into(&mut row[0]);
                "Université d'essai 99".clone_into(&mut row[1]);
                "0699951S".clone_into(&mut row[11]);
                rows.push(row);
                written(&rows)
            }),
        ),
        entry(
            335,
            "InserSup: a correction in December",
            publish(INSERSUP, |body| {
                text(body)
                    .replace("Université d'essai 03", "Université d'essai 03 bis")
                    .into_bytes()
            }),
        )
        .makes(&["insertion-superieur", "referentiels-formations"]),
        // The next January, one table a month late: what is made of all of them moved too far since, and a person decides.
        entry(
            369,
            "a new cumul of InserJeunes, but of trainings of CFA",
            |twin, _| {
                for key in [CFA, LYCEE, LYCEE_FINE] {
                    twin.rewrite_body(key, with_next_cumul);
                }
            },
        )
        .makes(&[
            "couverture-insertion",
            "insertion-etablissements",
            "insertion-formations",
        ])
        .tells("à surveiller"),
        entry(
            407,
            "a new cumul of trainings of CFA, late",
            publish(CFA_FINE, with_next_cumul),
        )
        .exits(3)
        .tells("données refusées"),
        entry(408, "it waits for a decision, told once", |_, _| {}).exits(3),
        entry(409, "it waits for a decision, told once", |_, _| {}).exits(3),
    ]
}

/// What a night did.
struct Did {
    exit: u8,
    made: BTreeSet<String>,
    told: Vec<String>,
    aside: u64,
    exports: usize,
    moved_lock: bool,
    summary: String,
}

struct Year {
    pipeline: PipelineTest,
    twin: Twin,
    runtime: tokio::runtime::Runtime,
}

impl Year {
    fn open() -> Self {
        let twin = Twin::open();
        let config = std::fs::read_to_string(project().join("pipeline.toml")).unwrap();
        let profile = format!(
            "[profile.twin]\nextends = \"production\"\nportal = \"practice\"\n{}\n",
            twin.rewrite()
        );
        let room = "[operations.webhook]\nurl_env = \"DEBOUCHES_WEBHOOK\"\n";
        let pipeline = PipelineTest::with_config(&config).with(&(profile + room));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        Self {
            pipeline,
            twin,
            runtime,
        }
    }

    /// The run of a night, as the command `run` does it.
    fn run(&self, night: u64) -> Did {
        self.twin.requests();
        self.twin.told();
        let lock_file = self.pipeline.path("pipeline.twin.lock");
        let before = std::fs::read(&lock_file).unwrap_or_default();
        let (exit, summary) = self.runtime.block_on(self.stages(night));
        let requests = self.twin.requests();
        let made = summary
            .steps
            .iter()
            .filter(|step| step.outcome == Outcome::Made);
        let published = made.filter(|step| step.stage == Stage::Package);
        let aside = summary
            .steps
            .iter()
            .filter(|step| step.stage == Stage::Validate);
        let aside = aside.filter_map(|step| Some(step.report.as_ref()?.rows.refused));
        Did {
            exit,
            made: published.map(|step| step.subject.clone()).collect(),
            told: self.twin.told(),
            aside: aside.sum(),
            exports: requests
                .iter()
                .filter(|path| path.contains("/exports/"))
                .count(),
            moved_lock: std::fs::read(&lock_file).unwrap_or_default() != before,
            summary: summary
                .steps
                .iter()
                .filter(|step| step.outcome != Outcome::Kept)
                .map(|step| {
                    format!(
                        "{} {} {:?}: {}",
                        step.stage, step.subject, step.outcome, step.detail
                    )
                })
                .collect::<Vec<_>>()
                .join("\n"),
        }
    }

    async fn stages(&self, night: u64) -> (u8, Summary) {
        let options = Options {
            directory: Some(self.pipeline.folder().to_path_buf()),
            profile: Some("twin".to_owned()),
            jobs: Some(2),
            ..Options::default()
        };
        let mut context = Context::open(&options, Arc::new(Silent)).await.unwrap();
        context.clock = Arc::new(FixedClock(first() + Days::new(night)));
        context.pace = Arc::new(InstantPace::default());
        context.room = Some(self.twin.room());
        context.run = format!("night-{night}");
        let selection = Selection::of(&context.pipeline, &[]).unwrap();
        let lock = context.lock("nights").await.unwrap();
        let started = Instant::now();
        let mut summary = Summary::default();
        let mut error = None;
        for stage in Stage::ALL {
            if let Err(failed) = stages::run(stage, &context, &selection, &lock, &mut summary).await
            {
                error = Some(failed);
                break;
            }
        }
        let exit = error.as_ref().map_or_else(
            || summary.exit_code(),
            |error| failure::fault_of(error).exit_code(),
        );
        let ending = Ending {
            command: "nights",
            started,
            summary: &summary,
            error: error.as_ref(),
            exit,
        };
        operations::close(&context, lock, &ending).await;
        (exit, summary)
    }
}

/// The nights, in order; every difference with the calendar is gathered before any is told.
#[test]
fn a_year_of_nights_does_what_its_calendar_says() {
    let year = Year::open();
    let calendar = calendar();
    let mut kept = Kept::new();
    let mut wrong = Vec::new();
    let (mut usual, mut quiet, mut versions) = (0, 0, 0);
    let mut exits: BTreeMap<u8, u64> = BTreeMap::new();
    let mut asked: BTreeSet<&str> = BTreeSet::new();
    // An ordinary run of the tests passes over most nights without news: one is kept after each night of the calendar.
    let is_whole = std::env::var_os("DEBOUCHES_YEAR").is_some();
    let is_run = |night: &u64| {
        let mut nights = calendar.iter().map(|entry| entry.night);
        is_whole || nights.any(|known| known == *night || known + 1 == *night)
    };
    let mut nights = 0;
    for night in (0..NIGHTS).filter(is_run) {
        nights += 1;
        let entry = calendar.iter().find(|entry| entry.night == night);
        if let Some(entry) = entry {
            (entry.happens)(&year.twin, &mut kept);
        }
        let did = year.run(night);
        let what = entry.map_or("no news", |entry| entry.what);
        let exit = entry.map_or(0, |entry| entry.exit);
        let made: BTreeSet<String> = entry
            .map(|entry| entry.made.iter().map(|name| (*name).to_owned()).collect())
            .unwrap_or_default();
        if night == 0 {
            usual = did.aside;
        }
        let aside = usual + entry.map_or(0, |entry| entry.aside);
        let told = entry.map_or("", |entry| entry.told);
        let before = wrong.len();
        let mut differs = |is_right: bool, how: String| {
            if !is_right {
                wrong.push(format!("night {night}, {what}: {how}"));
            }
        };
        differs(did.exit == exit, format!("exit {}, not {exit}", did.exit));
        differs(
            did.made == made,
            format!("made {:?}, not {made:?}", did.made),
        );
        // A source that did not come leaves its table unchecked: nothing is set aside that night.
        differs(
            exit != 0 || did.aside == aside,
            format!("{} rows set aside, not {aside}", did.aside),
        );
        let is_told = match (told, did.told.as_slice()) {
            ("", []) => true,
            ("", _) => false,
            (word, [message]) => message.contains(word),
            _ => false,
        };
        differs(is_told, format!("told {:?}, not {told:?}", did.told));
        if entry.is_none() {
            quiet += 1;
            differs(did.exports == 0, format!("{} exports read", did.exports));
            differs(!did.moved_lock, "the lock file moved".to_owned());
        }
        if wrong.len() > before {
            wrong.push(did.summary.clone());
        }
        versions += did.made.len();
        *exits.entry(did.exit).or_default() += 1;
        if matches!(did.exit, 2 | 3) && !told.is_empty() {
            asked.insert(what);
        }
    }
    eprintln!(
        "{nights} nights, {quiet} without news; by exit code {exits:?}; {versions} versions; a person was asked {} times: {asked:?}",
        asked.len()
    );
    assert!(
        wrong.is_empty(),
        "{} differences\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
