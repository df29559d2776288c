//! What is promised of rules and reports, held against what was found. It does not know how it was found.

use crate::told::Told;

/// How far beyond chance an interval may be off, since errors are approximations: a point of a hundred.
const BEYOND: f64 = 0.01;
/// Standard errors of a share that chance is allowed: one run in 30,000 is further off.
const ERRORS: f64 = 4.0;

/// Every promise that is broken, as a sentence; none when all hold.
///
/// Intervals hold what is true 95 times of a hundred, at one look and at any number; where nothing has an effect, the truth is
/// nothing and at most 5 reports of a hundred find one; and with the usual effects the rules raise the median stay.
pub fn broken(told: &Told) -> Vec<String> {
    let mut broken = vec![];
    for it in &told.experiments {
        let room = ERRORS * it.coverage_error;
        let mut need = |holds: bool, what: String| {
            if !holds {
                broken.push(format!("{}: {what}", it.key));
            }
        };
        need(it.told == it.experiments, format!("{} reports have no figure", it.experiments - it.told));
        for (looks, share) in [("one look", it.coverage), ("any number of looks", it.coverage_always)] {
            let holds = share >= 0.95 - room - BEYOND;
            need(holds, format!("{:.1} % of the intervals for {looks} hold the truth", share * 100.0));
        }
        if told.zero {
            need(it.truth == 0.0, format!("nothing has an effect, and {:+.2} % is true", it.truth * 100.0));
            let holds = it.found <= 0.05 + room + BEYOND;
            need(
                holds,
                format!("{:.1} % of the reports find an effect where there is none", it.found * 100.0),
            );
        }
    }
    if told.effects.is_empty() && told.truth.median_s.uplift <= 0.0 {
        broken
            .push(format!("the rules raise the median stay by {:+.1} %", told.truth.median_s.uplift * 100.0));
    }
    broken
}
