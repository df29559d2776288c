//! Folds parts of the people beside each other and adds up what was seen. It does not know what a part is.

use std::sync::atomic::{AtomicUsize, Ordering};

use linger_behaviour::Fold;

use crate::{AskFault, AskLimits};

/// Folds `parts` parts, each thread with a fold of its own, which takes the next part when it is done with one.
///
/// # Errors
/// The first fault of any part; the others are not gone on with.
pub(crate) fn fold_parts<F: Fold>(
    parts: usize,
    limits: &AskLimits,
    make: impl Fn() -> F + Sync,
    scan: impl Fn(usize, &mut F) -> Result<(), AskFault> + Sync,
) -> Result<F, AskFault> {
    let next = AtomicUsize::new(0);
    let work = || -> Result<F, AskFault> {
        let mut fold = make();
        loop {
            let part = next.fetch_add(1, Ordering::Relaxed);
            if part >= parts {
                return Ok(fold);
            }
            if let Err(fault) = scan(part, &mut fold) {
                // The others need not go on.
                next.store(parts, Ordering::Relaxed);
                return Err(fault);
            }
        }
    };
    let folds: Vec<_> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..limits.threads.clamp(1, parts.max(1))).map(|_| scope.spawn(work)).collect();
        let mut folds = vec![work()];
        folds.extend(
            others.into_iter().map(|it| it.join().unwrap_or_else(|bug| std::panic::resume_unwind(bug))),
        );
        folds
    });
    let mut folds = folds.into_iter();
    let mut sum = folds.next().unwrap_or(Err(AskFault::Stopped))?;
    for fold in folds {
        sum.merge(fold?);
    }
    Ok(sum)
}
