//! What goes on with a shop elsewhere by itself: its whole catalogue now and then, and what is written back to it. It does not
//! know what a page means.

use super::{Shop, take};
use crate::house::House;
use linger_shops::{Back, ShopFault};
use linger_store::{Fault, ShopTask};
use std::{sync::atomic::Ordering, time::Duration};

/// How often the whole catalogue is asked for: what a lost webhook would have told is told then.
const PULL_EVERY: Duration = Duration::from_secs(6 * 3_600);
/// How often it is looked whether something is to be written back.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Tasks of one look.
const TASKS_MAX: u32 = 50;
/// Tries of something that a shop answers strangely, or waits of a pull, before it is given up.
const TRIES_MAX: u32 = 10;
const HOUR_MS: u64 = 3_600_000;

/// Asks for the whole catalogue at the start, now and then, and when somebody wants it.
pub(super) async fn pull(house: House, shop: Shop) {
    while !house.is_stopping() {
        let state = shop.state();
        state.pulling.store(true, Ordering::Relaxed);
        match pages(&house, &shop).await {
            Ok(()) => state.pulled_at.store(house.now().0, Ordering::Relaxed),
            Err(why) => {
                tracing::warn!(?shop, why, "a shop's catalogue was not read to its end");
                note(&house, &shop, "pull-failed", why).await;
            }
        }
        state.pulling.store(false, Ordering::Relaxed);
        tokio::select! {
            () = tokio::time::sleep(PULL_EVERY) => {}
            () = state.pull.notified() => {}
        }
    }
}

async fn pages(house: &House, shop: &Shop) -> Result<(), &'static str> {
    let (mut after, mut waits) = (None::<String>, 0);
    loop {
        // Whatever is told of a product after this moment is newer than the page.
        let at = house.now();
        let page = match shop.page(after.as_deref()).await {
            Ok(page) => page,
            Err(fault) => {
                let wait = fault.wait_ms().filter(|_| waits < TRIES_MAX && fault != ShopFault::NotAllowed);
                let Some(wait_ms) = wait else { return Err(fault.word()) };
                waits += u32::from(!matches!(fault, ShopFault::Busy { .. }));
                tokio::time::sleep(Duration::from_millis(wait_ms)).await;
                continue;
            }
        };
        if page.unread > 0 {
            note(house, shop, "unread-product", &format!("products:{}", page.unread)).await;
        }
        for told in page.products {
            let counts = told.clone();
            let done = async {
                take::product(house, shop, told).await?;
                take::counts(house, shop, &counts, at).await
            };
            // What failed stands in the log.
            done.await.map_err(|_| "store")?;
        }
        match page.next {
            Some(next) if !house.is_stopping() => after = Some(next),
            _ => return Ok(()),
        }
    }
}

/// Writes back what is due, one thing after the other, so that a shop sees changes in their order.
pub(super) async fn write_back(house: House, shop: Shop) {
    while !house.is_stopping() {
        if let Err(fault) = write_due(&house, &shop).await {
            tracing::warn!(?shop, %fault, "what is due to a shop cannot be read or kept; trying again");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// One look: whether anything is left for the next is no concern.
pub(super) async fn write_due(house: &House, shop: &Shop) -> Result<(), Fault> {
    for task in house.store.shop_tasks(shop.source(), TASKS_MAX, house.now()).await? {
        let Some(back) = back_of(&task) else {
            // The variant has no name there any more.
            house.store.end_task(task.id).await?;
            continue;
        };
        let Err(fault) = shop.write(&back, &task.key, task.tries > 0).await else {
            house.store.end_task(task.id).await?;
            continue;
        };
        let again = again_in(fault, task.tries).map(|wait_ms| house.now().plus(wait_ms));
        house.store.delay_task(task.id, again, fault.word()).await?;
        if again.is_none() {
            note(house, shop, "write-given-up", &format!("{}:{}", task.kind, task.key)).await;
        }
        // One that wants peace gets it; what it refuses holds up nothing else.
        if fault != ShopFault::Refused {
            break;
        }
    }
    Ok(())
}

fn again_in(fault: ShopFault, tries: u32) -> Option<u64> {
    match (fault, fault.wait_ms()) {
        (ShopFault::Strange, _) if tries + 1 < TRIES_MAX => Some(60_000 << tries.min(6)),
        (ShopFault::Busy { .. }, Some(wait_ms)) => Some(wait_ms),
        (_, Some(wait_ms)) => Some((wait_ms << tries.min(8)).min(HOUR_MS)),
        (_, None) => None,
    }
}

fn back_of(task: &ShopTask) -> Option<Back> {
    match task.kind.as_str() {
        "stock" if !task.name.is_empty() => Some(Back::Stock { stock: task.name.clone(), delta: task.delta }),
        "order" => serde_json::from_str(&task.body).ok().map(Back::Order),
        _ => None,
    }
}

async fn note(house: &House, shop: &Shop, code: &str, subject: &str) {
    if let Err(fault) = house.store.note_shop(shop.source(), code, subject, house.now()).await {
        tracing::warn!(?shop, %fault, "what went wrong with a shop was not noted");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shop_that_is_away_is_asked_less_and_less_often_and_one_that_refuses_not_again() {
        let waits: Vec<_> = (0..9).map(|tries| again_in(ShopFault::Away, tries).unwrap() / 1_000).collect();
        assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
        assert_eq!(again_in(ShopFault::Busy { wait_ms: 700 }, 5), Some(700));
        assert_eq!(again_in(ShopFault::Refused, 0), None);
        assert!(again_in(ShopFault::Strange, 0).is_some());
        assert_eq!(again_in(ShopFault::Strange, 9), None);
    }
}
