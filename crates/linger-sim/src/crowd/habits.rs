//! How simulated viewers behave: every number a crowd is made of, with where it comes from.
//!
//! It does not know how behaviour is carried out. "Chosen" marks a number that no public measurement was at hand for;
//! it was set so that the whole shows the measured shapes named in [`Habits`].

use crate::dice::Dice;

/// Where somebody came from.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// The code that is told to the room.
    pub code: &'static str,
    /// Share of arrivals.
    pub share: f64,
    /// Share of its arrivals who leave almost at once.
    pub bounce: f64,
    /// Median stay of the others, in s.
    pub stay_median_s: f64,
}

/// The numbers of a crowd.
///
/// Shapes aimed at, measured on five recorded live chats (Bilibili and YouTube, central 98 % of messages): variance over
/// mean of messages a minute 10 to 352; the busiest minute 1.1 to 5.6 times the mean; 18 to 63 % of those who write do
/// so once; the top tenth writes 36 to 59 %. `crowd::tests` holds a simulated evening to them.
#[derive(Clone, Debug)]
pub struct Habits {
    /// Sources and their stays. Chosen: people who were sent by a friend stay, a feed sends people who glance; a view
    /// of under 3 s counts as a negative in published work on live feeds.
    pub sources: Vec<Source>,
    /// Scale of the stay of those who leave almost at once, in s. Chosen.
    pub bounce_scale_s: f64,
    /// Weibull shape of such stays: below 1, so that the hazard falls with age, as it does in every published
    /// retention curve. Chosen.
    pub bounce_shape: f64,
    /// Standard deviation of the logarithm of the other stays: a heavy tail. Chosen.
    pub stay_sigma: f64,
    /// Seconds within which a crowd that is too small or too large is filled up or let run out. Chosen.
    pub refill_s: f64,
    /// Share of arrivals who were here before, of the same show. Chosen.
    pub returning: f64,
    /// Share who write Chinese.
    pub chinese: f64,

    /// Comments a minute and person, all in all. Chosen for a lively room of hundreds; rooms of thousands write less a
    /// head (0.7 messages a second were measured with about 20,000 viewers).
    pub comments_a_minute: f64,
    /// Branching ratio of the self-exciting comments: how many further comments one calls forth on average. With 0.83
    /// the variance over mean of long windows is 1 / (1 - 0.83)^2 = 35 (Hawkes 1971).
    pub excitement: f64,
    /// How long a comment excites, in s: the time constant of the exponential kernel. Chosen.
    pub excitement_s: f64,
    /// Standard deviation of the logarithm of a person's readiness to write: makes the top tenth write about half.
    pub chatty_sigma: f64,
    /// Seconds between two comments of one person, at least.
    pub comment_gap_s: f64,
    /// Share of spontaneous comments that are questions while an item is on stage. Chosen.
    pub question_share: f64,
    /// Share of questions about what others ask just now. Chosen.
    pub same_question: f64,

    /// Bursts of likes a minute and person. Chosen; a burst is of several taps.
    pub like_bursts_a_minute: f64,
    /// Mean taps of a burst.
    pub likes_a_burst: f64,
    /// Share who follow in the end.
    pub follows: f64,
    /// Share of those here who enter a draw.
    pub enters_draw: f64,
    /// Median seconds until they do.
    pub enters_after_s: f64,

    /// Share of those who see a card and click it. Published click rates of live selections lie around 4 % of views for
    /// lighter acts; chosen higher, since a demo's crowd is small.
    pub clicks: f64,
    /// Share of those who click while a sale is on and order.
    pub orders: f64,
    /// Share of those here who order when a sale opens, without looking long. Chosen.
    pub rushes: f64,
    /// Share of orders of two units.
    pub two_units: f64,
    /// Shares of the ways to pay: `now`, `slow`, `twice`, `never`, `decline`.
    pub pays: [f64; 5],
    /// Seconds a slow payment takes, at most.
    pub slow_pay_s: f64,
    /// Median seconds from order to payment.
    pub pays_after_s: f64,

    /// Minutes between two breaks of one person's connection, on average. Chosen.
    pub break_every_min: f64,
    /// Median seconds until they are back.
    pub break_s: f64,
    /// Share of those who leave without a word, as phones do.
    pub vanishes: f64,

    /// How much faster people run out of patience while the stage is idle. Chosen.
    pub idle_pace: f64,
    /// Seconds without card, draw or word of the host after which a stage is idle.
    pub idle_after_s: f64,
    /// How much slower while a question was just answered. Chosen; the direction is what the product measures.
    pub answered_pace: f64,
    /// Seconds that lasts.
    pub answered_s: f64,
    /// The same for the one who asked.
    pub own_answer_pace: f64,
    /// The same for those who wait for a draw they entered.
    pub entered_pace: f64,
    /// The same for those who wait for an answer: how much faster once they waited too long.
    pub unanswered_pace: f64,
    /// Seconds after which that begins.
    pub unanswered_after_s: f64,
}

impl Default for Habits {
    fn default() -> Habits {
        let source = |code, share, bounce, stay_median_s| Source { code, share, bounce, stay_median_s };
        Habits {
            sources: vec![
                source("direct", 0.22, 0.15, 620.0),
                source("share", 0.16, 0.22, 480.0),
                source("feed", 0.38, 0.55, 160.0),
                source("search", 0.14, 0.35, 260.0),
                source("embed", 0.10, 0.40, 210.0),
            ],
            bounce_scale_s: 14.0,
            bounce_shape: 0.7,
            stay_sigma: 1.15,
            refill_s: 25.0,
            returning: 0.12,
            chinese: 0.6,
            comments_a_minute: 0.2,
            excitement: 0.83,
            excitement_s: 6.0,
            chatty_sigma: 1.35,
            comment_gap_s: 4.0,
            question_share: 0.34,
            same_question: 0.6,
            like_bursts_a_minute: 0.35,
            likes_a_burst: 6.0,
            follows: 0.14,
            enters_draw: 0.4,
            enters_after_s: 11.0,
            clicks: 0.16,
            orders: 0.3,
            rushes: 0.035,
            two_units: 0.12,
            pays: [0.82, 0.10, 0.02, 0.04, 0.02],
            slow_pay_s: 20.0,
            pays_after_s: 4.0,
            break_every_min: 45.0,
            break_s: 2.0,
            vanishes: 0.3,
            idle_pace: 2.2,
            idle_after_s: 30.0,
            answered_pace: 0.55,
            answered_s: 60.0,
            own_answer_pace: 0.25,
            entered_pace: 0.35,
            unanswered_pace: 1.6,
            unanswered_after_s: 60.0,
        }
    }
}

impl Habits {
    /// How long somebody from this source stays if nothing happens, in ms.
    pub fn stay_ms(&self, dice: &mut Dice, source: &Source) -> f64 {
        let s = if dice.chance(source.bounce) {
            1.0 + dice.weibull(self.bounce_scale_s, self.bounce_shape)
        } else {
            dice.lognormal(source.stay_median_s, self.stay_sigma)
        };
        // Nobody stays longer than a day, whatever the tail says.
        s.min(86_400.0) * 1_000.0
    }

    /// The stay of somebody who was met at a random moment, rather than at the door: long stays are met more often
    /// (length bias). One of several is drawn in proportion to its length, and a random part of it is over.
    pub fn stay_left_ms(&self, dice: &mut Dice, source: &Source) -> f64 {
        let drawn: Vec<f64> = (0..8).map(|_| self.stay_ms(dice, source)).collect();
        let place = dice.weighted(drawn.iter().copied()).unwrap_or(0);
        drawn[place] * dice.unit()
    }

    /// A source, drawn by its share of the arrivals.
    pub fn source(&self, dice: &mut Dice) -> Source {
        let place = dice.weighted(self.sources.iter().map(|source| source.share)).unwrap_or(0);
        self.sources[place]
    }

    /// A way to pay, as the sandbox knows them.
    pub fn pay(&self, dice: &mut Dice) -> String {
        match dice.weighted(self.pays.iter().copied()) {
            Some(1) => format!("slow:{}", dice.between(1_000.0, self.slow_pay_s * 1_000.0) as u64),
            Some(2) => "twice".into(),
            Some(3) => "never".into(),
            Some(4) => "decline".into(),
            _ => "now".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_are_heavy_tailed_and_depend_on_the_source() {
        let habits = Habits::default();
        let mut dice = Dice::new(5);
        let mut medians = Vec::new();
        for source in &habits.sources {
            let mut stays: Vec<f64> = (0..4_000).map(|_| habits.stay_ms(&mut dice, source)).collect();
            stays.sort_by(f64::total_cmp);
            let mean = stays.iter().sum::<f64>() / 4_000.0;
            assert!(mean > 1.5 * stays[2_000], "{}: a few stay very long", source.code);
            medians.push(stays[2_000]);
        }
        assert!(
            medians[0] > 2.0 * medians[2],
            "those who come on purpose stay longer than those a feed sends"
        );
    }
}
