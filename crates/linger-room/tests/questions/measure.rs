//! What the recogniser gets right on a file of labelled comments. It does not know which file is for tuning.

use linger_protocol::Topic;
use linger_room::question::{code, topic};
use std::fmt;

/// A comment with what it is.
pub struct Line {
    pub language: &'static str,
    pub label: &'static str,
    pub group: &'static str,
    pub text: &'static str,
}

impl Line {
    pub fn asks(&self) -> bool {
        self.label != "-"
    }

    /// What makes two questions the same: topics are the same in both languages, other questions within one.
    fn sameness(&self) -> (&'static str, &'static str, &'static str) {
        let language = if self.label == "other" { self.language } else { "" };
        (language, self.label, self.group)
    }
}

/// The lines of a labelled file, after its head.
pub fn read(file: &'static str) -> Vec<Line> {
    let rows = file.lines().filter(|row| !row.starts_with('#'));
    rows.map(|row| {
        let columns: Vec<&str> = row.split('\t').collect();
        let [language, label, group, text] = columns[..] else { panic!("four columns: {row:?}") };
        Line { language, label, group, text }
    })
    .collect()
}

/// Shares of one: of what was found, how much is right, and of what is there, how much was found.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hits {
    right: u32,
    found: u32,
    there: u32,
}

impl Hits {
    pub fn precision(&self) -> f64 {
        f64::from(self.right) / f64::from(self.found.max(1))
    }

    pub fn recall(&self) -> f64 {
        f64::from(self.right) / f64::from(self.there.max(1))
    }

    pub fn f1(&self) -> f64 {
        let (precision, recall) = (self.precision(), self.recall());
        2.0 * precision * recall / (precision + recall).max(f64::MIN_POSITIVE)
    }

    /// Counts what holds of one line, or of one pair of lines: that it is there, and that it was found.
    fn count(&mut self, there: bool, found: bool) {
        self.right += u32::from(there && found);
        self.found += u32::from(found);
        self.there += u32::from(there);
    }
}

impl fmt::Display for Hits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3} / {:.3} / {:.3}", self.precision(), self.recall(), self.f1())
    }
}

/// The figures of one language.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    pub questions: u32,
    pub others: u32,
    /// Lines: a question is there, a question was found.
    pub recognition: Hits,
    /// Of the questions recognised, those taken for what they are about.
    pub about: Hits,
    /// Pairs among all that ask or are taken for asking: alike by label and group, put together. A question that was
    /// missed is together with none.
    pub grouping: Hits,
    /// The same among questions beyond the topics.
    pub grouping_other: Hits,
}

/// The least that has to be seen: a little below what was seen last.
pub struct Floors {
    pub precision: f64,
    pub recall: f64,
    pub topic: f64,
    /// The smaller of precision and recall of all pairs.
    pub grouping: f64,
    /// The same of pairs beyond the topics.
    pub beyond: f64,
}

impl Figures {
    /// Prints the figures and holds them against their floors.
    pub fn hold(&self, name: &str, floors: Floors) {
        let Figures { questions, others, recognition, about, grouping, grouping_other } = self;
        println!(
            "{name}: {questions} questions, {others} others; precision / recall / F1: recognised {recognition}, \
             grouped {grouping}, grouped beyond topics {grouping_other}; right topic {:.3}",
            about.recall()
        );
        let least = |hits: &Hits| hits.precision().min(hits.recall());
        for (what, seen, floor) in [
            ("precision", recognition.precision(), floors.precision),
            ("recall", recognition.recall(), floors.recall),
            ("topic", about.recall(), floors.topic),
            ("grouping", least(grouping), floors.grouping),
            ("grouping beyond the topics", least(grouping_other), floors.beyond),
        ] {
            assert!(seen >= floor, "{name}: {what} is {seen:.3}, was at least {floor}");
        }
    }
}

/// Measures the lines of one language.
pub fn measure(lines: &[Line], language: &str) -> Figures {
    let mut figures = Figures::default();
    let heard: Vec<(&Line, Option<Topic>)> =
        lines.iter().filter(|it| it.language == language).map(|it| (it, topic(it.text))).collect();
    for (line, found) in &heard {
        *(if line.asks() { &mut figures.questions } else { &mut figures.others }) += 1;
        figures.recognition.count(line.asks(), found.is_some());
        if line.asks()
            && let Some(found) = found
        {
            let right = code(*found).unwrap_or("other") == line.label;
            figures.about.count(true, right);
        }
    }
    for (at, (one, found_one)) in heard.iter().enumerate() {
        for (two, found_two) in &heard[at + 1..] {
            let alike = one.asks() && one.sameness() == two.sameness();
            let together = found_one.is_some() && found_one == found_two;
            figures.grouping.count(alike, together);
            if one.label == "other" && two.label == "other" {
                figures.grouping_other.count(alike, together);
            }
        }
    }
    figures
}
