//! The table of diagnosis for a whole show: what was poor about it, held against the room's own earlier shows or, while
//! there are none, against a floor of the house; and which causes the show's own data speaks for. It does not know how
//! any of it is put into words.

use super::cause::{Cause, Figure, Strength};
use super::digest::Digest;

/// Earlier shows that a show is held against: the latest ones.
pub const EARLIER_MAX: usize = 10;
/// A show with fewer people says little about what is usual.
const PEOPLE_MIN: u32 = 20;
/// A figure this far below what is usual is worth a look.
const POOR: f64 = 0.85;
/// And this far below stands out.
const VERY_POOR: f64 = 0.6;

/// What is poor about a show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symptom {
    /// People watch only shortly.
    ShortWatch,
    /// Many go within their first minute.
    EarlyLeaving,
    /// People say little.
    FewComments,
    /// Questions stay without an answer.
    PoorAnswers,
    /// Few of those who come buy.
    LowConversion,
    /// Orders are placed and not paid.
    UnpaidOrders,
    /// The picture stalls.
    PictureTrouble,
}

impl Symptom {
    /// Its code, for pages.
    pub fn code(self) -> &'static str {
        match self {
            Symptom::ShortWatch => "short-watch",
            Symptom::EarlyLeaving => "early-leaving",
            Symptom::FewComments => "few-comments",
            Symptom::PoorAnswers => "poor-answers",
            Symptom::LowConversion => "low-conversion",
            Symptom::UnpaidOrders => "unpaid-orders",
            Symptom::PictureTrouble => "picture-trouble",
        }
    }
}

/// Something poor about a show.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What.
    pub symptom: Symptom,
    /// How poor.
    pub strength: Strength,
    /// The figure it is about; `usual` is the median of the earlier shows, when there are any.
    pub figure: Figure,
    /// Codes of the likely causes that this show's own data speaks for, with their figures. The codes are those of
    /// [`Cause`], or `payment` and `offer`.
    pub causes: Vec<(&'static str, Figure)>,
}

/// A symptom: its code as a figure, how it is read, the floor of the house, and how many events it needs.
struct Reading {
    symptom: Symptom,
    what: &'static str,
    of: fn(&Digest) -> Option<f64>,
    floor: Option<f64>,
    more_is_worse: bool,
}

const READINGS: [Reading; 7] = [
    Reading {
        symptom: Symptom::PictureTrouble,
        what: "stalled-share",
        of: |it| it.stall_share.ok(),
        floor: Some(0.02),
        more_is_worse: true,
    },
    Reading {
        symptom: Symptom::ShortWatch,
        what: "watch-mean-s",
        of: |it| it.watch.ok().map(|mean| mean.mean_s),
        floor: None,
        more_is_worse: false,
    },
    Reading {
        symptom: Symptom::EarlyLeaving,
        what: "stayed-a-minute-share",
        of: |it| it.retention[0].ok(),
        floor: Some(0.4),
        more_is_worse: false,
    },
    Reading {
        symptom: Symptom::PoorAnswers,
        what: "answered-share",
        of: |it| it.answer_rate.ok().filter(|_| it.questions >= 8),
        floor: Some(0.5),
        more_is_worse: false,
    },
    Reading {
        symptom: Symptom::FewComments,
        what: "comments-per-100-min",
        of: |it| it.comments_per_100_min.ok(),
        floor: None,
        more_is_worse: false,
    },
    Reading {
        symptom: Symptom::LowConversion,
        what: "buyers-share",
        of: |it| it.conversion().ok().filter(|_| it.clicks >= 20),
        floor: None,
        more_is_worse: false,
    },
    Reading {
        symptom: Symptom::UnpaidOrders,
        what: "paid-share",
        of: |it| (it.orders >= 10).then(|| f64::from(it.paid) / f64::from(it.orders)),
        floor: Some(0.7),
        more_is_worse: false,
    },
];

/// What is poor about a show, next to earlier ones of the same room, the strongest first.
pub fn findings(digest: &Digest, earlier: &[Digest]) -> Vec<Finding> {
    if digest.people_came < PEOPLE_MIN {
        return vec![];
    }
    let known: Vec<&Digest> =
        earlier.iter().rev().filter(|it| it.people_came >= PEOPLE_MIN).take(EARLIER_MAX).collect();
    let mut found: Vec<Finding> =
        READINGS.iter().filter_map(|reading| finding(reading, digest, &known)).collect();
    found.sort_by_key(|it| std::cmp::Reverse(it.strength));
    found
}

fn finding(reading: &Reading, digest: &Digest, known: &[&Digest]) -> Option<Finding> {
    let here = (reading.of)(digest)?;
    let usual = median(known.iter().filter_map(|it| (reading.of)(it)).collect());
    // Below 1 is worse than what it is held against.
    let held_against =
        |other: f64| if reading.more_is_worse { other / here.max(1e-9) } else { here / other.max(1e-9) };
    let under_floor = reading.floor.map(held_against).filter(|it| *it < 1.0);
    // Where nothing is usual, nothing falls short of it.
    let under_usual = usual.filter(|it| *it > 0.0).map(held_against).filter(|it| *it < POOR);
    // What is poor for every show of the room is no news, and still poor: a fall counts before the floor.
    let strength = match (under_usual, under_floor) {
        (Some(ratio), _) | (None, Some(ratio)) if ratio < VERY_POOR => Strength::Strong,
        (Some(_), _) => Strength::Fair,
        (None, Some(_)) if usual.is_none() => Strength::Fair,
        (None, Some(_)) => Strength::Weak,
        (None, None) => return None,
    };
    // A share of stalled time that nobody notices is none of anybody's business, however much it grew.
    if reading.symptom == Symptom::PictureTrouble && here < 0.01 {
        return None;
    }
    let causes = causes(reading.symptom, digest, known);
    Some(Finding {
        symptom: reading.symptom,
        strength,
        figure: Figure { what: reading.what, here, usual },
        causes,
    })
}

fn causes(symptom: Symptom, digest: &Digest, known: &[&Digest]) -> Vec<(&'static str, Figure)> {
    let usual = |of: fn(&Digest) -> Option<f64>| median(known.iter().filter_map(|it| of(it)).collect());
    let told = |code: &'static str,
                what: &'static str,
                of: fn(&Digest) -> Option<f64>,
                poor: &dyn Fn(f64, Option<f64>) -> bool| {
        let (here, usual) = (of(digest)?, usual(of));
        poor(here, usual).then_some((code, Figure { what, here, usual }))
    };
    let picture = told("picture-stalled", "stalled-share", |it| it.stall_share.ok(), &|here, _| here >= 0.01);
    let first_picture = told(
        "picture-stalled",
        "first-frame-p95-ms",
        |it| it.first_frame_p95_ms.map(f64::from),
        &|here, usual| here >= 3_000.0 || usual.is_some_and(|usual| here > 1.5 * usual),
    );
    let opening = told("opening", "stayed-a-minute-share", |it| it.retention[0].ok(), &|here, usual| {
        usual.map_or(here < 0.5, |usual| here < POOR * usual)
    });
    let ignored = told("questions-ignored", "answered-share", |it| it.answer_rate.ok(), &|here, usual| {
        here < 0.5 || usual.is_some_and(|usual| here < POOR * usual)
    });
    let dull = told(
        "no-climax",
        "longest-without-climax-s",
        |it| Some(f64::from(it.longest_without_climax_s)),
        &|here, _| here >= 900.0,
    );
    let payment = told(
        "payment",
        "paid-share",
        |it| (it.orders >= 10).then(|| f64::from(it.paid) / f64::from(it.orders)),
        &|here, _| here < 0.7,
    );
    let offer = told(
        "offer",
        "orders-of-clicks-share",
        |it| (it.clicks >= 20).then(|| f64::from(it.orders) / f64::from(it.clicks)),
        &|here, usual| usual.map_or(here < 0.05, |usual| here < POOR * usual),
    );
    // The worst moment shortened many stays at once. A product or a source has a name, which belongs to the moment.
    let has_name =
        |cause: &Cause| matches!(cause, Cause::Product { .. } | Cause::SoldOut { .. } | Cause::Source { .. });
    let worst = digest.worst.as_ref().filter(|(_, cause)| *cause != Cause::Unexplained && !has_name(cause));
    let moment = worst.map(|(stretch, cause)| {
        (cause.code(), Figure { what: "lost-in-worst-moment", here: stretch.excess(), usual: None })
    });
    let all = match symptom {
        Symptom::ShortWatch => vec![moment, picture, opening, ignored, dull],
        Symptom::EarlyLeaving => vec![first_picture, picture],
        Symptom::FewComments => vec![ignored, dull],
        Symptom::PoorAnswers | Symptom::PictureTrouble => vec![],
        Symptom::LowConversion => vec![payment, offer, ignored],
        Symptom::UnpaidOrders => vec![payment],
    };
    all.into_iter().flatten().collect()
}

fn median(mut figures: Vec<f64>) -> Option<f64> {
    figures.sort_by(f64::total_cmp);
    let (middle, n) = (figures.len() / 2, figures.len());
    match n {
        0 => None,
        _ if n % 2 == 1 => figures.get(middle).copied(),
        _ => Some(f64::midpoint(figures[middle - 1], figures[middle])),
    }
}
