//! The table of likely causes: what in the data around a moment speaks for which cause, how strongly, and with which
//! figures. A cause is a likelihood, never a verdict: people may leave for what no log holds. It does not know how a
//! cause is put into words, or what to do about it: each has a code, and pages hold a sentence and a next step for it.

use super::course::Stretch;
use super::scene::Scene;
use super::strata::AGES_FROM_S;
use crate::SegmentKind;
use linger_protocol::{DrawId, ItemId, OffReason};

/// Why people may have left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The picture or sound stalled at viewers' ends.
    PictureStalled,
    /// There was no picture.
    PictureLost,
    /// The show had just begun, and newcomers were not caught.
    Opening,
    /// Questions waited for an answer.
    QuestionsIgnored,
    /// Nothing at all happened for a while.
    Silence,
    /// Nothing that people wait for had happened for a long while.
    NoClimax,
    /// A product loses people while its card is up.
    Product {
        /// Which.
        item: ItemId,
    },
    /// Something sold out that people still wanted.
    SoldOut {
        /// What.
        item: ItemId,
    },
    /// A draw was over, and those who had come for it went: to be expected.
    DrawOver {
        /// Which.
        draw: DrawId,
    },
    /// People from one source went: what they were promised is not what they found.
    Source {
        /// Which.
        source: String,
    },
    /// Nothing in the data explains it.
    Unexplained,
}

impl Cause {
    /// Its code, for pages.
    pub fn code(&self) -> &'static str {
        match self {
            Cause::PictureStalled => "picture-stalled",
            Cause::PictureLost => "picture-lost",
            Cause::Opening => "opening",
            Cause::QuestionsIgnored => "questions-ignored",
            Cause::Silence => "silence",
            Cause::NoClimax => "no-climax",
            Cause::Product { .. } => "product",
            Cause::SoldOut { .. } => "sold-out",
            Cause::DrawOver { .. } => "draw-over",
            Cause::Source { .. } => "source",
            Cause::Unexplained => "unexplained",
        }
    }
}

/// How much speaks for a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// It fits, and may be chance.
    Weak,
    /// It fits well.
    Fair,
    /// It stands out.
    Strong,
}

/// A figure that speaks for a cause.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// Its code, for pages; the unit comes last in it.
    pub what: &'static str,
    /// In the moment.
    pub here: f64,
    /// In the rest of the show, where there is something to compare.
    pub usual: Option<f64>,
}

/// A likely cause with what speaks for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Likely {
    /// The cause.
    pub cause: Cause,
    /// How much speaks for it.
    pub strength: Strength,
    /// The evidence, the most telling first.
    pub figures: Vec<Figure>,
}

fn figure(what: &'static str, here: f64, usual: Option<f64>) -> Figure {
    Figure { what, here, usual }
}

/// The likely causes of a stretch in which more people left than expected, the likeliest first; never empty.
pub(super) fn causes(scene: &Scene<'_>, stretch: &Stretch) -> Vec<Likely> {
    let rules: [fn(&Scene<'_>, &Stretch) -> Option<Likely>; 10] = [
        picture_lost,
        picture_stalled,
        sold_out,
        draw_over,
        questions_ignored,
        opening,
        silence,
        product,
        source,
        no_climax,
    ];
    let mut found: Vec<Likely> = rules.iter().filter_map(|rule| rule(scene, stretch)).collect();
    // A stable sort: among equals the order of the table holds, from the plainest cause to the vaguest.
    found.sort_by_key(|likely| std::cmp::Reverse(likely.strength));
    if found.is_empty() {
        found.push(Likely { cause: Cause::Unexplained, strength: Strength::Weak, figures: vec![] });
    }
    found
}

fn picture_lost(scene: &Scene<'_>, at: &Stretch) -> Option<Likely> {
    let (seconds, reason) = scene.off_air(at.from_s.saturating_sub(10), at.to_s)?;
    let strength = match reason {
        Some(OffReason::Lost | OffReason::Restarted) => Strength::Strong,
        Some(OffReason::Ended) | None => Strength::Fair,
    };
    Some(Likely {
        cause: Cause::PictureLost,
        strength,
        figures: vec![figure("no-picture-s", f64::from(seconds), None)],
    })
}

fn picture_stalled(scene: &Scene<'_>, at: &Stretch) -> Option<Likely> {
    let from_s = at.from_s.saturating_sub(10);
    // The figures of phones gather over seconds: the moment itself may say more, or the seconds before it as well.
    let (with_before, usual) = scene.stall_shares(from_s, at.to_s);
    let (within, _) = scene.stall_shares(at.from_s, at.to_s);
    let (share, usual) = (with_before.unwrap_or(0.0).max(within.unwrap_or(0.0)), usual.unwrap_or(0.0));
    let sums = scene.sums(from_s, at.to_s);
    let minutes = |seconds: u32| f64::from(seconds.max(1)) / 60.0;
    let failures = f64::from(sums.failures) / minutes(at.to_s + 1 - from_s);
    let rest = scene.show.snapshot.totals().failures.saturating_sub(sums.failures);
    let failures_usual = f64::from(rest) / minutes(scene.ends_s);
    let strength = match share {
        it if it >= 0.05 && it >= 4.0 * usual => Strength::Strong,
        it if it >= 0.02 && it >= 2.5 * usual => Strength::Fair,
        _ if failures >= 3.0 && failures >= 4.0 * failures_usual => Strength::Fair,
        _ => return None,
    };
    let mut figures =
        vec![figure("stalled-share", share, Some(usual)), figure("stalls", f64::from(sums.stalls), None)];
    if sums.failures > 0 {
        figures.push(figure("failed-starts-a-minute", failures, Some(failures_usual)));
    }
    Some(Likely { cause: Cause::PictureStalled, strength, figures })
}

fn sold_out(scene: &Scene<'_>, at: &Stretch) -> Option<Likely> {
    let notes = &scene.show.notes;
    let near = notes.sold_out.iter().filter(|it| {
        it.from_s <= at.to_s
            && it.from_s.saturating_add(90) >= at.from_s
            && it.to_s.unwrap_or(u32::MAX) > at.from_s
    });
    let mut best: Option<Likely> = None;
    for out in near {
        let orders = scene.orders(out.item, out.from_s.saturating_sub(120), out.from_s);
        let clicks = scene.clicks(out.item, out.from_s + 1, at.to_s.max(out.from_s + 60));
        let strength = match (orders, clicks) {
            (10.., 5..) | (_, 12..) => Strength::Strong,
            (5.., _) | (_, 4..) => Strength::Fair,
            _ => continue,
        };
        let figures = vec![
            figure("clicks-after-sold-out", f64::from(clicks), None),
            figure("orders-before", f64::from(orders), None),
        ];
        if best.as_ref().is_none_or(|it| it.strength < strength) {
            best = Some(Likely { cause: Cause::SoldOut { item: out.item }, strength, figures });
        }
    }
    best
}

fn draw_over(scene: &Scene<'_>, at: &Stretch) -> Option<Likely> {
    let drawn = scene.show.notes.draws.iter().rev().find(|it| it.to_s.is_some_and(|to| to <= at.to_s))?;
    let over_s = drawn.to_s?;
    if over_s.saturating_add(75) < at.from_s || drawn.entrants < 5 {
        return None;
    }
    let gone: u32 =
        scene.show.notes.entrants_left.range(at.from_s.max(over_s)..=at.to_s).map(|(_, n)| n).sum();
    let here = scene.course.at_risk.get(over_s as usize).copied().unwrap_or(0).max(1);
    let (share, usual) =
        (f64::from(gone) / at.left.max(1) as f64, f64::from(drawn.entrants_here) / f64::from(here));
    let strength = match share {
        it if it >= 0.4 && it >= 1.5 * usual => Strength::Strong,
        it if it >= 0.2 && it >= 1.2 * usual => Strength::Fair,
        _ => return None,
    };
    Some(Likely {
        cause: Cause::DrawOver { draw: drawn.draw },
        strength,
        figures: vec![
            figure("entrants-of-those-who-left-share", share, Some(usual)),
            figure("entrants", f64::from(drawn.entrants), None),
        ],
    })
}

fn questions_ignored(scene: &Scene<'_>, at: &Stretch) -> Option<Likely> {
    let (waiting, oldest_s) = scene.waiting(at.to_s);
    let usual = scene.waiting_usually(at.from_s.saturating_sub(120), at.to_s);
    let (asked, answered) = scene.asked_lately(at.to_s);
    let strength = match f64::from(waiting) {
        it if it >= 5.0 && it >= 2.0 * usual && answered * 4 <= asked => Strength::Strong,
        it if it >= 3.0 && it >= 1.5 * usual => Strength::Fair,
        _ => return None,
    };
    Some(Likely {
        cause: Cause::QuestionsIgnored,
        strength,
        figures: vec![
            figure("questions-waiting", f64::from(waiting), Some(usual)),
            figure("oldest-question-s", f64::from(oldest_s), None),
            figure("asked-in-3-min", f64::from(asked), None),
            figure("answered-in-3-min", f64::from(answered), None),
        ],
    })
}

fn opening(scene: &Scene<'_>, at: &Stretch) -> Option<Likely> {
    if at.from_s >= 90 {
        return None;
    }
    let ages = scene.course.by_age(&scene.show.sheet, at);
    let young = AGES_FROM_S.iter().filter(|from| **from < 120).count();
    let newcomers: f64 = ages.iter().take(young).map(|it| it.left as f64 - it.expected).sum();
    let share = newcomers / at.excess().max(1.0);
    let strength = match share {
        it if it >= 0.6 => Strength::Strong,
        it if it >= 0.3 => Strength::Fair,
        _ => return None,
    };
    Some(Likely {
        cause: Cause::Opening,
        strength,
        figures: vec![figure("newcomers-of-excess-share", share.min(1.0), None)],
    })
}

fn silence(scene: &Scene<'_>, at: &Stretch) -> Option<Likely> {
    let quiet_s = Scene::since(&scene.show.notes.acts_s, at.from_s);
    let acts = scene.show.notes.acts_s.len().max(1) as f64;
    let usual_s = f64::from(scene.ends_s) / acts;
    let strength = match quiet_s {
        300.. if f64::from(quiet_s) >= 3.0 * usual_s => Strength::Strong,
        150.. if f64::from(quiet_s) >= 2.0 * usual_s => Strength::Fair,
        _ => return None,
    };
    let figures = vec![figure("nothing-happened-s", f64::from(quiet_s), Some(usual_s))];
    Some(Likely { cause: Cause::Silence, strength, figures })
}

fn no_climax(scene: &Scene<'_>, at: &Stretch) -> Option<Likely> {
    let since_s = Scene::since(&scene.show.notes.climaxes_s, at.from_s);
    let strength = match since_s {
        1_200.. => Strength::Fair,
        900.. => Strength::Weak,
        _ => return None,
    };
    let figures = vec![figure("since-climax-s", f64::from(since_s), None)];
    Some(Likely { cause: Cause::NoClimax, strength, figures })
}

fn product(scene: &Scene<'_>, at: &Stretch) -> Option<Likely> {
    let middle_s = u32::midpoint(at.from_s, at.to_s);
    let (segment, item) = scene.running(middle_s, middle_s).find_map(|(segment, kind)| match kind {
        SegmentKind::Card { item } => Some((segment, item)),
        _ => None,
    })?;
    let (left, expected) = scene.card(item, segment);
    let besides = (expected >= 5.0).then(|| left as f64 / expected);
    let since_s = at.from_s.saturating_sub(segment.from_s);
    let is_new = segment.from_s + 45 >= at.from_s;
    let strength = match besides {
        Some(ratio) if ratio >= 1.5 && left >= 15 => Strength::Strong,
        Some(ratio) if ratio >= 1.2 && left >= 10 => Strength::Fair,
        // Its card has only just come up; what is known of it otherwise does not speak against it.
        _ if is_new && segment.from_s <= at.from_s + 10 && besides.is_none_or(|it| it >= 1.0) => {
            Strength::Weak
        }
        _ => return None,
    };
    let mut figures = vec![];
    if let Some(ratio) = besides {
        figures.push(figure("card-leaving-ratio", ratio, Some(1.0)));
    }
    figures.push(figure("card-up-s", f64::from(since_s), None));
    Some(Likely { cause: Cause::Product { item }, strength, figures })
}

fn source(scene: &Scene<'_>, at: &Stretch) -> Option<Likely> {
    let sheet = &scene.show.sheet;
    let parts = scene.course.by_source(sheet, at);
    let people: u64 = parts.iter().map(|it| it.at_risk_s).sum();
    let beyond: f64 = parts.iter().map(|it| (it.left as f64 - it.expected).max(0.0)).sum();
    let (name, part) = sheet
        .sources
        .iter()
        .zip(&parts)
        .max_by(|a, b| (a.1.left as f64 - a.1.expected).total_cmp(&(b.1.left as f64 - b.1.expected)))?;
    let of_excess = (part.left as f64 - part.expected) / beyond.max(1.0);
    let of_people = part.at_risk_s as f64 / people.max(1) as f64;
    let strength = match of_excess {
        it if it >= 0.8 && of_people <= 0.4 => Strength::Strong,
        it if it >= 0.6 && it >= 2.0 * of_people => Strength::Fair,
        _ => return None,
    };
    Some(Likely {
        cause: Cause::Source { source: name.clone() },
        strength,
        figures: vec![figure("source-of-excess-share", of_excess, Some(of_people))],
    })
}
