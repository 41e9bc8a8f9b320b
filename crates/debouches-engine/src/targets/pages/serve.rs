//! Serves a site on loopback, to look at it as readers will: files, and nothing else.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Component, Path, PathBuf};

use anyhow::Context as _;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Longest request head that is read, in bytes.
const LONGEST: usize = 16 << 10;

/// A server that listens.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    folder: PathBuf,
    /// Where it listens.
    pub address: SocketAddr,
}

/// Listens on loopback; port 0 takes a free one.
///
/// # Errors
/// When the port is taken.
pub async fn serve(folder: &Path, port: u16) -> anyhow::Result<Server> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .with_context(|| format!("cannot listen on port {port}"))?;
    Ok(Server {
        address: listener.local_addr()?,
        listener,
        folder: folder.to_path_buf(),
    })
}

impl Server {
    /// Answers until the future is dropped.
    ///
    /// # Errors
    /// When the socket fails.
    pub async fn run(&self) -> anyhow::Result<()> {
        loop {
            let (stream, _) = self.listener.accept().await?;
            let (folder, port) = (self.folder.clone(), self.address.port());
            tokio::spawn(async move {
                // A reader that goes away is no failure of ours.
                let _ = answer(stream, &folder, port).await;
            });
        }
    }
}

async fn answer(stream: TcpStream, folder: &Path, port: u16) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let (mut first, mut host, mut read) = (String::new(), String::new(), 0);
    loop {
        let mut line = String::new();
        read += reader.read_line(&mut line).await?;
        if read > LONGEST {
            return Ok(());
        }
        if first.is_empty() {
            first.clone_from(&line);
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("host")
        {
            value.trim().clone_into(&mut host);
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut stream = reader.into_inner();
    // A page of elsewhere that makes its name point here must not read this machine.
    let is_ours = [format!("localhost:{port}"), format!("127.0.0.1:{port}")].contains(&host);
    let mut words = first.split(' ');
    let (method, target) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let (status, kind, body) = if !is_ours {
        (
            "403 Forbidden",
            "text/plain",
            b"this server answers to localhost only\n".to_vec(),
        )
    } else if method != "GET" && method != "HEAD" {
        (
            "405 Method Not Allowed",
            "text/plain",
            b"GET or HEAD\n".to_vec(),
        )
    } else {
        match file(folder, target) {
            Some((path, body)) => ("200 OK", media_type(&path), body),
            None => ("404 Not Found", "text/plain", b"nothing here\n".to_vec()),
        }
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nAccess-Control-Allow-Origin: *\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-cache\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    if method != "HEAD" {
        stream.write_all(&body).await?;
    }
    stream.shutdown().await
}

/// The file of an address, when it is one of the folder.
fn file(folder: &Path, target: &str) -> Option<(PathBuf, Vec<u8>)> {
    let path = target.split(['?', '#']).next()?.trim_start_matches('/');
    let path = Path::new(path);
    if !path
        .components()
        .all(|part| matches!(part, Component::Normal(_)))
    {
        return None;
    }
    let mut path = folder.join(path);
    if path.is_dir() {
        path.push("index.html");
    }
    let body = std::fs::read(&path).ok()?;
    Some((path, body))
}

fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json" | "jsonld") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("csv") => "text/csv; charset=utf-8",
        Some("md" | "txt") => "text/plain; charset=utf-8",
        Some("atom" | "xml") => "application/xml",
        Some("parquet") => "application/vnd.apache.parquet",
        _ => "application/octet-stream",
    }
}
