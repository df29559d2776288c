//! Mail to a tiny SMTP server of the test's own.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

use linger_outlet::{
    Clock, Letter, MAIL_BYTES_MAX, MailError, MailOutbox, Mailer, OutboxConfig, is_mail_address,
};
use linger_protocol::Millis;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
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

fn letter(subject: &str, text: &str) -> Letter {
    Letter { subject: subject.to_owned(), text: text.to_owned(), files: vec![] }
}

#[tokio::test]
async fn a_mail_is_handed_over_whole() {
    let (url, told) = server("250 ok").await;
    let mailer = Mailer::new(&url, "Shop <shop@example.com>").unwrap();
    mailer.send("ann@example.com", &letter("Daily report", "D1 return: 41 %\nbetter")).await.unwrap();
    let told = told.await.unwrap();
    let has = |part: &str| told.iter().any(|it| it.contains(part));
    assert!(has("MAIL FROM:<shop@example.com>") && has("RCPT TO:<ann@example.com>"), "{told:?}");
    assert!(has("Subject: Daily report") && has("D1 return"), "{told:?}");
}

#[tokio::test]
async fn a_server_that_refuses_and_one_that_is_not_there_are_told_apart() {
    let (url, _told) = server("550 no such mailbox").await;
    let mailer = Mailer::new(&url, "shop@example.com").unwrap();
    assert_eq!(mailer.send("ann@example.com", &letter("x", "y")).await, Err(MailError::Refused));
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let mailer = Mailer::new(&url, "shop@example.com").unwrap();
    assert_eq!(mailer.send("ann@example.com", &letter("x", "y")).await, Err(MailError::Unavailable));
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
        assert!(matches!(mailer.send(to, &letter(subject, &text)).await, Err(MailError::Field { .. })));
    }
}

#[tokio::test]
async fn a_page_travels_with_its_mail() {
    let (url, told) = server("250 ok").await;
    let mailer = Mailer::new(&url, "shop@example.com").unwrap();
    let page = ("tea.html".to_owned(), "<!doctype html><p>hello</p>".to_owned());
    let letter = Letter { files: vec![page.clone()], ..letter("Report", "in short") };
    mailer.send("ann@example.com", &letter).await.unwrap();
    let told = told.await.unwrap().join("\n");
    assert!(told.contains("multipart/mixed") && told.contains("filename=\"tea.html\""), "{told}");
    assert!(told.contains("in short") && told.contains("<p>hello</p>"), "{told}");
    for files in [
        vec![("../x".to_owned(), String::new())],
        vec![page.clone(); 21],
        vec![("x".to_owned(), "y".repeat((4 << 20) + 1))],
    ] {
        let refused = mailer.send("ann@example.com", &Letter { files, ..letter.clone() }).await;
        assert!(matches!(refused, Err(MailError::Field { field: "files", .. })));
    }
}

/// An outbox whose server is at `url`, in a folder that outlives it.
async fn outbox(dir: &std::path::Path, url: &str, now: &Arc<AtomicI64>) -> MailOutbox {
    let now = now.clone();
    let clock: Clock = Arc::new(move || Millis(now.load(Ordering::SeqCst)));
    let mailer = Mailer::new(url, "shop@example.com").unwrap();
    MailOutbox::open(OutboxConfig { dir: dir.to_owned(), clock, mailer }).await.unwrap()
}

#[tokio::test]
async fn a_letter_outlives_a_server_that_is_away_and_a_restart_and_goes_out_once() {
    let dir = tempfile::tempdir().unwrap();
    let now = Arc::new(AtomicI64::new(1_700_000_000_000));
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let away = format!("smtp://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let first = outbox(dir.path(), &away, &now).await;
    let to = vec!["ann@example.com".to_owned()];
    assert!(first.keep("report-1", &to, &letter("Report", "of today")).await.unwrap());
    assert!(!first.keep("report-1", &to, &letter("Report", "again")).await.unwrap(), "kept once");
    let again = first.deliver_due().await.unwrap().unwrap();
    assert_eq!(again.0 - now.load(Ordering::SeqCst), 60_000);
    drop(first);
    let (url, told) = server("250 ok").await;
    let second = outbox(dir.path(), &url, &now).await;
    assert_eq!(second.deliver_due().await.unwrap(), Some(again), "not before it is due");
    now.store(again.0, Ordering::SeqCst);
    assert_eq!(second.deliver_due().await.unwrap(), None);
    let told = told.await.unwrap().join("\n");
    assert!(told.contains("of today") && !told.contains("again"), "{told}");
    assert!(!second.keep("report-1", &to, &letter("Report", "of today")).await.unwrap(), "sent once");
    assert_eq!(second.deliver_due().await.unwrap(), None);
}

#[tokio::test]
async fn a_mail_nobody_takes_is_given_up_after_three_days() {
    let dir = tempfile::tempdir().unwrap();
    let begin = 1_700_000_000_000;
    let now = Arc::new(AtomicI64::new(begin));
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let away = format!("smtp://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let outbox = outbox(dir.path(), &away, &now).await;
    outbox.keep("a", &["ann@example.com".to_owned()], &letter("x", "y")).await.unwrap();
    let mut tries = 0;
    while let Some(at) = outbox.deliver_due().await.unwrap() {
        now.store(at.0, Ordering::SeqCst);
        tries += 1;
        assert!(tries < 20);
    }
    assert_eq!(tries, 8);
    assert!(now.load(Ordering::SeqCst) - begin > 3 * 86_400_000);
}

#[tokio::test]
async fn the_outbox_keeps_its_bounds() {
    let dir = tempfile::tempdir().unwrap();
    let now = Arc::new(AtomicI64::new(0));
    let outbox = outbox(dir.path(), "smtp://127.0.0.1:9", &now).await;
    let ann = vec!["ann@example.com".to_owned()];
    for (id, to) in [
        ("two words", ann.clone()),
        ("", ann.clone()),
        ("a", vec!["nobody".to_owned()]),
        ("a", vec![ann[0].clone(); 21]),
    ] {
        assert!(matches!(outbox.keep(id, &to, &letter("x", "y")).await, Err(MailError::Field { .. })));
    }
    for i in 0..linger_outlet::LETTERS_WAITING_MAX {
        outbox.keep(&format!("l{i}"), &ann, &letter("x", "y")).await.unwrap();
    }
    assert_eq!(outbox.keep("more", &ann, &letter("x", "y")).await, Err(MailError::Full));
    for address in ["", "ann", "ann@", "a@example.com\r\nBcc: b@example.com"] {
        assert!(!is_mail_address(address), "{address}");
    }
    assert!(is_mail_address("Ann <ann@example.com>"));
}
