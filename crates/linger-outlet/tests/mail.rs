//! Mail to a tiny SMTP server of the test's own.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

use linger_outlet::{MAIL_BYTES_MAX, MailError, Mailer};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
    task::JoinHandle,
};

/// Takes one mail, or says `recipient` to whom it is for; gives back all it was told.
async fn server(recipient: &'static str) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let told = tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        let (read, mut write) = socket.into_split();
        let mut lines = BufReader::new(read).lines();
        let mut told = vec![];
        let mut in_mail = false;
        write.write_all(b"220 test\r\n").await.unwrap();
        while let Some(line) = lines.next_line().await.unwrap() {
            let answer = match line.as_str() {
                "." => {
                    in_mail = false;
                    "250 taken"
                }
                _ if in_mail => "",
                it if it.starts_with("EHLO") => "250 test",
                it if it.starts_with("RCPT") => recipient,
                "DATA" => {
                    in_mail = true;
                    "354 go on"
                }
                "QUIT" => "221 bye",
                _ => "250 ok",
            };
            told.push(line);
            let ends = told.last().is_some_and(|it| it == "." || it == "QUIT") || answer.starts_with('5');
            if !answer.is_empty() {
                write.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
            }
            if ends {
                break;
            }
        }
        told
    });
    (url, told)
}

#[tokio::test]
async fn a_mail_is_handed_over_whole() {
    let (url, told) = server("250 ok").await;
    let mailer = Mailer::new(&url, "Shop <shop@example.com>").unwrap();
    mailer.send("ann@example.com", "Daily report", "D1 return: 41 %\nbetter").await.unwrap();
    let told = told.await.unwrap();
    let has = |part: &str| told.iter().any(|it| it.contains(part));
    assert!(has("MAIL FROM:<shop@example.com>") && has("RCPT TO:<ann@example.com>"), "{told:?}");
    assert!(has("Subject: Daily report") && has("D1 return"), "{told:?}");
}

#[tokio::test]
async fn a_server_that_refuses_and_one_that_is_not_there_are_told_apart() {
    let (url, _told) = server("550 no such mailbox").await;
    let mailer = Mailer::new(&url, "shop@example.com").unwrap();
    assert_eq!(mailer.send("ann@example.com", "x", "y").await, Err(MailError::Refused));
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let mailer = Mailer::new(&url, "shop@example.com").unwrap();
    assert_eq!(mailer.send("ann@example.com", "x", "y").await, Err(MailError::Unavailable));
}

#[tokio::test]
async fn settings_and_fields_are_checked_and_nothing_slips_into_a_header() {
    let field = |it: Result<Mailer, MailError>| match it.unwrap_err() {
        MailError::Field { field, .. } => field,
        other => panic!("{other}"),
    };
    assert_eq!(field(Mailer::new("http://example.com", "a@example.com")), "smtp-url");
    assert_eq!(field(Mailer::new("smtp://example.com", "nobody")), "mail-from");
    let mailer = Mailer::new("smtp://u:secret@127.0.0.1:1", "a@example.com").unwrap();
    assert_eq!(format!("{mailer:?}"), "Mailer");
    for (to, subject, text) in [
        ("b@example.com\r\nBcc: c@example.com", "x", "y".to_owned()),
        ("b@example.com", "x\r\nBcc: c@example.com", "y".to_owned()),
        ("b@example.com", "x", "y".repeat(MAIL_BYTES_MAX + 1)),
    ] {
        assert!(matches!(mailer.send(to, subject, &text).await, Err(MailError::Field { .. })));
    }
}
