//! What makes simulated viewers stay or leave: every number of it, with where it comes from. It does not know how a show is
//! lived through.
//!
//! A *pace* multiplies the hazard of leaving: 2 is twice as likely in each second, 0.5 half as likely, 1 says that this
//! changes nothing. Paces of what goes on at the same time multiply. "Chosen" marks a number that no public measurement was
//! at hand for: it has the direction that the field reports, and a size of ours. None of them is a result of Linger.

use std::fmt;

/// Bytes of a list of values, at most.
const TEXT_BYTES_MAX: usize = 10_000;

/// What a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It multiplies the hazard of leaving; without an effect it is 1.
    Pace,
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// A share of all.
    Share,
    /// A standard deviation of a logarithm.
    Spread,
}

impl Kind {
    /// The least and the most that such a number may be.
    pub fn bounds(self) -> (f64, f64) {
        match self {
            Kind::Pace => (0.05, 20.0),
            Kind::Seconds => (1.0, 3_600.0),
            Kind::Minutes => (1.0, 600.0),
            Kind::Share => (0.0, 1.0),
            Kind::Spread => (0.0, 1.0),
        }
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Pace => "pace",
            Kind::Seconds => "s",
            Kind::Minutes => "min",
            Kind::Share => "share",
            Kind::Spread => "spread",
        }
    }
}

/// A number of the crowd's behaviour, documented.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// Which.
    pub cause: Cause,
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// What it is unless told otherwise.
    pub usual: f64,
    /// When it works and on whom.
    pub what: &'static str,
    /// Where it comes from.
    pub source: &'static str,
}

/// A number cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadCause {
    /// The name as it was written.
    pub name: String,
    /// What is wrong with it.
    pub wants: String,
}

impl fmt::Display for BadCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.wants)
    }
}

impl std::error::Error for BadCause {}

/// The numbers of a crowd.
#[derive(Clone, Debug, PartialEq)]
pub struct Causes([f64; Cause::COUNT]);

impl Default for Causes {
    fn default() -> Causes {
        Causes(TABLE.map(|it| it.usual))
    }
}

impl std::ops::Index<Cause> for Causes {
    type Output = f64;

    fn index(&self, cause: Cause) -> &f64 {
        &self.0[cause as usize]
    }
}

impl Causes {
    /// Nothing that happens in a show makes anybody stay or leave.
    pub fn zero() -> Causes {
        Causes(TABLE.map(|it| if it.kind == Kind::Pace { 1.0 } else { it.usual }))
    }

    /// Whether nothing that happens makes anybody stay or leave.
    pub fn are_zero(&self) -> bool {
        TABLE.iter().all(|it| it.kind != Kind::Pace || self[it.cause] == 1.0)
    }

    /// Every number with its documentation, in the order of the table.
    pub fn told(&self) -> impl Iterator<Item = (&'static Known, f64)> {
        TABLE.iter().zip(self.0)
    }

    /// Reads `default`, `zero`, or a list of `name=value`, by commas or lines, what is not named being as usual; `zero` may
    /// come first in a list. `#` begins a remark. An error names what cannot be.
    pub fn parse(text: &str) -> Result<Causes, BadCause> {
        let wrong = |name: &str, wants: String| Err(BadCause { name: name.to_owned(), wants });
        if text.len() > TEXT_BYTES_MAX {
            return wrong("effects", format!("at most {TEXT_BYTES_MAX} bytes"));
        }
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
        let parts = lines.flat_map(|line| line.split(',')).map(str::trim).filter(|it| !it.is_empty());
        let mut causes = Causes::default();
        let mut told = [false; Cause::COUNT];
        for (place, part) in parts.enumerate() {
            let Some((name, value)) = part.split_once('=') else {
                match (part, place) {
                    ("default", 0) => continue,
                    ("zero", 0) => causes = Causes::zero(),
                    _ => return wrong(part, "name=value expected".to_owned()),
                }
                continue;
            };
            let (name, value) = (name.trim(), value.trim());
            let Some(known) = TABLE.iter().find(|it| it.name == name) else {
                return wrong(name, "there is no such effect; `linger sim habits` lists them".to_owned());
            };
            if std::mem::replace(&mut told[known.cause as usize], true) {
                return wrong(name, "told twice".to_owned());
            }
            let (least, most) = known.kind.bounds();
            match value.parse::<f64>() {
                Ok(value) if (least..=most).contains(&value) => causes.0[known.cause as usize] = value,
                _ => return wrong(name, format!("{least} to {most} expected")),
            }
        }
        Ok(causes)
    }
}

macro_rules! causes {
    ($($cause:ident $name:literal $kind:ident $usual:literal $what:literal $source:literal;)*) => {
        /// One of the numbers.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the table says what each is")]
        pub enum Cause {
            $($cause,)*
        }

        impl Cause {
            /// How many there are.
            pub const COUNT: usize = [$(Cause::$cause,)*].len();
        }

        /// Every number there is, in its order.
        pub const TABLE: [Known; Cause::COUNT] = [$(Known {
            cause: Cause::$cause,
            name: $name,
            kind: Kind::$kind,
            usual: $usual,
            what: $what,
            source: $source,
        },)*];
    };
}

causes! {
    Answered "answered-pace" Pace 0.8
        "everybody, for answered-s after the host answered any question"
        "chosen; the direction is what answered and held-out questions are compared for";
    AnsweredS "answered-s" Seconds 45.0 "how long an answer holds everybody" "chosen";
    OwnAnswer "own-answer-pace" Pace 0.4
        "who asked, for own-answer-s after the answer" "chosen, stronger than answered-pace";
    OwnAnswerS "own-answer-s" Seconds 120.0 "how long an answer holds who asked" "chosen";
    Waiting "waiting-pace" Pace 1.7
        "who asked, once they waited for patience-s and as long as nobody answers"
        "chosen; being ignored stands among the field's causes of short stays";
    PatienceS "patience-s" Seconds 60.0
        "how long somebody waits for an answer without minding" "chosen; the first rule looks back as far";
    Idle "idle-pace" Pace 1.6
        "everybody, while the host did nothing for idle-s" "chosen; the demo's crowd runs out of patience 2.2 times as fast";
    IdleS "idle-s" Seconds 60.0 "from when on a host is idle" "chosen";
    Quiet "quiet-pace" Pace 1.15 "everybody, while the talk is slow" "chosen";
    Climax "climax-pace" Pace 0.6
        "everybody, for climax-s after a draw opened" "chosen; the demo's crowd waits for a draw it entered at 0.35";
    ClimaxS "climax-s" Seconds 120.0 "how long a climax holds" "chosen";
    ClimaxDueS "climax-due-s" Seconds 900.0
        "from when on a climax is missed" "field: a small climax every 15 to 20 minutes";
    Overdue "overdue-pace" Pace 1.4
        "everybody, rising to this within five minutes after a climax was due" "chosen; the interval is the field's";
    Liked "liked-pace" Pace 0.75
        "who likes the kind of product that is shown" "chosen; relevance is what the field ranks by";
    Other "other-pace" Pace 1.1 "who likes another kind than is shown" "chosen";
    Deeper "deeper-pace" Pace 0.7
        "who likes what is shown, for deeper-s after the host went deeper"
        "chosen; field: going deeper where people stay longer, completion +42 %";
    DeeperOther "deeper-other-pace" Pace 1.1 "who likes another kind, for as long" "chosen";
    DeeperS "deeper-s" Seconds 60.0 "how long the host goes deeper; the segment is so much longer" "chosen";
    Stalled "stall-pace" Pace 2.8
        "whose picture stalls"
        "so that 15 s of it cost some 4 % of those who had settled; field: each stall costs 3 to 5 %. Beside it: 1 % of the time stalled, 5 % less played (Krishnan and Sitaraman 2012)";
    StalledTold "stall-told-pace" Pace 1.8 "the same, for told-s after everybody was told" "chosen";
    ToldS "told-s" Seconds 90.0 "how long being told helps" "chosen";
    Flash "flash-pace" Pace 0.7
        "who likes the item whose price is low for a while"
        "chosen; field: a flash sale where people stay less than usual, conversion +28 %";
    FlashOther "flash-other-pace" Pace 0.95 "everybody else meanwhile" "chosen";
    Coupon "coupon-pace" Pace 0.6 "who was given a coupon, for coupon-s" "chosen";
    CouponS "coupon-s" Seconds 300.0 "how long a coupon holds somebody" "chosen";
    Scarce "scarce-pace" Pace 0.8
        "who likes the item of which few are left, for 45 s after it was said" "chosen";
    ScarceOther "scarce-other-pace" Pace 1.05 "everybody else meanwhile" "chosen";
    Same "same-pace" Pace 1.12
        "everybody, for each card after two of the same kind in a row, three at most"
        "chosen; field: after three look-alike rooms in a row interest narrows, next-day return -23 %; diverse listening goes with retention (Anderson and others, WWW 2020)";
    Fresh "fresh-pace" Pace 0.9 "everybody, for 60 s after a card of another kind" "chosen, as same-pace";
    Asked "asked-pace" Pace 0.8 "everybody, for 45 s after the host asked them something" "chosen";
    Ahead "ahead-pace" Pace 0.75 "everybody, for 60 s after the host said what comes next"
        "chosen; field: a climax is announced one to two minutes ahead";
    Hello "hello-pace" Pace 0.6
        "who came from a new source and is greeted within two minutes, for 120 s" "chosen";
    Named "named-pace" Pace 0.4 "three people whom the host answers by name, for 120 s" "chosen";
    Crowded "crowded-pace" Pace 1.15
        "everybody, while the talk is too fast to read and for a minute the host took nothing up" "chosen";
    Interrupted "interrupted-pace" Pace 1.05
        "everybody, for 15 s after the host followed a prompt: it breaks what was going on" "chosen";
    Notice "notice-pace" Pace 1.05 "everybody, for 20 s after an announcement over the picture" "chosen";
    HostFollows "host-follows" Share 0.7 "share of prompts that the host takes up" "chosen";
    HostTakesS "host-takes-s" Seconds 8.0 "median time until the host does" "chosen";
    HostAnswers "host-answers" Share 0.35
        "share of occasions, one every 12 s, at which the host answers a question unasked"
        "chosen";
    HostSpread "host-spread" Spread 0.2 "how unlike hosts are in how well they hold people" "chosen";
    LullEveryMin "lull-every-min" Minutes 14.0 "from one lull of the host to the next" "chosen";
    LullS "lull-s" Seconds 210.0 "mean length of a lull, in which the host does nothing unasked" "chosen";
    ClimaxEveryMin "climax-every-min" Minutes 28.0 "from one draw that the host opens unasked to the next" "chosen";
    StallEveryMin "stall-every-min" Minutes 20.0 "from one spell of stalls to the next" "chosen";
    StallS "stall-s" Seconds 75.0 "mean length of such a spell" "chosen";
    StallShare "stall-share" Share 0.3 "share of people whose picture stalls in one" "chosen";
    Swarm "swarm-share" Share 0.7 "share of shows in which some 40 people come at once from a new source" "chosen";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_number_has_a_name_of_its_own_and_lies_within_its_bounds() {
        let names: BTreeSet<_> = TABLE.iter().map(|it| it.name).collect();
        assert_eq!(names.len(), TABLE.len());
        for (place, it) in TABLE.iter().enumerate() {
            let (least, most) = it.kind.bounds();
            assert!(it.cause as usize == place && (least..=most).contains(&it.usual), "{}", it.name);
            assert!(!it.what.is_empty() && !it.source.is_empty(), "{}", it.name);
        }
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        let refused = |text: &str| Causes::parse(text).unwrap_err().to_string();
        assert_eq!(refused("stall-pace=-1"), "stall-pace: 0.05 to 20 expected");
        for value in ["NaN", "inf", "1e300", "", "two", "0"] {
            assert_eq!(refused(&format!("idle-pace={value}")), "idle-pace: 0.05 to 20 expected");
        }
        assert!(refused("charm-pace=2").starts_with("charm-pace: there is no such effect"));
        assert_eq!(refused("stall-pace=2, stall-pace=3"), "stall-pace: told twice");
        assert_eq!(refused("stall-pace=2, zero"), "zero: name=value expected");
        assert!(refused(&"#".repeat(20_000)).starts_with("effects: at most"));
    }

    #[test]
    fn a_list_changes_what_it_names_and_nothing_else() {
        let causes = Causes::parse("zero # nothing works\nstall-pace = 3, told-s=30\n").unwrap();
        assert_eq!((causes[Cause::Stalled], causes[Cause::ToldS], causes[Cause::Idle]), (3.0, 30.0, 1.0));
        assert!(!causes.are_zero() && Causes::parse("zero").unwrap().are_zero());
        assert_eq!(Causes::parse("default").unwrap(), Causes::default());
    }
}
