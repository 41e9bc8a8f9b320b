//! A loopback server that gives prepared answers in order and records what it was asked.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

/// What the server does with one connection.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Reads the request, sends these bytes as they are, closes.
    Raw(Vec<u8>),
    /// Reads the request and closes without a word: the answer is lost.
    Drop,
    /// Closes after this many bytes of the request.
    Cut(usize),
    /// Reads the request and stays silent.
    Silence,
}

impl Reply {
    /// A whole answer with its length.
    #[must_use]
    pub fn new(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let mut raw = format!(
            "HTTP/1.1 {status} Scripted\r\nconnection: close\r\ncontent-length: {}\r\n",
            body.len()
        );
        for (name, value) in headers {
            raw.push_str(&format!("{name}: {value}\r\n"));
        }
        raw.push_str("\r\n");
        Self::Raw([raw.as_bytes(), body].concat())
    }

    /// A 200 with this body.
    #[must_use]
    pub fn ok(body: impl AsRef<[u8]>) -> Self {
        Self::new(200, &[], body)
    }
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The verb.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Seen {
    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(actual, _)| actual == name)
            .map(|(_, value)| value.as_str())
    }
}

/// The server; stops when dropped.
pub struct ScriptedServer {
    port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl ScriptedServer {
    /// Listens on a free loopback port. Once the script is used up, every answer is 599.
    ///
    /// # Panics
    /// When no port can be opened.
    pub async fn start(script: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a loopback port is free");
        let port = listener
            .local_addr()
            .expect("a bound listener has an address")
            .port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let script = Mutex::new(script.into_iter().collect::<VecDeque<_>>());
        let task = tokio::spawn(serve(listener, script, Arc::clone(&seen)));
        Self { port, seen, task }
    }

    /// An address on this server; `path` begins with `/`.
    ///
    /// # Panics
    /// When the path makes no address.
    #[must_use]
    pub fn url(&self, path: &str) -> Url {
        format!("http://127.0.0.1:{}{path}", self.port)
            .parse()
            .expect("the test gives a path")
    }

    /// The requests so far.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        lock(&self.seen).clone()
    }
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(listener: TcpListener, script: Mutex<VecDeque<Reply>>, seen: Arc<Mutex<Vec<Seen>>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let reply = lock(&script)
            .pop_front()
            .unwrap_or_else(|| Reply::new(599, &[], "the script is over"));
        let seen = Arc::clone(&seen);
        // A connection lost on the way is what some scripts are about.
        tokio::spawn(async move { drop(answer(stream, reply, &seen).await) });
    }
}

async fn answer(mut stream: TcpStream, reply: Reply, seen: &Mutex<Vec<Seen>>) -> io::Result<()> {
    if let Reply::Cut(bytes) = reply {
        stream.read_exact(&mut vec![0; bytes]).await?;
        return Ok(());
    }
    let request = read_request(&mut stream).await?;
    lock(seen).push(request);
    match reply {
        Reply::Raw(bytes) => {
            stream.write_all(&bytes).await?;
            stream.shutdown().await
        }
        Reply::Silence => std::future::pending().await,
        Reply::Drop | Reply::Cut(_) => Ok(()),
    }
}

async fn read_request(stream: &mut TcpStream) -> io::Result<Seen> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut lines = head.lines();
    let mut first = lines
        .next()
        .unwrap_or_default()
        .split(' ')
        .map(str::to_owned);
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let mut seen = Seen {
        method: first.next().unwrap_or_default(),
        path: first.next().unwrap_or_default(),
        headers,
        body: Vec::new(),
    };
    let length = seen
        .header("content-length")
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    seen.body.resize(length, 0);
    stream.read_exact(&mut seen.body).await?;
    Ok(seen)
}
