//! What a shop promises after the sale. It does not know whether a promise is kept.

use crate::{Limits, Money};
use minicbor::{Decode, Encode};

/// When people answer tickets, by the shop's own time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ServiceHours {
    /// From which minute of the day on.
    #[n(0)]
    pub from_min: u16,
    /// Up to which minute of the day; at least [`Limits::SERVICE_MINUTES_MIN`] later, at most 1440.
    #[n(1)]
    pub to_min: u16,
    /// On which days: bit 0 for Monday to bit 6 for Sunday, at least one of them.
    #[n(2)]
    pub days: u8,
}

/// What the shop promises after the sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct CarePolicy {
    /// Up to this amount, the money of a return goes back as soon as it is sent; none for never.
    #[n(0)]
    pub instant: Option<Money>,
    /// Whether the shop bears the way back of a return without a reason; where something is wrong it always does.
    #[n(1)]
    pub freight_by_shop: bool,
    /// Whether what was paid for delivery goes back with the last of the goods.
    #[n(2)]
    pub delivery_back: bool,
    /// Days within which the shop decides about a return; after them it is approved.
    #[n(3)]
    pub decide_days: u16,
    /// Days within which the buyer sends an approved return; after them it lapses.
    #[n(4)]
    pub send_days: u16,
    /// Days within which the shop says that a return arrived; after them it counts as received.
    #[n(5)]
    pub receive_days: u16,
    /// Days for which a price is guaranteed; zero for none.
    #[n(6)]
    pub guarantee_days: u16,
    /// Milliseconds of service within which a person answers a ticket first.
    #[n(7)]
    pub answer_ms: u64,
    /// Milliseconds of service within which a ticket is solved; not less than the first answer.
    #[n(8)]
    pub solve_ms: u64,
    /// When there is service; none for day and night.
    #[n(9)]
    pub hours: Option<ServiceHours>,
    /// Minutes by which the shop's time is ahead of UTC, -720 to 840: days of the law and of service begin by it.
    #[n(10)]
    pub utc_offset_min: i16,
    /// Whether a ticket is answered at once by what is known of its order.
    #[n(11)]
    pub auto_answer: bool,
}

impl Default for CarePolicy {
    /// What holds where a shop said nothing: no money before the goods are back, four hours to a first answer and two days
    /// to a solution, day and night, by the clock of China.
    fn default() -> CarePolicy {
        CarePolicy {
            instant: None,
            freight_by_shop: false,
            delivery_back: true,
            decide_days: 3,
            send_days: 7,
            receive_days: 10,
            guarantee_days: 0,
            answer_ms: 4 * 3_600_000,
            solve_ms: 48 * 3_600_000,
            hours: None,
            utc_offset_min: 480,
            auto_answer: true,
        }
    }
}

impl CarePolicy {
    /// Whether every term can be kept.
    pub fn is_sound(&self) -> bool {
        let days = |it: u16| (1..=Limits::CARE_DAYS_MAX).contains(&it);
        let ms = |it: u64| (60_000..=Limits::SERVICE_MS_MAX).contains(&it);
        let hours = self.hours.is_none_or(|it| {
            it.to_min <= 1_440
                && it.from_min.saturating_add(Limits::SERVICE_MINUTES_MIN) <= it.to_min
                && (1..128).contains(&it.days)
        });
        self.instant.is_none_or(|it| (0..=Limits::PRICE_MINOR_MAX).contains(&it.minor))
            && [self.decide_days, self.send_days, self.receive_days].into_iter().all(days)
            && self.guarantee_days <= Limits::CARE_DAYS_MAX
            && ms(self.answer_ms)
            && ms(self.solve_ms)
            && self.answer_ms <= self.solve_ms
            && hours
            && (-720..=840).contains(&self.utc_offset_min)
    }
}
