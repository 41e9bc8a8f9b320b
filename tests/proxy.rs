//! A road between a client and a portal, on which things go wrong when asked: requests cut, answers lost, late or false.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What goes wrong with a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No connection can be opened for a while.
    Refuse,
    /// The connection is cut as soon as the head of the request is read.
    ResetBefore,
    /// The connection is cut, on both sides, after that share of the body in hundredths.
    ResetAt(u64),
    /// The portal does it, and the answer is lost.
    ApplyThenDrop,
    /// The client waits in vain, and the portal gets the request later.
    ApplyLate,
    /// Answered without reaching the portal.
    Status(u16, &'static str),
    /// The portal does it, and an error page comes back.
    ApplyThenStatus(u16),
    /// The portal does it, and its answer breaks off in the middle of the body.
    Truncate,
    /// The portal does it, and its answer comes byte by byte, too slowly.
    Drip,
    /// The portal does it, and its answer is no HTTP.
    Garbage,
    /// The portal does it, and a page for people comes back, with a success.
    Page,
}

/// When it goes wrong.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trouble {
    pub(crate) fault: Fault,
    /// The first write that it strikes, from 0.
    pub(crate) at: usize,
    /// How many writes in a row; `usize::MAX` until the end.
    pub(crate) times: usize,
}

#[derive(Default)]
struct Seen {
    trouble: Option<Trouble>,
    writes: usize,
    /// Writes that the trouble struck.
    struck: usize,
    /// Requests held back, to be waited for.
    late: Vec<thread::JoinHandle<()>>,
}

/// The road. It ends with the process.
pub(crate) struct Proxy {
    pub(crate) url: String,
    seen: Arc<Mutex<Seen>>,
}

/// How long a late request is held: twice what the client waits.
const LATE: Duration = Duration::from_millis(2600);

impl Proxy {
    /// A road to that address, `http://host:port`.
    pub(crate) fn to(portal: &str) -> Self {
        let upstream: SocketAddr = portal
            .strip_prefix("http://")
            .unwrap()
            .trim_end_matches('/')
            .parse()
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = Arc::clone(&seen);
        let closed = Arc::new(AtomicBool::new(false));
        thread::spawn(move || {
            let mut listener = Some(listener);
            loop {
                if closed.swap(false, Ordering::SeqCst) {
                    drop(listener.take());
                    thread::sleep(Duration::from_millis(300));
                    listener = Some(TcpListener::bind(address).unwrap());
                }
                let open = listener.as_ref().unwrap();
                open.set_nonblocking(true).unwrap();
                match open.accept() {
                    Ok((client, _)) => {
                        client.set_nonblocking(false).unwrap();
                        let (shared, closed) = (Arc::clone(&shared), Arc::clone(&closed));
                        thread::spawn(move || drop(serve(client, upstream, &shared, &closed)));
                    }
                    Err(_) => thread::sleep(Duration::from_millis(1)),
                }
            }
        });
        Self {
            url: format!("http://{address}"),
            seen,
        }
    }

    /// From now on, and counting writes from 0 again.
    pub(crate) fn strike(&self, trouble: Option<Trouble>) {
        let mut seen = self.seen.lock().unwrap();
        seen.trouble = trouble;
        (seen.writes, seen.struck) = (0, 0);
    }

    /// Writes that passed or tried to, since the last call of `strike`.
    pub(crate) fn writes(&self) -> usize {
        self.seen.lock().unwrap().writes
    }

    /// Writes that were struck since the last call of `strike`.
    pub(crate) fn struck(&self) -> usize {
        self.seen.lock().unwrap().struck
    }

    /// Waits until every request held back has reached the portal.
    pub(crate) fn settle(&self) {
        loop {
            let late = std::mem::take(&mut self.seen.lock().unwrap().late);
            if late.is_empty() {
                return;
            }
            late.into_iter().for_each(|thread| thread.join().unwrap());
        }
    }
}

fn serve(
    mut client: TcpStream,
    upstream: SocketAddr,
    seen: &Mutex<Seen>,
    closed: &AtomicBool,
) -> std::io::Result<()> {
    loop {
        let Some((head, body_start)) = read_head(&mut client)? else {
            return Ok(());
        };
        let text = String::from_utf8_lossy(&head).into_owned();
        let line = text.lines().next().unwrap_or_default().to_owned();
        let length: usize = header(&text, "content-length")
            .and_then(|value| value.parse().ok())
            .unwrap_or(0);
        let fault = {
            let mut seen = seen.lock().unwrap();
            let is_write = !line.starts_with("GET ") && !line.starts_with("HEAD ");
            let number = seen.writes;
            seen.writes += usize::from(is_write);
            let fault = seen.trouble.filter(|trouble| {
                is_write && number >= trouble.at && number - trouble.at < trouble.times
            });
            seen.struck += usize::from(fault.is_some());
            fault.map(|trouble| trouble.fault)
        };
        let head = rewritten(&text, upstream);
        match fault {
            None => {
                let body = read_body(&mut client, body_start, length)?;
                client.write_all(&exchange(upstream, &head, &body)?)?;
            }
            Some(Fault::Refuse) => {
                closed.store(true, Ordering::SeqCst);
                return reset(client);
            }
            Some(Fault::ResetBefore) => return reset(client),
            Some(Fault::ResetAt(share)) => {
                let part = length * share as usize / 100;
                let body = read_body(&mut client, body_start, part)?;
                let mut there = TcpStream::connect(upstream)?;
                there.write_all(&head)?;
                there.write_all(&body[..part.min(body.len())])?;
                thread::sleep(Duration::from_millis(20));
                reset(there)?;
                return reset(client);
            }
            Some(Fault::ApplyThenDrop) => {
                let body = read_body(&mut client, body_start, length)?;
                exchange(upstream, &head, &body)?;
                return reset(client);
            }
            Some(Fault::ApplyLate) => {
                let body = read_body(&mut client, body_start, length)?;
                let late = thread::spawn(move || {
                    thread::sleep(LATE);
                    let _ = exchange(upstream, &head, &body);
                });
                seen.lock().unwrap().late.push(late);
                thread::sleep(LATE);
                return reset(client);
            }
            Some(Fault::Status(status, headers)) => {
                read_body(&mut client, body_start, length)?;
                client.write_all(page(status, headers).as_bytes())?;
            }
            Some(Fault::ApplyThenStatus(status)) => {
                let body = read_body(&mut client, body_start, length)?;
                exchange(upstream, &head, &body)?;
                client.write_all(page(status, "").as_bytes())?;
            }
            Some(Fault::Truncate) => {
                let body = read_body(&mut client, body_start, length)?;
                let answer = exchange(upstream, &head, &body)?;
                client.write_all(&answer[..answer.len().saturating_sub(7)])?;
                return client.shutdown(Shutdown::Both);
            }
            Some(Fault::Drip) => {
                let body = read_body(&mut client, body_start, length)?;
                for byte in exchange(upstream, &head, &body)?.chunks(1).take(4) {
                    client.write_all(byte)?;
                    thread::sleep(Duration::from_millis(700));
                }
                return reset(client);
            }
            Some(Fault::Garbage) => {
                let body = read_body(&mut client, body_start, length)?;
                exchange(upstream, &head, &body)?;
                client.write_all(b"\x00\x01 no HTTP at all\r\n\r\n")?;
                return reset(client);
            }
            Some(Fault::Page) => {
                let body = read_body(&mut client, body_start, length)?;
                exchange(upstream, &head, &body)?;
                client.write_all(page(200, "").as_bytes())?;
            }
        }
    }
}

/// The head of a request, and what was read of its body.
fn read_head(client: &mut TcpStream) -> std::io::Result<Option<(Vec<u8>, Vec<u8>)>> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 16 << 10]);
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            return Ok(Some((bytes, rest)));
        }
        match client.read(&mut buffer)? {
            0 => return Ok(None),
            read => bytes.extend_from_slice(&buffer[..read]),
        }
    }
}

fn read_body(client: &mut TcpStream, mut body: Vec<u8>, length: usize) -> std::io::Result<Vec<u8>> {
    let mut buffer = [0; 16 << 10];
    while body.len() < length {
        match client.read(&mut buffer)? {
            0 => break,
            read => body.extend_from_slice(&buffer[..read]),
        }
    }
    Ok(body)
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// The same head for the portal, which answers once and closes.
fn rewritten(head: &str, upstream: SocketAddr) -> Vec<u8> {
    let is_ours = |line: &&str| {
        let name = line.split(':').next().unwrap_or_default();
        !name.eq_ignore_ascii_case("host") && !name.eq_ignore_ascii_case("connection")
    };
    let mut lines = head.lines();
    let mut text = format!(
        "{}\r\nhost: {upstream}\r\nconnection: close\r\n",
        lines.next().unwrap_or_default()
    );
    for line in lines.filter(|line| !line.is_empty()).filter(is_ours) {
        text.push_str(line);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    text.into_bytes()
}

/// The whole answer of the portal.
fn exchange(upstream: SocketAddr, head: &[u8], body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut there = TcpStream::connect(upstream)?;
    there.write_all(head)?;
    there.write_all(body)?;
    let mut answer = Vec::new();
    there.read_to_end(&mut answer)?;
    Ok(answer)
}

fn reset(stream: TcpStream) -> std::io::Result<()> {
    // What is left unread makes the system answer with a reset.
    stream.shutdown(Shutdown::Both)
}

fn page(status: u16, headers: &str) -> String {
    let body = format!("<html><body><h1>{status} from the proxy in front</h1></body></html>");
    format!(
        "HTTP/1.1 {status} Told\r\ncontent-type: text/html\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
}
