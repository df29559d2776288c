//! The figures of one second of a show, as sums. It does not know what came before or after.

use linger_protocol::Money;

/// What happened in one second. All figures add up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Second {
    /// Which second of the show, from 0.
    pub second: u32,
    /// Stays that began.
    pub arrived: u32,
    /// Stays that ended by leaving.
    pub left: u32,
    /// Stays that were lost sight of: no leaving was seen.
    pub lost: u32,
    /// Likes.
    pub likes: u32,
    /// Comments, by whomever.
    pub comments: u32,
    /// Questions asked that were not open before.
    pub questions_opened: u32,
    /// Questions answered.
    pub questions_answered: u32,
    /// Different viewers who commented, followed, entered a draw or ordered. People who only like or click stay
    /// unnamed and are not among them.
    pub people_acting: u32,
    /// Times a product card was seen.
    pub cards_seen: u32,
    /// Times a product card was clicked.
    pub cards_clicked: u32,
    /// Orders placed.
    pub orders_held: u32,
    /// Orders paid.
    pub orders_paid: u32,
    /// What was paid for orders.
    pub takings: Takings,
    /// Stalls of the picture at viewers' ends.
    pub stalls: u32,
    /// Milliseconds stalled.
    pub stalled_ms: u64,
    /// Milliseconds watched, stalls included.
    pub watched_ms: u64,
    /// Viewers who could not start to watch.
    pub failures: u32,
}

impl Second {
    /// Adds the figures of `other`, whichever second they are of.
    pub fn add(&mut self, other: &Second) {
        for (mine, theirs) in [
            (&mut self.arrived, other.arrived),
            (&mut self.left, other.left),
            (&mut self.lost, other.lost),
            (&mut self.likes, other.likes),
            (&mut self.comments, other.comments),
            (&mut self.questions_opened, other.questions_opened),
            (&mut self.questions_answered, other.questions_answered),
            (&mut self.people_acting, other.people_acting),
            (&mut self.cards_seen, other.cards_seen),
            (&mut self.cards_clicked, other.cards_clicked),
            (&mut self.orders_held, other.orders_held),
            (&mut self.orders_paid, other.orders_paid),
            (&mut self.stalls, other.stalls),
            (&mut self.failures, other.failures),
        ] {
            *mine = mine.saturating_add(theirs);
        }
        self.stalled_ms = self.stalled_ms.saturating_add(other.stalled_ms);
        self.watched_ms = self.watched_ms.saturating_add(other.watched_ms);
        other.takings.sums().iter().for_each(|amount| self.takings.add(*amount));
    }
}

/// The row of a second in a list that is ordered by second and has no empty rows to spare: found or put in.
pub(crate) fn row_of(rows: &mut Vec<Second>, second: u32) -> &mut Second {
    // Nearly always it is the last one, or a new one behind it.
    let at = match rows.last() {
        Some(last) if last.second == second => rows.len() - 1,
        Some(last) if last.second > second => match rows.binary_search_by_key(&second, |row| row.second) {
            Ok(at) => at,
            Err(at) => {
                rows.insert(at, Second { second, ..Second::default() });
                at
            }
        },
        _ => {
            rows.push(Second { second, ..Second::default() });
            rows.len() - 1
        }
    };
    &mut rows[at]
}

/// Sums of money, one for each currency, ordered by its code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Takings(Vec<Money>);

impl Takings {
    /// A room has one currency, perhaps two; a list that grows without end would be a fault elsewhere.
    const CURRENCIES_MAX: usize = 16;

    /// Adds an amount; the seventeenth currency is not counted.
    pub fn add(&mut self, amount: Money) {
        match self.0.binary_search_by_key(&amount.currency, |sum| sum.currency) {
            Ok(at) => self.0[at].minor = self.0[at].minor.saturating_add(amount.minor),
            Err(at) if self.0.len() < Self::CURRENCIES_MAX => self.0.insert(at, amount),
            Err(_) => {}
        }
    }

    /// The sums.
    pub fn sums(&self) -> &[Money] {
        &self.0
    }
}
