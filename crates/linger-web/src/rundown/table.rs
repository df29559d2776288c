//! A run of show as a table for spreadsheets: `title,item,minutes,climax,points,activity`, one step a line. It does not
//! know the document's settings, which a table does not have.

use super::{document::Problems, with_settings_of};
use crate::wire::{RundownProblem, RundownStep, RundownWire};
use linger_protocol::{Limits, Rundown};

const COLUMNS: [&str; 6] = ["title", "item", "minutes", "climax", "points", "activity"];
/// Stands between two talking points of one cell.
const BETWEEN: char = '|';

/// The steps as a table, readable by [`read`].
pub(super) fn written(rundown: &RundownWire) -> String {
    let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(vec![]);
    let steps = rundown.steps.iter().map(|step| {
        [
            safe(&step.title),
            step.item.map(|item| item.to_string()).unwrap_or_default(),
            minutes(step.lasts_ms),
            if step.climax { "yes".to_owned() } else { String::new() },
            safe(&step.points.iter().map(|it| it.replace(BETWEEN, "/")).collect::<Vec<_>>().join(" | ")),
            step.activity.as_ref().and_then(|act| serde_json::to_string(act).ok()).unwrap_or_default(),
        ]
    });
    for line in std::iter::once(COLUMNS.map(str::to_owned)).chain(steps) {
        table.write_record(&line).expect("writing into a Vec cannot fail");
    }
    let bytes = table.into_inner().expect("writing into a Vec cannot fail");
    // The mark tells spreadsheets that it is UTF-8.
    format!("\u{feff}{}", String::from_utf8_lossy(&bytes))
}

/// Reads a table; what it does not say is taken from the present document. Gives also the lines on which the steps stand.
pub(super) fn read(bytes: &[u8], present: &Rundown) -> Result<(RundownWire, Vec<u32>), Vec<RundownProblem>> {
    let mut problems = Problems::default();
    let Ok(text) = std::str::from_utf8(bytes) else {
        problems.add(0, "", "not-utf8");
        return problems.none_or((with_settings_of(present, vec![]), vec![]));
    };
    let text = text.trim_start_matches('\u{feff}');
    let head = text.lines().next().unwrap_or("");
    let delimiter = if head.contains(';') && !head.contains(',') { b';' } else { b',' };
    let mut table =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let places = columns(&mut problems, table.headers().ok());
    let (mut steps, mut lines) = (vec![], vec![]);
    for record in table.records() {
        // What is UTF-8 and may have any number of cells can always be read.
        let Ok(record) = record else { break };
        let line = record.position().map_or(0, |at| line_at(text, at.byte()));
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if steps.len() > Limits::STEPS_MAX {
            break;
        }
        let cell = |column: usize| {
            let place = places.get(column).copied().flatten();
            place.and_then(|place| record.get(place)).unwrap_or("").trim()
        };
        steps.push(step(&mut problems, line, cell));
        lines.push(line);
    }
    problems.none_or((with_settings_of(present, steps), lines))
}

/// The line of a record that begins at this byte, or after the empty lines there.
fn line_at(text: &str, byte: u64) -> u32 {
    let byte = usize::try_from(byte).unwrap_or(usize::MAX).min(text.len());
    let (before, rest) = text.as_bytes().split_at(byte);
    let empty = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    let ends = before.iter().chain(empty).filter(|byte| **byte == b'\n').count();
    u32::try_from(ends + 1).unwrap_or(u32::MAX)
}

/// Where each column stands.
fn columns(problems: &mut Problems, head: Option<&csv::StringRecord>) -> [Option<usize>; 6] {
    let head: Vec<String> =
        head.map(|head| head.iter().map(|it| it.trim().to_lowercase()).collect()).unwrap_or_default();
    if let Some(unknown) = head.iter().position(|it| !COLUMNS.contains(&it.as_str())) {
        problems.add(1, &format!("column {}", unknown + 1), "bad-field");
    }
    let places = COLUMNS.map(|column| head.iter().position(|it| it == column));
    for (column, place) in COLUMNS.iter().zip(places) {
        if place.is_none() && ["title", "minutes"].contains(column) {
            problems.add(1, column, "text-empty");
        }
    }
    places
}

fn step<'a>(problems: &mut Problems, line: u32, cell: impl Fn(usize) -> &'a str) -> RundownStep {
    let item = match cell(1) {
        "" => None,
        text => text.parse().map_err(|_| problems.add(line, "item", "bad-id")).ok(),
    };
    let lasts_ms = ms(cell(2)).unwrap_or_else(|| {
        problems.add(line, "minutes", "bad-duration");
        Limits::STEP_MS_MIN
    });
    let climax = match cell(3).to_lowercase().as_str() {
        "" | "no" | "n" | "0" | "false" | "否" => false,
        "yes" | "y" | "1" | "x" | "true" | "是" => true,
        _ => {
            problems.add(line, "climax", "bad-field");
            false
        }
    };
    let points = plain(cell(4)).split(BETWEEN).map(str::trim).filter(|it| !it.is_empty());
    let activity = match cell(5) {
        "" => None,
        text => serde_json::from_str(text).map_err(|_| problems.add(line, "activity", "bad-field")).ok(),
    };
    RundownStep {
        title: plain(cell(0)).to_owned(),
        item,
        points: points.map(str::to_owned).collect(),
        lasts_ms,
        climax,
        activity,
    }
}

/// Milliseconds of `7`, `7.5`, `7,5` or `7:30` minutes, exactly.
fn ms(text: &str) -> Option<u64> {
    let number = |it: &str| -> Option<u64> {
        let digits = !it.is_empty() && it.len() <= 6 && it.bytes().all(|b| b.is_ascii_digit());
        if digits { it.parse().ok() } else { None }
    };
    if let Some((minutes, seconds)) = text.split_once(':') {
        let seconds = number(seconds).filter(|seconds| *seconds < 60)?;
        return Some(number(minutes)? * 60_000 + seconds * 1_000);
    }
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let part = number(part)? * 60_000 / 10_u64.pow(u32::try_from(part.len()).ok()?);
    Some(number(whole)? * 60_000 + part)
}

/// Minutes such as `7`, or minutes and seconds such as `7:30`; parts of a second as a fraction.
fn minutes(ms: u64) -> String {
    match (ms / 60_000, ms % 60_000) {
        (minutes, 0) => minutes.to_string(),
        (minutes, rest) if rest % 1_000 == 0 => format!("{minutes}:{:02}", rest / 1_000),
        // Rounded up, so that reading it gives the same milliseconds again.
        (minutes, rest) => format!("{minutes}.{:06}", (rest * 1_000_000).div_ceil(60_000)),
    }
}

/// A spreadsheet must not take a text for a formula.
fn safe(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\'']) { format!("'{text}") } else { text.to_owned() }
}

/// What [`safe`] was given.
fn plain(cell: &str) -> &str {
    cell.strip_prefix('\'').unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn problems(text: &str) -> Vec<String> {
        let read = read(text.as_bytes(), &Rundown::default()).unwrap_err();
        read.iter().map(|it| format!("{} {} {}", it.line, it.field, it.code)).collect()
    }

    #[test]
    fn a_table_as_people_write_it_is_read() {
        let text = "Minutes;Title;Climax;Points\r\n7:30;开场;;欢迎 | 今晚的规则\r\n\r\n2,5;=秒杀;是;\r\n";
        let (read, lines) = read(text.as_bytes(), &Rundown { pace: 60, ..Rundown::default() }).unwrap();
        let expected = json!({"title": "", "ahead_ms": 90_000, "quiet_ms": 1_080_000, "pace": 60, "steps": [
            {"title": "开场", "points": ["欢迎", "今晚的规则"], "lasts_ms": 450_000, "climax": false},
            {"title": "=秒杀", "points": [], "lasts_ms": 150_000, "climax": true},
        ]});
        assert_eq!((serde_json::to_value(read).unwrap(), lines), (expected, vec![2, 4]));
    }

    #[test]
    fn what_cannot_be_read_is_told_by_line_and_column() {
        let text = "title,item,minutes,climax,points,activity\nHello,,1,,,\nSale,cup,soon,maybe,,{}\n";
        assert_eq!(
            problems(text),
            ["3 item bad-id", "3 minutes bad-duration", "3 climax bad-field", "3 activity bad-field"]
        );
        assert_eq!(
            problems("name\nx\n"),
            ["1 column 1 bad-field", "1 title text-empty", "1 minutes text-empty", "2 minutes bad-duration"]
        );
        assert_eq!(problems(""), ["1 title text-empty", "1 minutes text-empty"]);
        assert!(read(&[0xff, 0xfe], &Rundown::default()).is_err());
    }

    #[test]
    fn a_formula_stays_a_text() {
        let step = json!({"title": "=1+1", "lasts_ms": 60_000, "points": ["-5 %", "soft"]});
        let rundown: RundownWire = serde_json::from_value(json!({"steps": [step]})).unwrap();
        let text = written(&rundown);
        assert!(text.contains("\r\n'=1+1,,1,,'-5 % | soft,"), "{text}");
        assert_eq!(read(text.as_bytes(), &Rundown::default()).unwrap().0, rundown);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            title in "[^\\s|][^|\r\n]{0,20}[^\\s|]",
            point in "[^\\s|'][^|\r\n]{0,20}[^\\s|]",
            item in proptest::option::of(0..1_000_u64),
            lasts_ms in 1_000..21_600_000_u64,
            climax: bool,
        ) {
            let activity = Some(serde_json::from_value(json!({"kind": "announce", "text": title})).unwrap());
            let step = RundownStep { title, item, points: vec![point], lasts_ms, climax, activity };
            let rundown = with_settings_of(&Rundown::default(), vec![step]);
            prop_assert_eq!(read(written(&rundown).as_bytes(), &Rundown::default()).unwrap().0, rundown);
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
            let _ = read(&bytes, &Rundown::default());
        }
    }
}
