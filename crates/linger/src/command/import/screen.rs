//! What an import shows while it runs, and what a dry run shows of the first facts. It does not know how files are read.

use linger_behaviour::{Fact, Number, Text};
use linger_history::import::{Found, Onlooker, Progress, Told, grouped};
use std::{
    fmt::Write as _,
    io::{IsTerminal, Write as _, stderr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// Who looks on in a terminal.
pub struct Screen {
    started: Instant,
    told: Instant,
    /// A terminal's line is drawn over; elsewhere a line is added now and then.
    terminal: bool,
    drawn: bool,
    rehearsal: bool,
    stop: Arc<AtomicBool>,
    /// The format shown last, as files of an archive are mostly alike.
    last: Option<Found>,
    alike: u64,
}

impl Screen {
    /// A screen; a dry run shows how columns are understood.
    pub fn new(rehearsal: bool, stop: Arc<AtomicBool>) -> Screen {
        let (now, terminal) = (Instant::now(), stderr().is_terminal());
        Screen { started: now, told: now, terminal, drawn: false, rehearsal, stop, last: None, alike: 0 }
    }

    /// Leaves the line of progress.
    pub fn end(&mut self) {
        self.clear();
        if self.rehearsal && self.alike > 0 {
            println!("and {} more files of the same format\n", grouped(self.alike));
        }
        self.alike = 0;
    }

    fn clear(&mut self) {
        if self.drawn {
            eprint!("\r\x1b[2K");
            self.drawn = false;
        }
    }
}

impl Onlooker for Screen {
    fn found(&mut self, found: &Found) {
        let alike =
            self.last.as_ref().is_some_and(|it| it.format == found.format && it.unread == found.unread);
        if alike {
            self.alike += 1;
            return;
        }
        self.end();
        self.last = Some(found.clone());
        if self.rehearsal {
            println!("{}", table(found));
        } else {
            eprintln!("{}: {}, {}", found.file, found.format, found.shape);
        }
    }

    fn progress(&mut self, progress: Progress) -> bool {
        let every = Duration::from_millis(if self.terminal { 250 } else { 10_000 });
        if self.told.elapsed() >= every {
            self.told = Instant::now();
            let text = progress_text(progress, self.started.elapsed());
            if self.terminal {
                eprint!("\r\x1b[2K{text}");
                let _ = stderr().flush();
                self.drawn = true;
            } else {
                eprintln!("{text}");
            }
        }
        !self.stop.load(Ordering::Relaxed)
    }
}

fn progress_text(progress: Progress, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64().max(0.001);
    let share = (progress.bytes as f64 / (progress.bytes_all as f64).max(1.0)).clamp(0.0, 1.0);
    let rate = (progress.rows as f64 / seconds) as u64;
    let left = if share > 0.01 {
        let seconds = (seconds / share * (1.0 - share)) as u64;
        format!(", {}:{:02} left", seconds / 60, seconds % 60)
    } else {
        String::new()
    };
    format!("{:5.1} %  {} rows, {} a second{left}", share * 100.0, grouped(progress.rows), grouped(rate))
}

/// How a file is understood: each column, what it means, and what stands there in the first row.
fn table(found: &Found) -> String {
    let mut text = format!("{}\n  {}, {}\n", found.file, found.format, found.shape);
    if found.passed_over {
        text.push_str("  tells of no person and is passed over\n");
        return text;
    }
    for (column, field, example) in &found.columns {
        let _ = writeln!(text, "  {column:<28} {field:<14} {example}");
    }
    for (field, value) in &found.fixed {
        let _ = writeln!(text, "  {:<28} {field:<14} {value}", "(all rows)");
    }
    if !found.unread.is_empty() {
        let _ = writeln!(text, "  not read: {}", found.unread.join(", "));
    }
    text
}

/// The first facts as they would be kept.
pub fn first_facts(first: &[Told]) -> String {
    let mut text = String::new();
    if !first.is_empty() {
        text.push_str("The first facts, as they would be kept:\n");
    }
    for told in first {
        let Fact { at_ms, name, .. } = &told.incoming.fact;
        let at = linger_history::import::time_text(*at_ms);
        let who =
            told.incoming.who.known.as_deref().or(told.incoming.who.anonymous.as_deref()).unwrap_or_default();
        let who = match who.split_once('@') {
            Some((name, _)) => format!("{}…@…", name.chars().take(1).collect::<String>()),
            None => who.to_owned(),
        };
        let _ = write!(text, "  {at} {who} {name}");
        for column in Text::ALL {
            if let Some(value) = told.incoming.fact.text(column) {
                let _ = write!(text, " {}={value}", column.column());
            }
        }
        for column in Number::ALL {
            if let Some(value) = told.incoming.fact.number(column) {
                let _ = write!(text, " {}={value}", column.column());
            }
        }
        text.push('\n');
    }
    if !first.is_empty() {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_says_share_rate_and_time_left() {
        let progress = Progress { bytes: 250, bytes_all: 1000, rows: 1_200_000 };
        let text = progress_text(progress, Duration::from_secs(30));
        assert_eq!(text, " 25.0 %  1,200,000 rows, 40,000 a second, 1:30 left");
    }
}
