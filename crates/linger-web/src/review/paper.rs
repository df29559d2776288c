//! A report over shows in words, as plain text and as a page that needs nothing besides itself: for a file, or for mail.
//! It does not know how anything in it was found, nor how it travels.
//!
//! The sentences are those of `web/messages`, so that mail and page say the same thing in the same words. What comes from
//! outside, such as a room's title, is escaped.

use crate::language::Language;
use jiff::{Timestamp, tz::TimeZone};
use linger_insight::review::{Digest, ReviewReport, Sums};
use linger_protocol::{Millis, Money};

/// A report in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// One line: a mail's subject.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// A whole page, styles inside.
    pub html: String,
}

/// A piece of the report.
enum Piece {
    Head(String),
    Line(String),
    Lines(Vec<String>),
    Table(Vec<[String; 3]>),
}

pub(super) fn paper(report: &ReviewReport, subject: String, language: Language, zone: &TimeZone) -> Paper {
    let writer = Writer { language, zone };
    let pieces = writer.pieces(report);
    Paper { text: as_text(&subject, &pieces), html: as_page(&subject, &pieces, language), subject }
}

struct Writer<'a> {
    language: Language,
    zone: &'a TimeZone,
}

impl Writer<'_> {
    fn say(&self, name: &str, filling: &[(&str, &str)]) -> String {
        self.language.say("report", name, filling)
    }

    fn pieces(&self, report: &ReviewReport) -> Vec<Piece> {
        if report.shows.is_empty() {
            return vec![Piece::Line(self.say("none", &[]))];
        }
        let mut pieces = Vec::new();
        if let Some(show) = report.worst() {
            pieces.extend(self.worst(show));
        }
        pieces.push(Piece::Table(self.table(&report.sums, report.before.as_ref())));
        if !report.causes.is_empty() {
            pieces.push(Piece::Head(self.say("causes", &[])));
            let line = |it: &linger_insight::review::CauseCount| {
                let cause = self.cause(it.cause);
                self.say(
                    "cause-line",
                    &[("cause", &cause), ("shows", &it.shows.to_string()), ("n", &whole(it.lost))],
                )
            };
            pieces.push(Piece::Lines(report.causes.iter().map(line).collect()));
            pieces.push(Piece::Line(self.say("likely", &[])));
        }
        if !report.poor.is_empty() {
            pieces.push(Piece::Head(self.say("poor", &[])));
            let line = |(symptom, shows): &(linger_insight::review::Symptom, u32)| {
                let symptom = self.language.say("symptom", symptom.code(), &[]);
                self.say("poor-line", &[("symptom", &symptom), ("shows", &shows.to_string())])
            };
            pieces.push(Piece::Lines(report.poor.iter().map(line).collect()));
        }
        pieces.push(Piece::Head(self.say("each", &[])));
        pieces.push(Piece::Lines(report.shows.iter().map(|show| self.show(show)).collect()));
        pieces
    }

    fn worst(&self, show: &Digest) -> Vec<Piece> {
        let Some((stretch, cause)) = &show.worst else { return vec![] };
        let when = self.when(show.began.plus(u64::from(stretch.from_s) * 1_000));
        let told = self.cause(cause.code());
        let filling = [("when", when.as_str()), ("n", &whole(stretch.excess())), ("cause", &told)];
        let step = self.language.say("step", cause.code(), &[]);
        vec![Piece::Line(self.say("worst", &filling)), Piece::Line(self.say("next", &[("step", &step)]))]
    }

    /// A cause over several shows has no one name to be called by.
    fn cause(&self, code: &str) -> String {
        self.language.say("cause", code, &[("name", "…")])
    }

    fn show(&self, show: &Digest) -> String {
        let watch = self.span(show.watch.ok().map(|mean| mean.mean_s));
        let (when, people, paid) =
            (self.when(show.began), show.people_came.to_string(), show.paid.to_string());
        self.say("show-line", &[("when", &when), ("people", &people), ("watch", &watch), ("paid", &paid)])
    }

    fn table(&self, now: &Sums, before: Option<&Sums>) -> Vec<[String; 3]> {
        let row = |name: &str, of: &dyn Fn(&Sums) -> String| {
            [self.say(name, &[]), of(now), before.map_or_else(|| "–".to_owned(), of)]
        };
        vec![
            [String::new(), self.say("now", &[]), self.say("before", &[])],
            row("shows", &|it| it.shows.to_string()),
            row("people", &|it| it.people.to_string()),
            row("watch", &|it| self.span(it.watch_mean_s)),
            row("comments", &|it| it.comments.to_string()),
            row("answered", &|it| format!("{} / {}", it.answered, it.questions)),
            row("orders", &|it| it.orders.to_string()),
            row("paid", &|it| it.paid.to_string()),
            row("takings", &|it| takings(it.takings.sums())),
            row("lost", &|it| whole(it.lost)),
        ]
    }

    fn when(&self, at: Millis) -> String {
        match Timestamp::from_millisecond(at.0) {
            Ok(at) => at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string(),
            Err(_) => self.say("unknown", &[]),
        }
    }

    fn span(&self, seconds: Option<f64>) -> String {
        let Some(seconds) = seconds else { return self.say("unknown", &[]) };
        let (m, s) = ((seconds / 60.0).floor(), seconds % 60.0);
        self.say("minutes", &[("m", &whole(m)), ("s", &format!("{:.0}", s.floor()))])
    }
}

fn whole(figure: f64) -> String {
    format!("{figure:.0}")
}

/// Amounts by currency, in major units where two digits are minor.
fn takings(sums: &[Money]) -> String {
    let told: Vec<String> =
        sums.iter().map(|it| format!("{:.2} {}", it.minor as f64 / 100.0, it.currency.as_str())).collect();
    if told.is_empty() { "–".to_owned() } else { told.join(" + ") }
}

fn as_text(subject: &str, pieces: &[Piece]) -> String {
    let mut text = format!("{subject}\n\n");
    for piece in pieces {
        match piece {
            Piece::Head(head) => text.push_str(&format!("{head}\n")),
            Piece::Line(line) => text.push_str(&format!("{line}\n\n")),
            Piece::Lines(lines) => {
                lines.iter().for_each(|line| text.push_str(&format!("- {line}\n")));
                text.push('\n');
            }
            Piece::Table(rows) => {
                for [name, now, before] in rows.iter().skip(1) {
                    text.push_str(&format!("{name}: {now} ({before})\n"));
                }
                text.push('\n');
            }
        }
    }
    text
}

fn as_page(subject: &str, pieces: &[Piece], language: Language) -> String {
    let mut body = format!("<h1>{}</h1>\n", escaped(subject));
    for piece in pieces {
        match piece {
            Piece::Head(head) => body.push_str(&format!("<h2>{}</h2>\n", escaped(head))),
            Piece::Line(line) => body.push_str(&format!("<p>{}</p>\n", escaped(line))),
            Piece::Lines(lines) => {
                let items: String = lines.iter().map(|line| format!("<li>{}</li>", escaped(line))).collect();
                body.push_str(&format!("<ul>{items}</ul>\n"));
            }
            Piece::Table(rows) => {
                let row = |[name, now, before]: &[String; 3]| {
                    let (name, now, before) = (escaped(name), escaped(now), escaped(before));
                    format!("<tr><th>{name}</th><td>{now}</td><td>{before}</td></tr>")
                };
                body.push_str(&format!("<table>{}</table>\n", rows.iter().map(row).collect::<String>()));
            }
        }
    }
    format!(
        "<!doctype html>\n<html lang=\"{}\"><meta charset=\"utf-8\"><title>{}</title>\n<style>{STYLE}</style>\n{body}</html>\n",
        language.code(),
        escaped(subject)
    )
}

const STYLE: &str = "body{max-width:42rem;margin:2rem auto;padding:0 1rem;font:16px/1.5 system-ui,sans-serif;color:#1b1a18}\
    h1{font-size:1.5rem}h2{font-size:1rem;margin-top:1.5rem}table{border-collapse:collapse;width:100%}\
    th,td{padding:.35rem .5rem;border-bottom:1px solid #e1ded7;text-align:right;font-weight:400}th{text-align:left}";

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_without_shows_says_so_and_a_title_cannot_break_out() {
        let report = ReviewReport::over(&[], Millis(0), Millis(86_400_000));
        let title = "Tea <script>alert(1)</script>".to_owned();
        let paper = paper(&report, title, Language::En, &TimeZone::UTC);
        assert!(paper.text.contains("No show began in this time."), "{}", paper.text);
        assert!(!paper.html.contains("<script>") && paper.html.contains("&lt;script&gt;"), "{}", paper.html);
        assert!(paper.subject.starts_with("Tea "));
    }

    #[test]
    fn every_sentence_of_a_report_is_there_in_both_languages() {
        for language in [Language::En, Language::Zh] {
            for name in [
                "title-1",
                "title-7",
                "title-30",
                "none",
                "worst",
                "next",
                "show-line",
                "cause-line",
                "likely",
            ] {
                assert!(!language.say("report", name, &[]).is_empty(), "{language:?} {name}");
            }
        }
    }
}
