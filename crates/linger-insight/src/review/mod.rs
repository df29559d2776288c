//! Looking back at a show: where people left beyond what was to be expected, what speaks for which cause, and how the
//! show compares with the ones before it.
//!
//! [`Shows`] folds a room's log and hands out each [`Show`]; [`Review::of`] finds its moments and their likely causes;
//! [`Digest::of`] is its line in a list, and [`findings`] holds it against the room's earlier ones; [`ReviewReport::over`] sums up a day, a week or a month. What a show is, who
//! counts as here and when a stay ends is told by [`Live`](crate::Live) alone, so that a review and the live screen
//! never tell two stories of one evening.
//!
//! Everything here is a pure function of the log. It does not know how a review is drawn, mailed or put into words.

mod cause;
mod course;
mod digest;
mod finding;
mod notes;
mod report;
mod scene;
mod shows;
mod strata;

pub use cause::{Cause, Figure, Likely, Strength};
pub use course::{AT_RISK_MIN, Course, FALSE_ALARM, MOMENTS_MAX, Moments, Part, Stretch, WINDOWS_S};
pub use digest::{Digest, RETENTION_AT_S};
pub use finding::{EARLIER_MAX, Finding, Symptom, findings};
pub use notes::{Asked, Drawn, Notes, SoldOut};
pub use report::{CauseCount, ReviewReport, Sums};
pub use shows::{Show, Shows};
pub use strata::{AGES_FROM_S, SOURCES_TOLD, Sheet};

/// A moment in which people left beyond expectation, with what may have caused it.
#[derive(Clone, Debug)]
pub struct Loss {
    /// When, and how many.
    pub stretch: Stretch,
    /// Likely causes, the likeliest first; never empty.
    pub causes: Vec<Likely>,
    /// The leaving by source, in the order of [`Sheet::sources`].
    pub by_source: Vec<Part>,
    /// The leaving by watch age, in the order of [`AGES_FROM_S`].
    pub by_age: Vec<Part>,
}

/// A show, looked back at.
#[derive(Clone, Debug)]
pub struct Review {
    /// Leaving and expected leaving, by second.
    pub course: Course,
    /// Moments in which people were lost: those beyond chance first, and of them the largest first.
    pub losses: Vec<Loss>,
    /// Moments in which people stayed beyond expectation.
    pub holds: Vec<Stretch>,
    /// How many windows were looked at to find them: each look is a chance to be wrong.
    pub looks: u32,
    /// The first second that is no part of the show any more.
    pub ends_s: u32,
}

impl Review {
    /// Looks back at a show.
    pub fn of(show: &Show) -> Review {
        let ends_s = scene::ends_s(show);
        let (course, moments) = Course::of(&show.sheet, ends_s);
        let scene = scene::Scene::of(show, &course, ends_s);
        let loss = |stretch: Stretch| Loss {
            causes: cause::causes(&scene, &stretch),
            by_source: course.by_source(&show.sheet, &stretch),
            by_age: course.by_age(&show.sheet, &stretch),
            stretch,
        };
        let losses = moments.drops.into_iter().map(loss).collect();
        Review { losses, holds: moments.holds, looks: moments.looks, ends_s, course }
    }
}
