//! Alarms: when a figure has fallen, by enough, against what is usual at that hour of that weekday, among enough people,
//! for long enough; and what such a rule would have done in the past. It does not know where figures come from, who is
//! told, or what time it is.
//!
//! # What counts as a fall
//! All of it: at least `change_min` below the median of the same weekday and hour in the weeks before; a robust z of
//! `z_min` or more (the figure's distance in units of 1.4826 times the median absolute deviation of such distances);
//! `people_min` people behind it; and that for `periods` periods on end. It clears only when the figure has come half
//! the way back for as many periods, so that an alarm does not flicker. Unfinished periods are never judged.
//!
//! # Drift
//! A slow slide that no single period shows is found by a one-sided CUSUM of the same robust distances (Page 1954).

mod back_test;
mod rule;
mod series;
mod watch;

pub use back_test::{BackTest, back_test};
pub use rule::{AlarmRule, BadRule, Drift, Every, Figure, Side};
pub use series::{questions, series};
pub use watch::{Moment, MomentKind, Point, Watch};
