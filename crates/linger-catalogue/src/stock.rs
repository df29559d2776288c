//! What a count from outside means for the units that are free here, and which of two tellings is the newer. It does not
//! know who counts.

/// Units that are free after a shop elsewhere told how many it has.
///
/// The rule: the shop's count includes what was allotted to rooms, because it does not know of rooms until an order is
/// written back to it. So what is free here is its count less the units that rooms hold; when rooms hold more than it
/// has, nothing is free and `short` says by how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Free {
    /// Units free to be sold or allotted.
    pub units: u64,
    /// Units that rooms hold and the shop does not have.
    pub short: u64,
}

/// What is free when the shop has `count` (below zero where it let itself be oversold) and rooms hold `allotted`.
pub fn free(count: i64, allotted: u64) -> Free {
    let count = u64::try_from(count).unwrap_or(0);
    Free { units: count.saturating_sub(allotted), short: allotted.saturating_sub(count) }
}

/// What the shop should have: what is free here and what rooms hold.
pub fn for_shop(free: u64, allotted: u64) -> u64 {
    free.saturating_add(allotted)
}

/// Whether what was told is newer than what is known. Equal moments count as known: shops tell things twice.
pub fn is_newer(told_ms: i64, known_ms: Option<i64>) -> bool {
    known_ms.is_none_or(|known| told_ms > known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rooms_hold_is_not_free_though_the_shop_counts_it() {
        assert_eq!(free(10, 3), Free { units: 7, short: 0 });
        assert_eq!(free(3, 3), Free { units: 0, short: 0 });
        assert_eq!(free(2, 3), Free { units: 0, short: 1 });
        assert_eq!(free(-4, 3), Free { units: 0, short: 3 });
        assert_eq!(for_shop(7, 3), 10);
    }

    #[test]
    fn of_two_tellings_the_later_counts() {
        assert!(is_newer(5, None));
        assert!(is_newer(6, Some(5)));
        assert!(!is_newer(5, Some(5)));
        assert!(!is_newer(4, Some(5)));
    }
}
