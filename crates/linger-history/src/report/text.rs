//! A report laid out for a terminal. It does not know what is told.

use super::{Report, Table};
use std::fmt::Write;

pub(super) fn draw(report: &Report) -> String {
    let mut out = format!("{}\n{}\n\n{}\n\n", report.title, report.period, report.headline);
    let wide = report.tiles.iter().map(|it| width(&it.0)).max().unwrap_or(0);
    for (what, figure) in &report.tiles {
        let _ = writeln!(out, "  {what}{}  {figure}", " ".repeat(wide - width(what)));
    }
    for section in &report.sections {
        let _ = write!(out, "\n{}\n{}\n", section.title, section.sentence);
        if let Some(it) = &section.table {
            out.push('\n');
            table(it, &mut out);
        }
        for note in &section.notes {
            let _ = writeln!(out, "  · {note}");
        }
    }
    out
}

fn table(of: &Table, out: &mut String) {
    let columns = of.head.len();
    let all = || std::iter::once(&of.head).chain(&of.rows);
    let wide: Vec<usize> = (0..columns)
        .map(|at| all().filter_map(|row| row.get(at)).map(|it| width(it)).max().unwrap_or(0))
        .collect();
    for row in all() {
        let mut line = String::from(" ");
        for (at, cell) in row.iter().enumerate() {
            let space = " ".repeat(wide[at] - width(cell));
            // Names to the left, figures to the right.
            let _ = if at == 0 { write!(line, " {cell}{space}") } else { write!(line, "  {space}{cell}") };
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
}

/// Columns of a terminal: Chinese characters take two.
fn width(text: &str) -> usize {
    let wide = |it: char| matches!(it, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}');
    text.chars().map(|it| if wide(it) { 2 } else { 1 }).sum()
}
