//! A post office for one test: a tiny SMTP server that takes every mail. It knows no test.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// Where mail goes.
pub struct PostOffice {
    pub url: String,
    mails: Arc<Mutex<Vec<String>>>,
}

impl PostOffice {
    pub async fn open() -> PostOffice {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let mails = Arc::new(Mutex::new(vec![]));
        let kept = mails.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(take(socket, kept.clone()));
            }
        });
        PostOffice { url, mails }
    }

    /// All mails so far, each with its commands, lines that were folded put together again.
    pub fn mails(&self) -> Vec<String> {
        self.mails.lock().unwrap().clone()
    }
}

async fn take(socket: TcpStream, mails: Arc<Mutex<Vec<String>>>) {
    let (read, mut write) = socket.into_split();
    let mut lines = BufReader::new(read).lines();
    let (mut told, mut in_mail) = (String::new(), false);
    write.write_all(b"220 test\r\n").await.unwrap();
    while let Ok(Some(line)) = lines.next_line().await {
        let answer = match line.as_str() {
            "." => {
                in_mail = false;
                mails.lock().unwrap().push(std::mem::take(&mut told).replace("=\n", ""));
                "250 taken\r\n"
            }
            _ if in_mail => "",
            "DATA" => {
                in_mail = true;
                "354 go on\r\n"
            }
            "QUIT" => "221 bye\r\n",
            _ => "250 ok\r\n",
        };
        told.push_str(&line);
        told.push('\n');
        if write.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}
