//! `linger doctor`: what an evening needs, checked before it begins. It changes nothing.

use crate::{config::Config, settings::Typed};
use std::{
    fs,
    io::Write,
    net::{TcpListener, UdpSocket},
    path::Path,
    process::ExitCode,
    time::{Duration, Instant, SystemTime},
};

/// Syncs measured.
const SYNCS: usize = 50;
/// A sync slower than this makes every answer slow.
const SYNC_SLOW: Duration = Duration::from_millis(20);
/// 2026-01-01T00:00:00Z: no clock that is right shows an earlier time.
const CLOCK_LEAST_S: u64 = 1_767_225_600;
/// Days before its end at which a certificate is worth a warning.
const CERTIFICATE_DAYS: i64 = 21;
/// Sockets wanted beyond those of viewers.
const FILES_SPARE: u64 = 256;

enum Found {
    Good(String),
    Poor(String),
    Bad(String),
}

/// Checks everything and says what it found.
pub fn run(typed: &Typed) -> anyhow::Result<ExitCode> {
    let config = Config::of(typed)?;
    let checks: [(&str, Found); 8] = [
        ("web port", port(TcpListener::bind(config.listen).map(drop), &config.listen)),
        ("media port, UDP", port(UdpSocket::bind(config.media_udp).map(drop), &config.media_udp)),
        (
            "media port, TCP",
            match config.media_tcp {
                Some(address) => port(TcpListener::bind(address).map(drop), &address),
                None => Found::Poor("off: viewers whose network blocks UDP see no picture".to_owned()),
            },
        ),
        ("space", space(&config)),
        ("sync", sync(&config.data)),
        ("open files", open_files(&config)),
        ("clock", clock()),
        ("certificate", certificate(&config)),
    ];
    let mut code = ExitCode::SUCCESS;
    for (name, found) in checks {
        let (mark, words) = match found {
            Found::Good(words) => ("ok  ", words),
            Found::Poor(words) => ("warn", words),
            Found::Bad(words) => {
                code = ExitCode::FAILURE;
                ("BAD ", words)
            }
        };
        println!("{mark}  {name:<16} {words}");
    }
    Ok(code)
}

fn port(bound: std::io::Result<()>, address: &std::net::SocketAddr) -> Found {
    match bound {
        Ok(()) => Found::Good(format!("{address} is free")),
        Err(error) => Found::Bad(format!("{address}: {error} (is the server running already?)")),
    }
}

fn space(config: &Config) -> Found {
    let folder = existing(&config.data);
    match rustix::fs::statvfs(folder) {
        Ok(stat) => {
            let free = stat.f_bavail.saturating_mul(stat.f_frsize);
            let words = format!("{} MB free in {}", free / 1_000_000, folder.display());
            if free > config.disk_spare_bytes { Found::Good(words) } else { Found::Bad(words) }
        }
        Err(error) => Found::Bad(format!("{}: {error}", folder.display())),
    }
}

/// How long it takes until a small write is on the disk.
fn sync(data: &Path) -> Found {
    let path = existing(data).join(".linger-doctor");
    let measured = (|| {
        let mut file = fs::File::create(&path)?;
        let mut times = Vec::with_capacity(SYNCS);
        for _ in 0..SYNCS {
            let begun = Instant::now();
            file.write_all(&[0; 4_096])?;
            file.sync_data()?;
            times.push(begun.elapsed());
        }
        times.sort();
        std::io::Result::Ok((times[SYNCS / 2], times[SYNCS - 1]))
    })();
    let _ = fs::remove_file(&path);
    match measured {
        Ok((median, worst)) => {
            let words = format!("half of the writes are durable within {median:.1?}, all within {worst:.1?}");
            if median < SYNC_SLOW { Found::Good(words) } else { Found::Poor(words) }
        }
        Err(error) => Found::Bad(format!("cannot write into {}: {error}", existing(data).display())),
    }
}

fn open_files(config: &Config) -> Found {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current.unwrap_or(u64::MAX);
    let wanted = config.sockets_per_room_max as u64 + FILES_SPARE;
    let words = format!("{limit} allowed, {wanted} wanted for a full room (ulimit -n)");
    if limit >= wanted { Found::Good(words) } else { Found::Poor(words) }
}

fn clock() -> Found {
    let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map(|it| it.as_secs()).unwrap_or(0);
    if wall < CLOCK_LEAST_S {
        return Found::Bad("it shows a time before 2026".to_owned());
    }
    let steady = Instant::now();
    let before = SystemTime::now();
    let span = Duration::from_millis(200);
    std::thread::sleep(span);
    let walked = before.elapsed().unwrap_or_default();
    let apart = walked.abs_diff(steady.elapsed());
    if apart > Duration::from_millis(20) {
        return Found::Poor(format!("the wall clock is being set: {apart:.1?} apart within {span:.1?}"));
    }
    Found::Good("steady".to_owned())
}

fn certificate(config: &Config) -> Found {
    let Some((cert, key)) = &config.tls else {
        let words = "none: fine on this machine or behind a proxy; cameras need HTTPS elsewhere";
        return if config.listen.ip().is_loopback() {
            Found::Good(words.into())
        } else {
            Found::Poor(words.into())
        };
    };
    if let Err(error) = fs::metadata(key) {
        return Found::Bad(format!("{}: {error}", key.display()));
    }
    let bytes = match fs::read(cert) {
        Ok(bytes) => bytes,
        Err(error) => return Found::Bad(format!("{}: {error}", cert.display())),
    };
    let Some(pem) = x509_parser::pem::Pem::iter_from_buffer(&bytes).flatten().next() else {
        return Found::Bad(format!("{} holds no certificate", cert.display()));
    };
    match pem.parse_x509() {
        Ok(parsed) => match parsed.validity().time_to_expiration().map(|it| it.whole_days()) {
            Some(days) if days > CERTIFICATE_DAYS => Found::Good(format!("holds for {days} more days")),
            Some(days) => Found::Poor(format!("ends in {days} days")),
            None => Found::Bad("is not valid now".to_owned()),
        },
        Err(_) => Found::Bad(format!("{} cannot be read", cert.display())),
    }
}

/// The folder itself, or the nearest one above it that exists.
fn existing(path: &Path) -> &Path {
    let mut at = path;
    while !at.exists() {
        match at.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => at = parent,
            _ => return Path::new("."),
        }
    }
    at
}
