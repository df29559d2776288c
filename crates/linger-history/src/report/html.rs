//! A report laid out as one HTML file. It does not know what is told.
//!
//! Invariant: every text goes through [`escaped`]; the page's policy allows no script and no request.

use super::{Lang, Report, Section, Table, chart};
use std::fmt::Write;

const STYLE: &str = include_str!("report.css");

pub(super) fn draw(report: &Report, lang: Lang) -> String {
    let code = match lang {
        Lang::En => "en",
        Lang::Zh => "zh-CN",
    };
    let mut out = format!(
        "<!doctype html>\n<html lang=\"{code}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n\
         <body>\n<main>\n<header>\n<p class=\"mark\">{title}</p>\n<h1>{headline}</h1>\n<p class=\"period\">{period}</p>\n\
         </header>\n",
        title = escaped(&report.title),
        headline = escaped(&report.headline),
        period = escaped(&report.period),
    );
    if !report.tiles.is_empty() {
        out.push_str("<dl class=\"tiles\">\n");
        for (what, figure) in &report.tiles {
            let _ = writeln!(out, "<div><dt>{}</dt><dd>{}</dd></div>", escaped(what), escaped(figure));
        }
        out.push_str("</dl>\n");
    }
    for it in &report.sections {
        section(it, &report.as_table, &mut out);
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn section(of: &Section, as_table: &str, out: &mut String) {
    let _ = writeln!(
        out,
        "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{}</h2>\n<p class=\"answer\">{}</p>",
        escaped(&of.title),
        escaped(&of.sentence),
        id = of.id
    );
    if let Some(it) = &of.chart {
        let _ = writeln!(out, "<figure>{}</figure>", chart::bars(it));
    }
    match (&of.table, &of.chart) {
        (Some(it), Some(_)) => {
            let _ = writeln!(out, "<details><summary>{}</summary>", escaped(as_table));
            table(it, &of.title, out);
            out.push_str("</details>\n");
        }
        (Some(it), None) => table(it, &of.title, out),
        (None, _) => {}
    }
    if !of.notes.is_empty() {
        out.push_str("<ul class=\"notes\">\n");
        of.notes.iter().for_each(|it| {
            let _ = writeln!(out, "<li>{}</li>", escaped(it));
        });
        out.push_str("</ul>\n");
    }
    out.push_str("</section>\n");
}

fn table(of: &Table, about: &str, out: &mut String) {
    // A region that scrolls has to be reachable by keyboard.
    let _ = write!(
        out,
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{}\"><table{}>\n<thead><tr>",
        escaped(about),
        if of.heat.is_some() { " class=\"heat\"" } else { "" }
    );
    of.head.iter().for_each(|it| {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escaped(it));
    });
    out.push_str("</tr></thead>\n<tbody>\n");
    for (nth, row) in of.rows.iter().enumerate() {
        out.push_str("<tr>");
        for (at, cell) in row.iter().enumerate() {
            let heat =
                of.heat.as_ref().and_then(|it| it.get(nth)?.get(at.checked_sub(1)?).copied().flatten());
            let _ = match (at, heat) {
                (0, _) => write!(out, "<th scope=\"row\">{}</th>", escaped(cell)),
                (_, Some(heat)) => {
                    write!(
                        out,
                        "<td style=\"--h:{:.0}%\">{}</td>",
                        100.0 * heat.clamp(0.0, 1.0),
                        escaped(cell)
                    )
                }
                _ => write!(out, "<td>{}</td>", escaped(cell)),
            };
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>\n");
}

/// Text that can stand in an element or a quoted attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            it => out.push(it),
        }
    }
    out
}
