//! Alarms inside a running show, second by second: are more people leaving than at this age of the host's other shows, or
//! are fewer coming? It does not know rooms, only their counts.

use linger_stats::{median, spread_around};
use serde::{Deserialize, Serialize};

/// Seconds a baseline point stands for.
const STEP_S: u32 = 10;
/// Shows a baseline is made of, at most; of more, the last ones count.
const SHOWS_MAX: usize = 20;
/// Shows that are needed before anything is judged.
const SHOWS_MIN: usize = 3;

/// When a room's alarm speaks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RoomRule {
    /// Leaving, at so many times what is usual.
    pub times_min: f64,
    /// And at this robust z over the host's shows.
    pub z_min: f64,
    /// Among so many people.
    pub people_min: u32,
    /// For so many seconds on end.
    pub hold_s: u32,
}

impl Default for RoomRule {
    fn default() -> RoomRule {
        RoomRule { times_min: 1.5, z_min: 3.0, people_min: 20, hold_s: 5 }
    }
}

/// Coming and leaving of one show by its age: each number is over ten seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ShowCurve {
    /// Leaves per person and second.
    pub hazard: Vec<f32>,
    /// Arrivals per second.
    pub arrivals: Vec<f32>,
}

/// How people come and leave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Flow {
    /// Arrivals per second.
    pub arrivals: f64,
    /// Leaves per person and second.
    pub hazard: f64,
}

/// Why fewer people are here than usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Nothing is less.
    Neither,
    /// Fewer come: look at the notice, the cover, the time of day.
    FewerArrivals,
    /// More leave: look at what happens on stage.
    MoreLeaving,
    /// Both, neither under a quarter of it.
    Both,
}

/// Splits a lack of people into its two causes. In a room in balance, people here are arrivals divided by hazard, so the
/// logarithms of the two ratios add up to that of people here.
pub fn cause(now: Flow, usual: Flow) -> Cause {
    let ratio = |now: f64, usual: f64| if now > 0.0 && usual > 0.0 { (now / usual).ln() } else { 0.0 };
    let fewer = (-ratio(now.arrivals, usual.arrivals)).max(0.0);
    let leaving = ratio(now.hazard, usual.hazard).max(0.0);
    let all = fewer + leaving;
    // Under a tenth less is nothing to speak of.
    if all < 1.1_f64.ln() {
        Cause::Neither
    } else if fewer / all < 0.25 {
        Cause::MoreLeaving
    } else if leaving / all < 0.25 {
        Cause::FewerArrivals
    } else {
        Cause::Both
    }
}

/// What a room's alarm says.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoomAlarm {
    /// Age of the show, s.
    pub age_s: u32,
    /// It begins, or it is over.
    pub on: bool,
    /// Now.
    pub now: Flow,
    /// At this age of other shows.
    pub usual: Flow,
    /// Which of the two it is.
    pub cause: Cause,
}

/// The alarm of one running show.
#[derive(Clone, Debug)]
pub struct RoomWatch {
    rule: RoomRule,
    shows: Vec<ShowCurve>,
    /// Weighted sums of leaves, person seconds, arrivals and seconds: over 10 s, and over 60 s.
    fast: [f64; 4],
    slow: [f64; 4],
    run_s: u32,
    on: bool,
}

impl RoomWatch {
    /// For one show, beside the same host's last shows, oldest first.
    pub fn new(rule: RoomRule, mut shows: Vec<ShowCurve>) -> RoomWatch {
        shows.drain(..shows.len().saturating_sub(SHOWS_MAX));
        RoomWatch { rule, shows, fast: [0.0; 4], slow: [0.0; 4], run_s: 0, on: false }
    }

    /// Takes in one second: the show's age, people here at its beginning, and who came and left in it.
    pub fn second(&mut self, age_s: u32, here: u32, arrived: u32, left: u32) -> Option<RoomAlarm> {
        let told = [f64::from(left), f64::from(here), f64::from(arrived), 1.0];
        for (sums, span) in [(&mut self.fast, 10.0_f64), (&mut self.slow, 60.0)] {
            let keep = (-1.0 / span).exp();
            sums.iter_mut().zip(told).for_each(|(sum, told)| *sum = *sum * keep + told);
        }
        let (usual, spread) = self.usual(age_s)?;
        let (fast, slow) = (flow(&self.fast), flow(&self.slow));
        let z = (fast.hazard - usual.hazard) / spread;
        let most = usual.hazard * self.rule.times_min;
        // The fast mean alone is one family leaving; both together are a room turning away.
        let bad = fast.hazard >= most
            && slow.hazard >= usual.hazard * self.rule.times_min.sqrt()
            && z >= self.rule.z_min;
        let back = fast.hazard < usual.hazard * (1.0 + self.rule.times_min) / 2.0;
        let enough = here >= self.rule.people_min;
        let turned = if self.on { back } else { bad && enough };
        self.run_s = if turned { self.run_s + 1 } else { 0 };
        if self.run_s < self.rule.hold_s.max(1) {
            return None;
        }
        self.run_s = 0;
        self.on = !self.on;
        Some(RoomAlarm { age_s, on: self.on, now: fast, usual, cause: cause(fast, usual) })
    }

    /// The median flow at an age, and the robust spread of hazards; none with too few shows of that length.
    fn usual(&self, age_s: u32) -> Option<(Flow, f64)> {
        let at = (age_s / STEP_S) as usize;
        let of = |pick: fn(&ShowCurve) -> &Vec<f32>| -> Vec<f64> {
            self.shows.iter().filter_map(|show| pick(show).get(at)).map(|it| f64::from(*it)).collect()
        };
        let (hazards, arrivals) = (of(|it| &it.hazard), of(|it| &it.arrivals));
        if hazards.len() < SHOWS_MIN {
            return None;
        }
        let hazard = median(&hazards).ok()?;
        // Three shows alike say little: a tenth of the hazard is the least spread believed.
        let spread = spread_around(hazard, &hazards).ok()?.max(hazard * 0.1).max(1e-6);
        let arrivals = median(&arrivals).unwrap_or(0.0);
        Some((Flow { arrivals, hazard }, spread))
    }
}

fn flow(sums: &[f64; 4]) -> Flow {
    let [left, present, arrived, seconds] = *sums;
    Flow { arrivals: arrived / seconds.max(1e-9), hazard: if present > 0.0 { left / present } else { 0.0 } }
}
