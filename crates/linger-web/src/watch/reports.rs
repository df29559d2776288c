//! Reports that go out by mail when their time is over: a day, a week from Monday on, a month, each by the shop's
//! calendar. It does not know what stands in a report or how mail travels.
//!
//! Invariant: a period is mailed once. Its letter has an id that the outbox keeps once, and only then is it noted as
//! sent. When a kind of report is switched on, the first to go out is that of the period which is running then; of
//! several periods that ended while the house was not running, the last one goes out.

use super::words::link;
use crate::{
    account::store_refused, error::ApiError, house::House, language::Language, review::period_report,
};
use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};
use linger_outlet::{Letter, MAIL_BYTES_MAX, MAIL_FILES_BYTES_MAX, MAIL_FILES_MAX, MailOutbox};
use linger_protocol::Millis;
use std::collections::BTreeMap;

const SETTING: &str = "reports-sent";
/// Bytes of a mail's text that are left for what stands below the reports.
const SPARE_BYTES: usize = 64 << 10;
const SUBJECT_BYTES_MAX: usize = 200;

/// How often a report is mailed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportEvery {
    /// When a day is over.
    Daily,
    /// When a Sunday is over.
    Weekly,
    /// When a month is over.
    Monthly,
}

impl ReportEvery {
    /// By its name: `daily`, `weekly` or `monthly`.
    pub fn named(name: &str) -> Option<ReportEvery> {
        match name {
            "daily" => Some(ReportEvery::Daily),
            "weekly" => Some(ReportEvery::Weekly),
            "monthly" => Some(ReportEvery::Monthly),
            _ => None,
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            ReportEvery::Daily => "daily",
            ReportEvery::Weekly => "weekly",
            ReportEvery::Monthly => "monthly",
        }
    }
}

/// A stretch of the shop's calendar: its first day, and the first that does not belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Period {
    from: Date,
    to: Date,
}

impl Period {
    /// The last one that is over.
    fn last(every: ReportEvery, now: Millis, zone: &TimeZone) -> Result<Period, jiff::Error> {
        let today = Timestamp::from_millisecond(now.0)?.to_zoned(zone.clone()).date();
        match every {
            ReportEvery::Daily => Ok(Period { from: today.yesterday()?, to: today }),
            ReportEvery::Weekly => {
                let days = i64::from(today.weekday().to_monday_zero_offset());
                let to = today.checked_sub(Span::new().days(days))?;
                Ok(Period { from: to.checked_sub(Span::new().days(7))?, to })
            }
            ReportEvery::Monthly => {
                let to = today.first_of_month();
                Ok(Period { from: to.checked_sub(Span::new().months(1))?, to })
            }
        }
    }

    fn moments(self, zone: &TimeZone) -> Result<[Millis; 2], jiff::Error> {
        let at = |date: Date| date.to_zoned(zone.clone()).map(|it| Millis(it.timestamp().as_millisecond()));
        Ok([at(self.from)?, at(self.to)?])
    }

    /// Which it is, in words.
    fn says(self, every: ReportEvery, language: Language) -> String {
        let last = self.to.yesterday().unwrap_or(self.to);
        let filling = [("from", self.from.to_string()), ("to", last.to_string())];
        let name = format!("report-{}", every.name());
        language.say("mail", &name, &filling.each_ref().map(|(blank, word)| (*blank, word.as_str())))
    }
}

/// Looks again and again whether a report is due.
pub(super) async fn follow(house: House) {
    let Some(mail) = house.mail.clone().filter(|_| !house.config.mail_to.is_empty()) else { return };
    if house.config.reports.is_empty() {
        return;
    }
    let mut ticks = tokio::time::interval(house.config.look_every);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while !house.is_stopping() {
        ticks.tick().await;
        for every in &house.config.reports {
            if let Err(fault) = send_due(&house, &mail, *every).await {
                tracing::warn!(code = fault.code, every = every.name(), "a report waits; trying again");
            }
        }
    }
}

async fn send_due(house: &House, mail: &MailOutbox, every: ReportEvery) -> Result<(), ApiError> {
    let zone = TimeZone::get(&house.config.zone).unwrap_or(TimeZone::UTC);
    let unreckoned = |error: jiff::Error| ApiError::unavailable("reckoning when a report is due", &error);
    let period = Period::last(every, house.now(), &zone).map_err(unreckoned)?;
    let day = period.from.to_string();
    let kept = house.store.setting(SETTING).await;
    let kept = kept.map_err(|fault| ApiError::unavailable("reading which reports were sent", &fault))?;
    let mut sent: BTreeMap<String, String> =
        kept.and_then(|it| serde_json::from_str(&it).ok()).unwrap_or_default();
    // Dates written like this sort as they follow each other; a clock that was set back sends nothing again.
    match sent.get(every.name()) {
        Some(last) if *last >= day => return Ok(()),
        Some(_) => {
            let id = format!("report-{}-{day}", every.name());
            let moments = period.moments(&zone).map_err(unreckoned)?;
            let letter = letter(house, every, period, moments, &zone).await;
            let done = mail.keep(&id, &house.config.mail_to, &letter).await;
            done.map_err(|fault| ApiError::unavailable("keeping a report's mail", &fault))?;
            tracing::info!(every = every.name(), "a report is on its way");
        }
        None => {}
    }
    sent.insert(every.name().to_owned(), day);
    let text = serde_json::to_string(&sent).unwrap_or_default();
    let done = house.store.set_setting(SETTING, &text, house.now()).await;
    done.map_err(store_refused("keeping which reports were sent"))
}

/// The reports of all rooms that had a show, each in words and as a page; a room that cannot be read does not hold up
/// the others.
async fn letter(
    house: &House,
    every: ReportEvery,
    period: Period,
    moments: [Millis; 2],
    zone: &TimeZone,
) -> Letter {
    let language = house.config.language;
    let title = period.says(every, language);
    let of_room =
        |room: &str| language.say("mail", "report-room", &[("room", room), ("period", title.as_str())]);
    let mut letter = Letter { subject: title.clone(), ..Letter::default() };
    let (mut bytes, mut more, mut below) = (0, 0_u32, String::new());
    for room in house.engine.rooms() {
        let paper = match period_report(house, &room, moments, of_room, zone).await {
            Ok(Some(paper)) => paper,
            Ok(None) => continue,
            Err(_) => {
                let line = language.say("mail", "report-unreadable", &[("room", &room.to_string())]);
                if below.len() + line.len() < SPARE_BYTES / 2 {
                    below.push_str(&format!("{line}\n"));
                }
                continue;
            }
        };
        bytes += paper.html.len();
        if letter.files.len() == MAIL_FILES_MAX
            || bytes > MAIL_FILES_BYTES_MAX
            || letter.text.len() + paper.text.len() > MAIL_BYTES_MAX - SPARE_BYTES
        {
            bytes -= paper.html.len();
            more += 1;
            continue;
        }
        if letter.files.is_empty() {
            letter.subject = shortened(paper.subject);
        } else {
            letter.subject = title.clone();
        }
        letter.text.push_str(&paper.text);
        letter.files.push((format!("linger-{room}-{}-{}.html", every.name(), period.from), paper.html));
    }
    if letter.files.is_empty() && below.is_empty() && more == 0 {
        below.push_str(&format!("{}\n", language.say("mail", "report-none", &[])));
    }
    if more > 0 {
        below.push_str(&format!("{}\n", language.say("mail", "report-more", &[("n", &more.to_string())])));
    }
    if let Some(link) = link(house) {
        below.push_str(&format!("{}\n", language.say("mail", "link", &[("link", &link)])));
    }
    letter.text.push_str(&below);
    letter
}

/// A subject is one line of some length; titles of rooms may be longer.
fn shortened(subject: String) -> String {
    let mut end = subject.len().min(SUBJECT_BYTES_MAX);
    while !subject.is_char_boundary(end) {
        end -= 1;
    }
    subject[..end].chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    /// The last period over, as the shop's calendar has it.
    fn last(every: ReportEvery, now: &str, zone: &str) -> (Date, Date) {
        let now: Timestamp = now.parse().unwrap();
        let zone = TimeZone::get(zone).unwrap();
        let period = Period::last(every, Millis(now.as_millisecond()), &zone).unwrap();
        (period.from, period.to)
    }

    #[test]
    fn periods_end_at_the_shops_own_midnight() {
        let (daily, weekly, monthly) = (ReportEvery::Daily, ReportEvery::Weekly, ReportEvery::Monthly);
        // A minute before and after midnight in Shanghai, which is 16:00 UTC; 2026-03-02 is a Monday.
        let (before, after) = ("2026-03-01T15:59:00Z", "2026-03-01T16:01:00Z");
        let zone = "Asia/Shanghai";
        assert_eq!(last(daily, before, zone), (date(2026, 2, 28), date(2026, 3, 1)));
        assert_eq!(last(daily, after, zone), (date(2026, 3, 1), date(2026, 3, 2)));
        assert_eq!(last(weekly, before, zone), (date(2026, 2, 16), date(2026, 2, 23)));
        assert_eq!(last(weekly, after, zone), (date(2026, 2, 23), date(2026, 3, 2)));
        assert_eq!(last(monthly, before, zone), (date(2026, 2, 1), date(2026, 3, 1)));
        assert_eq!(last(monthly, "2026-01-10T00:00:00Z", "UTC"), (date(2025, 12, 1), date(2026, 1, 1)));
    }

    #[test]
    fn a_day_of_twenty_three_hours_is_a_day() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let period = Period { from: date(2026, 3, 29), to: date(2026, 3, 30) };
        let [from, to] = period.moments(&zone).unwrap();
        assert_eq!(to.since(from), 23 * 3_600_000);
    }

    #[test]
    fn a_subject_is_cut_between_letters() {
        assert_eq!(shortened("茶".repeat(100)).chars().count(), 66);
        assert_eq!(shortened("a\nb".to_owned()), "a b");
    }
}
