//! The first report: what a shop's history says of its customers, as text and as one HTML file that needs nothing else.
//!
//! `sections` says what is told, in words and tables; `text` and `html` only lay it out, so that both tell the same.
//! It does not know where the facts are kept.
//!
//! Invariant: nobody is named. Customers appear under their key in the store.

mod chart;
mod figures;
mod html;
mod sections;
mod slipping;
mod text;
mod worth;

use linger_behaviour::customers::Customers;

/// The language of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Chinese, simplified.
    Zh,
}

/// All that a report is made of.
#[derive(Clone, Debug)]
pub struct ReportData {
    /// What purchases say; none when there are none.
    pub customers: Option<Customers>,
    /// Days and months are of this zone, an IANA name.
    pub zone: String,
    /// What is known of where the data came from.
    pub imports: Vec<Imported>,
}

/// One import, as the list of imports remembers it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Names of the files, without their folders.
    pub files: Vec<String>,
    /// Rows read.
    pub rows: u64,
    /// Rows left out, where the list says so.
    pub left_out: Option<u64>,
}

/// The report as text for a terminal.
pub fn text(data: &ReportData, lang: Lang) -> String {
    text::draw(&sections::report(data, lang))
}

/// The report as one HTML file: no scripts, nothing fetched, light and dark.
pub fn html(data: &ReportData, lang: Lang) -> String {
    html::draw(&sections::report(data, lang), lang)
}

/// A report in words: the headline, figures to see at once, and sections.
pub(crate) struct Report {
    title: String,
    headline: String,
    period: String,
    tiles: Vec<(String, String)>,
    sections: Vec<Section>,
    /// What the summary of a table that stands beside a chart says.
    as_table: String,
}

/// A question, its answer in one sentence, a chart, the table behind it, and what to know about it.
pub(crate) struct Section {
    id: &'static str,
    title: String,
    sentence: String,
    chart: Option<Chart>,
    table: Option<Table>,
    notes: Vec<String>,
}

/// Rows of text; the first column names the row.
pub(crate) struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    /// How dark each cell after the first is, 0 to 1, for tables that are maps of heat.
    heat: Option<Vec<Vec<Option<f64>>>>,
}

/// Bars: what each is, how long, and the words at its end.
pub(crate) struct Chart {
    about: String,
    bars: Vec<(String, f64, String)>,
}

/// The same sentence in the language that is asked for.
macro_rules! say {
    ($lang:expr, $en:literal, $zh:literal) => {
        match $lang {
            $crate::report::Lang::En => format!($en),
            $crate::report::Lang::Zh => format!($zh),
        }
    };
}
pub(crate) use say;
