//! What alarms say, as a mail. It does not know when they speak or to whom this goes.

use super::telling::News;
use crate::{house::House, language::Language};
use jiff::{Timestamp, tz::TimeZone};
use linger_outlet::Letter;
use linger_strategy::{
    alarm::{Every, Figure, MomentKind},
    kpi::Unit,
};

struct Writer<'a> {
    house: &'a House,
    zone: TimeZone,
}

/// One mail about all of it.
pub(super) fn letter(house: &House, news: &[News]) -> Letter {
    let zone = TimeZone::get(&house.config.zone).unwrap_or(TimeZone::UTC);
    let writer = Writer { house, zone };
    let subject = match news {
        [one] => writer.say("subject-one", &[("name", &one.said.name)]),
        _ => writer.say("subject-many", &[("n", &news.len().to_string())]),
    };
    let mut text: String = news.iter().map(|it| writer.told(it)).collect();
    if let Some(link) = link(house) {
        text.push_str(&writer.say("link", &[("link", &link)]));
        text.push('\n');
    }
    Letter { subject, text, files: vec![] }
}

/// The address people type; an address of this machine alone helps nobody who reads mail elsewhere.
pub(super) fn link(house: &House) -> Option<String> {
    use url::Host;
    let url = &house.config.public_url;
    let inside = match url.host()? {
        Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(ip) => ip.is_loopback() || ip.is_unspecified(),
        Host::Ipv6(ip) => ip.is_loopback() || ip.is_unspecified(),
    };
    (!inside).then(|| url.to_string())
}

impl Writer<'_> {
    fn say(&self, name: &str, filling: &[(&str, &str)]) -> String {
        self.language().say("mail", name, filling)
    }

    fn language(&self) -> Language {
        self.house.config.language
    }

    fn told(&self, news: &News) -> String {
        let moment = &news.said.moment;
        let (name, figure) = (news.said.name.as_str(), self.figure(&news.rule.figure));
        let kind = match moment.kind {
            MomentKind::Off => "off",
            MomentKind::Drift => "drift",
            MomentKind::Clear => "clear",
        };
        let shown = |value: f64| self.value(&news.rule.figure, value);
        let change = format!("{:+.1} %", moment.change * 100.0);
        let since = self.when(news.said.since_ms.unwrap_or(moment.at_ms), news.rule.every);
        let lines = [
            self.say(kind, &[("name", name), ("figure", &figure)]),
            self.say("value", &[("value", &shown(moment.value))]),
            self.say("usual", &[("usual", &shown(moment.baseline)), ("change", &change)]),
            self.say("since", &[("when", &since)]),
            self.say("people", &[("people", &moment.people.to_string())]),
        ];
        format!("{}\n\n", lines.join("\n"))
    }

    fn figure(&self, figure: &Figure) -> String {
        match figure {
            Figure::Kpi { kpi } => self.say(&format!("kpi-{}", kpi.name()), &[]),
            Figure::Question { .. } => self.say("figure-question", &[]),
            Figure::Sql { .. } => self.say("figure-sql", &[]),
        }
    }

    fn value(&self, figure: &Figure, value: f64) -> String {
        let Figure::Kpi { kpi } = figure else { return format!("{value:.2}") };
        match kpi.unit() {
            Unit::Share => format!("{:.1} %", value * 100.0),
            Unit::Seconds => {
                let (m, s) = ((value / 60.0).floor(), (value % 60.0).floor());
                let filling = [("m", format!("{m:.0}")), ("s", format!("{s:.0}"))];
                self.language().say("report", "minutes", &filling.each_ref().map(|(k, v)| (*k, v.as_str())))
            }
        }
    }

    fn when(&self, at_ms: i64, every: Every) -> String {
        let form = if every == Every::Hour { "%Y-%m-%d %H:%M %Z" } else { "%Y-%m-%d" };
        match Timestamp::from_millisecond(at_ms) {
            Ok(at) => at.to_zoned(self.zone.clone()).strftime(form).to_string(),
            Err(_) => self.language().say("report", "unknown", &[]),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::language::Language;
    use linger_strategy::kpi::Kpi;

    #[test]
    fn every_sentence_of_a_mail_is_there_in_both_languages() {
        let kpis = Kpi::ALL.map(|kpi| format!("kpi-{}", kpi.name()));
        let others = [
            "subject-one",
            "subject-many",
            "off",
            "drift",
            "clear",
            "value",
            "usual",
            "since",
            "people",
            "link",
            "figure-question",
            "figure-sql",
            "report-daily",
            "report-weekly",
            "report-monthly",
            "report-room",
            "report-none",
            "report-more",
            "report-unreadable",
        ];
        for language in [Language::En, Language::Zh] {
            for name in kpis.iter().map(String::as_str).chain(others) {
                assert!(!language.say("mail", name, &[]).is_empty(), "{language:?} {name}");
            }
        }
    }
}
