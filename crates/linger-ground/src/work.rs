//! Much of the same kind of work on several threads, its results in order. It does not know what the work is.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// What each number from 0 on gives, in order, whoever worked on it; `told` hears how many are done.
pub fn each<T: Send>(
    count: usize,
    threads: usize,
    work: impl Fn(usize) -> T + Sync,
    told: impl Fn(usize) + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, T)>> = Mutex::new(Vec::with_capacity(count));
    thread::scope(|scope| {
        for _ in 0..threads.clamp(1, count.max(1)) {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    let result = work(number);
                    let mut done = done.lock().unwrap_or_else(|it| it.into_inner());
                    done.push((number, result));
                    told(done.len());
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(|it| it.into_inner());
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_order_however_many_work() {
        let squares: Vec<usize> = (0..100).map(|it| it * it).collect();
        for threads in [1, 3, 200] {
            assert_eq!(each(100, threads, |it| it * it, |_| {}), squares);
        }
        assert!(each(0, 4, |it| it, |_| {}).is_empty());
    }
}
