//! Where callers meet: one leads and commits for all who wait, the others wait for their answer. It does not know what
//! a commit does.

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::{Append, BATCH_BYTES_MAX, Cause, Fault, Position, Stale, StreamName};

/// What a caller wants written.
pub(super) enum Ask {
    Create { stream: StreamName, epoch: u32 },
    Append(Vec<Append>),
}

/// What a caller is told.
pub(super) enum Answer {
    Created(Position),
    Appended(Vec<Result<Position, Stale>>),
    Failed(Fault),
}

/// The queue of callers.
#[derive(Default)]
pub(super) struct Desk {
    inner: Mutex<Inner>,
    turned: Condvar,
}

#[derive(Default)]
struct Inner {
    waiting: VecDeque<Waiting>,
    answers: HashMap<u64, Answer>,
    tickets: u64,
    led: bool,
}

struct Waiting {
    ticket: u64,
    ask: Ask,
    bytes: usize,
}

impl Desk {
    /// Queues an ask and returns its answer. Whoever finds nobody leading leads: it commits as many waiting asks
    /// together as fit one batch. Those who come meanwhile form the next group, so one sync serves them all.
    pub fn ask(&self, ask: Ask, bytes: usize, commit: impl Fn(&[Ask]) -> Vec<Answer>) -> Answer {
        let mut inner = self.lock();
        let ticket = inner.tickets;
        inner.tickets += 1;
        inner.waiting.push_back(Waiting { ticket, ask, bytes });
        loop {
            if let Some(answer) = inner.answers.remove(&ticket) {
                return answer;
            }
            if inner.led {
                inner = self.turned.wait(inner).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            inner.led = true;
            let (tickets, asks) = inner.take_group();
            drop(inner);
            let mut lead = Lead { desk: self, tickets, answers: Vec::new() };
            lead.answers = commit(&asks);
            drop(lead);
            inner = self.lock();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn take_group(&mut self) -> (Vec<u64>, Vec<Ask>) {
        let mut tickets = Vec::new();
        let mut asks = Vec::new();
        let mut bytes = 0;
        while let Some(next) = self.waiting.front() {
            bytes += next.bytes;
            if bytes > BATCH_BYTES_MAX && !asks.is_empty() {
                break;
            }
            if let Some(taken) = self.waiting.pop_front() {
                tickets.push(taken.ticket);
                asks.push(taken.ask);
            }
        }
        (tickets, asks)
    }
}

/// The time of one leader. Its end hands out the answers, even if the commit panicked: nobody may wait for ever.
struct Lead<'a> {
    desk: &'a Desk,
    tickets: Vec<u64>,
    answers: Vec<Answer>,
}

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        let mut inner = self.desk.lock();
        inner.led = false;
        let mut answers = std::mem::take(&mut self.answers).into_iter();
        for &ticket in &self.tickets {
            let answer = answers.next().unwrap_or_else(|| Answer::Failed(broken()));
            inner.answers.insert(ticket, answer);
        }
        drop(inner);
        self.desk.turned.notify_all();
    }
}

/// The fault of a log whose writer panicked.
pub(super) fn broken() -> Fault {
    let earlier = "a bug stopped the writer".to_owned();
    Fault::lasting("appending to the log", Cause::Refusing { earlier })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Mutex;

    use super::*;

    fn create(epoch: u32) -> Ask {
        let stream = StreamName::new("a").unwrap();
        Ask::Create { stream, epoch }
    }

    /// Answers each ask with its own epoch as the offset, so that a mixed-up answer shows.
    fn echo(asks: &[Ask]) -> Vec<Answer> {
        let echo = |ask: &Ask| match ask {
            Ask::Create { epoch, .. } => Answer::Created(Position { epoch: 0, offset: u64::from(*epoch) }),
            Ask::Append(_) => Answer::Appended(Vec::new()),
        };
        asks.iter().map(echo).collect()
    }

    fn offset(answer: &Answer) -> Option<u64> {
        match answer {
            Answer::Created(position) => Some(position.offset),
            _ => None,
        }
    }

    /// Lets `callers` ask at once while the first commit is held until all others wait.
    fn crowd(callers: u32, bytes: usize) -> Vec<usize> {
        let desk = Desk::default();
        let groups = Mutex::new(Vec::new());
        let commit = |asks: &[Ask]| {
            let first = groups.lock().unwrap().is_empty();
            groups.lock().unwrap().push(asks.len());
            while first && desk.lock().waiting.len() + asks.len() < callers as usize {
                std::thread::yield_now();
            }
            echo(asks)
        };
        std::thread::scope(|scope| {
            for caller in 0..callers {
                let (desk, commit) = (&desk, &commit);
                scope.spawn(move || {
                    let answer = desk.ask(create(caller), bytes, commit);
                    assert_eq!(offset(&answer), Some(u64::from(caller)));
                });
            }
        });
        assert!(desk.lock().answers.is_empty());
        groups.into_inner().unwrap()
    }

    #[test]
    fn all_who_come_during_a_commit_share_the_next() {
        let groups = crowd(16, 100);
        assert_eq!(groups.len(), 2);
        assert_eq!(groups.iter().sum::<usize>(), 16);
    }

    #[test]
    fn a_group_holds_no_more_than_one_batch_may() {
        let groups = crowd(7, BATCH_BYTES_MAX / 2);
        assert!(groups.iter().all(|&asks| asks <= 2), "{groups:?}");
        assert_eq!(groups.iter().sum::<usize>(), 7);
        assert_eq!(crowd(3, BATCH_BYTES_MAX), [1, 1, 1]);
    }

    #[test]
    fn a_commit_that_panics_leaves_nobody_waiting() {
        let desk = Desk::default();
        let follower = std::thread::scope(|scope| {
            let leader = scope.spawn(|| {
                let commit = |_: &[Ask]| {
                    while desk.lock().waiting.is_empty() {
                        std::thread::yield_now();
                    }
                    panic!("a bug");
                };
                catch_unwind(AssertUnwindSafe(|| desk.ask(create(1), 0, commit))).is_err()
            });
            while !desk.lock().led {
                std::thread::yield_now();
            }
            let answer = desk.ask(create(2), 0, echo);
            assert!(leader.join().unwrap());
            answer
        });
        assert_eq!(offset(&follower), Some(2));
    }

    #[test]
    fn those_a_panicking_commit_was_for_are_told_that_it_failed() {
        let desk = Desk::default();
        let commits = Mutex::new(0);
        let commit = |asks: &[Ask]| {
            let number = std::mem::replace(&mut *commits.lock().unwrap(), 1);
            while number == 0 && desk.lock().waiting.len() < 2 {
                std::thread::yield_now();
            }
            assert!(number == 0, "a bug");
            echo(asks)
        };
        let ask = |epoch| catch_unwind(AssertUnwindSafe(|| desk.ask(create(epoch), 0, commit)));
        let endings = std::thread::scope(|scope| {
            let first = scope.spawn(|| ask(1));
            while !desk.lock().led {
                std::thread::yield_now();
            }
            let others = [2, 3].map(|epoch| scope.spawn(move || ask(epoch)));
            assert_eq!(first.join().unwrap().ok().as_ref().and_then(offset), Some(1));
            others.map(|it| it.join().unwrap())
        });
        let panicked = endings.iter().filter(|it| it.is_err()).count();
        let told = endings.iter().filter(|it| matches!(it, Ok(Answer::Failed(_)))).count();
        assert_eq!((panicked, told), (1, 1));
    }
}
