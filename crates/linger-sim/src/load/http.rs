//! One HTTP/1.1 connection that is kept, with as many requests under way as the caller likes.
//!
//! It does not know what is asked. It reads answers with a `content-length`, which is all our interface gives to a
//! client that accepts no compression.

use crate::fault::Fault;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const ANSWER_MAX: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(super) struct Http {
    stream: TcpStream,
    authority: String,
    read: Vec<u8>,
}

/// Status and body.
#[derive(Debug)]
pub(super) struct HttpAnswer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

impl Http {
    pub(super) async fn open(authority: &str) -> Result<Http, Fault> {
        let broke = |source| Fault::Unreachable { doing: "connecting", source };
        let stream = TcpStream::connect(authority).await.map_err(broke)?;
        stream.set_nodelay(true).map_err(broke)?;
        Ok(Http { stream, authority: authority.to_owned(), read: Vec::new() })
    }

    /// Sends one request; `headers` are whole lines.
    pub(super) async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &[u8],
    ) -> Result<(), Fault> {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\n{headers}content-length: {}\r\n\r\n",
            self.authority,
            body.len()
        );
        let mut request = head.into_bytes();
        request.extend_from_slice(body);
        let sent = self.stream.write_all(&request).await;
        sent.map_err(|source| Fault::Unreachable { doing: "sending a request", source })
    }

    /// The next answer, in the order of the requests.
    pub(super) async fn receive(&mut self) -> Result<HttpAnswer, Fault> {
        let doing = "waiting for an answer";
        loop {
            if let Some((answer, used)) = parse(&self.read)? {
                self.read.drain(..used);
                return Ok(answer);
            }
            let reading = timeout(ANSWER_MAX, self.stream.read_buf(&mut self.read)).await;
            let reading =
                reading.map_err(|_| Fault::Silent { doing, within_ms: ANSWER_MAX.as_millis() as u64 })?;
            if reading.map_err(|source| Fault::Unreachable { doing, source })? == 0 {
                return Err(Fault::Unreachable { doing, source: std::io::ErrorKind::UnexpectedEof.into() });
            }
        }
    }
}

/// The first answer and how many bytes it takes; `None` when it is not whole.
fn parse(bytes: &[u8]) -> Result<Option<(HttpAnswer, usize)>, Fault> {
    let doing = "reading an answer";
    let Some(end) = memchr::memmem::find(bytes, b"\r\n\r\n") else {
        if bytes.len() > 64 * 1024 {
            return Err(Fault::strange(doing, "its head does not end"));
        }
        return Ok(None);
    };
    let head = std::str::from_utf8(&bytes[..end]).map_err(|why| Fault::strange(doing, why))?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.get(9..12)?.parse().ok());
    let status: u16 = status.ok_or_else(|| Fault::strange(doing, "no status"))?;
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let length = match length {
        Some(length) if length <= 16 << 20 => length,
        None if status == 204 || status == 304 => 0,
        _ => return Err(Fault::strange(doing, "no length that can be")),
    };
    let body = bytes.get(end + 4..end + 4 + length);
    Ok(body.map(|body| (HttpAnswer { status, body: body.to_vec() }, end + 4 + length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_one_after_another_however_they_are_cut() {
        let two = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 409 Conflict\r\ncontent-length:0\r\n\r\n";
        let (first, used) = parse(two).unwrap().unwrap();
        assert_eq!((first.status, first.body.as_slice()), (200, b"abc".as_slice()));
        let (second, rest) = parse(&two[used..]).unwrap().unwrap();
        assert_eq!((second.status, second.body.len(), used + rest), (409, 0, two.len()));
        for cut in 0..used {
            assert!(parse(&two[..cut]).unwrap().is_none(), "cut at {cut}");
        }
        assert!(parse(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
    }
}
