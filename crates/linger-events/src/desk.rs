//! Where callers meet: one leads and commits for all who wait, the others wait for their answer. It does not know what
//! a commit does.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

/// The queue of callers, with what they ask (`A`) and are told (`R`).
pub(crate) struct Desk<A, R> {
    inner: Mutex<Inner<A, R>>,
    turned: Condvar,
    group_bytes_max: usize,
}

struct Inner<A, R> {
    waiting: VecDeque<(u64, A, usize)>,
    answers: FxHashMap<u64, Option<R>>,
    tickets: u64,
    led: bool,
}

impl<A, R> Desk<A, R> {
    /// An empty desk; a group of asks is no larger than given, except that a single one may be.
    pub fn new(group_bytes_max: usize) -> Desk<A, R> {
        let inner = Inner { waiting: VecDeque::new(), answers: FxHashMap::default(), tickets: 0, led: false };
        Desk { inner: Mutex::new(inner), turned: Condvar::new(), group_bytes_max }
    }

    /// Queues an ask and returns its answer; none if a commit panicked, and nobody knows what became of it. Whoever
    /// finds nobody leading leads: it commits as many waiting asks together as fit one group. Those who come meanwhile
    /// form the next, so one sync serves them all.
    pub fn ask(&self, ask: A, bytes: usize, commit: impl Fn(Vec<A>) -> Vec<R>) -> Option<R> {
        let mut inner = self.lock();
        let ticket = inner.tickets;
        inner.tickets += 1;
        inner.waiting.push_back((ticket, ask, bytes));
        loop {
            if let Some(answer) = inner.answers.remove(&ticket) {
                return answer;
            }
            if inner.led {
                inner = self.turned.wait(inner).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            inner.led = true;
            let (tickets, asks) = inner.take_group(self.group_bytes_max);
            drop(inner);
            let mut lead = Lead { desk: self, tickets, answers: Vec::new() };
            lead.answers = commit(asks);
            drop(lead);
            inner = self.lock();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner<A, R>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<A, R> Inner<A, R> {
    fn take_group(&mut self, bytes_max: usize) -> (Vec<u64>, Vec<A>) {
        let (mut tickets, mut asks, mut bytes) = (Vec::new(), Vec::new(), 0);
        while let Some((_, _, next)) = self.waiting.front() {
            bytes += next;
            if bytes > bytes_max && !asks.is_empty() {
                break;
            }
            if let Some((ticket, ask, _)) = self.waiting.pop_front() {
                tickets.push(ticket);
                asks.push(ask);
            }
        }
        (tickets, asks)
    }
}

/// The time of one leader. Its end hands out the answers, even if the commit panicked: nobody may wait for ever.
struct Lead<'a, A, R> {
    desk: &'a Desk<A, R>,
    tickets: Vec<u64>,
    answers: Vec<R>,
}

impl<A, R> Drop for Lead<'_, A, R> {
    fn drop(&mut self) {
        let mut inner = self.desk.lock();
        inner.led = false;
        let mut answers = std::mem::take(&mut self.answers).into_iter();
        for &ticket in &self.tickets {
            inner.answers.insert(ticket, answers.next());
        }
        drop(inner);
        self.desk.turned.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn all_who_come_during_a_commit_share_the_next() {
        let desk = Desk::new(1000);
        let groups = Mutex::new(Vec::new());
        let commit = |asks: Vec<u32>| {
            let first = groups.lock().unwrap().is_empty();
            groups.lock().unwrap().push(asks.len());
            while first && desk.lock().waiting.len() + asks.len() < 9 {
                std::thread::yield_now();
            }
            asks
        };
        std::thread::scope(|scope| {
            for caller in 0..9 {
                let (desk, commit) = (&desk, &commit);
                scope.spawn(move || assert_eq!(desk.ask(caller, 250, commit), Some(caller)));
            }
        });
        let groups = groups.into_inner().unwrap();
        assert_eq!(groups.iter().sum::<usize>(), 9);
        assert!(groups.iter().all(|&asks| asks <= 4), "{groups:?}");
        assert!(groups.len() <= 4, "{groups:?}");
    }

    #[test]
    fn a_commit_that_panics_leaves_nobody_waiting() {
        let desk = Desk::new(1000);
        std::thread::scope(|scope| {
            let leader = scope.spawn(|| {
                let commit = |_: Vec<u32>| -> Vec<u32> {
                    while desk.lock().waiting.is_empty() {
                        std::thread::yield_now();
                    }
                    panic!("a bug");
                };
                catch_unwind(AssertUnwindSafe(|| desk.ask(1, 0, commit))).is_err()
            });
            while !desk.lock().led {
                std::thread::yield_now();
            }
            assert_eq!(desk.ask(2, 0, |asks| asks), Some(2));
            assert!(leader.join().unwrap());
        });
    }
}
