//! A timing wheel of seconds: what is to be looked at again, and when. It does not know what is looked at.
//!
//! Setting a timer and taking out what is due cost the same however many wait: nothing is scanned. A timer is never taken
//! back; whoever is woken looks whether there is still a reason.

/// Slots of the wheel: a timer that is further away than this goes around.
const SLOTS: usize = 1_024;

/// Timers, by the second in which they are due.
#[derive(Clone, Debug)]
pub struct Wheel<T> {
    slots: Vec<Vec<(i64, T)>>,
    /// Up to and including this second everything was taken out.
    second: i64,
    waiting: usize,
}

impl<T> Wheel<T> {
    /// A wheel without timers that stands at a second.
    pub fn at(second: i64) -> Wheel<T> {
        Wheel { slots: (0..SLOTS).map(|_| Vec::new()).collect(), second, waiting: 0 }
    }

    /// Sets a timer for a second; one that is past is due in the next.
    pub fn set(&mut self, second: i64, what: T) {
        let second = second.max(self.second + 1);
        self.slots[place(second)].push((second, what));
        self.waiting += 1;
    }

    /// How many wait.
    #[cfg(test)]
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    /// Goes on by one second and takes out what is due in it.
    pub fn step(&mut self) -> Vec<T> {
        self.second += 1;
        let slot = &mut self.slots[place(self.second)];
        if slot.is_empty() {
            return vec![];
        }
        let (now, later): (Vec<_>, Vec<_>) =
            std::mem::take(slot).into_iter().partition(|(second, _)| *second <= self.second);
        *slot = later;
        self.waiting -= now.len();
        now.into_iter().map(|(_, what)| what).collect()
    }

    /// The first second in which something is due. It looks at every timer: for gaps, not for every second.
    pub fn first(&self) -> Option<i64> {
        self.slots.iter().flatten().map(|(second, _)| *second).min()
    }

    /// Goes on to a second in which, and before which, nothing is due.
    pub fn skip_to(&mut self, second: i64) {
        debug_assert!(self.first().is_none_or(|first| first > second), "a timer was passed over");
        self.second = self.second.max(second);
    }
}

fn place(second: i64) -> usize {
    usize::try_from(second.rem_euclid(SLOTS as i64)).expect("a remainder is not negative")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_due_in_its_second_and_once() {
        let mut wheel = Wheel::at(-5);
        let seconds = [-4_i64, 0, 0, 3, 1_023, 1_024, 1_030, 2_060, 5_000];
        seconds.iter().for_each(|second| wheel.set(*second, *second));
        assert_eq!(wheel.first(), Some(-4));
        let mut due = vec![];
        for second in -4..6_000 {
            let now = wheel.step();
            assert!(now.iter().all(|it| *it == second), "{now:?} in {second}");
            due.extend(now);
        }
        assert_eq!((due.as_slice(), wheel.waiting()), (&seconds[..], 0));
    }

    #[test]
    fn what_is_past_is_due_next_and_gaps_are_stepped_over() {
        let mut wheel = Wheel::at(10);
        wheel.set(3, "late");
        assert_eq!(wheel.step(), ["late"]);
        wheel.set(90_000, "far");
        wheel.skip_to(89_999);
        assert_eq!(wheel.step(), ["far"]);
    }
}
