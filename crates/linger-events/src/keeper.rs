//! The threads that look after the files, each of which looks again and again. It does not know at what.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often it looks whether anything has waited too long.
const LOOK: Duration = Duration::from_secs(1);

/// About a third of what another thread gets, when there is not enough for both: memory is given back soon enough.
const NICE: i32 = 5;

/// Wakes the threads, or stops them.
#[derive(Default)]
pub(crate) struct Bell {
    /// How often it was rung.
    rung: Mutex<u64>,
    changed: Condvar,
    stopping: AtomicBool,
}

impl Bell {
    /// Asks for a look now.
    pub fn ring(&self) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.changed.notify_all();
    }

    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        self.ring();
    }

    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Waits for the bell or the next look. `heard` is how often it had been rung when this thread last woke.
    fn wait(&self, heard: &mut u64) {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_timeout_while(rung, LOOK, |rung| *rung == *heard);
        *heard = *waited.unwrap_or_else(PoisonError::into_inner).0;
    }
}

/// Lets other threads go before this one and those it starts, where processors are short. On Linux a thread's niceness is its
/// own; elsewhere it would be everybody's, and nothing is changed.
pub fn step_back(nice: i32) {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(nice) {
        tracing::debug!(%error, "a thread is no nicer than others");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = nice;
}

/// What one thread does again and again.
pub(crate) type Look = Box<dyn FnMut() + Send>;

/// Owns the threads; its end stops and awaits them.
pub(crate) struct Keeper {
    bell: Arc<Bell>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Keeper {
    /// Starts a thread for each look, with its name.
    pub fn start(bell: Arc<Bell>, looks: Vec<(&str, Look)>) -> std::io::Result<Keeper> {
        let keeper = Keeper { bell, threads: Mutex::default() };
        for (name, mut look) in looks {
            let ears = Arc::clone(&keeper.bell);
            let run = move || {
                step_back(NICE);
                let mut heard = 0;
                while !ears.is_stopping() {
                    ears.wait(&mut heard);
                    look();
                }
            };
            let thread = std::thread::Builder::new().name(name.to_owned()).spawn(run)?;
            keeper.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        }
        Ok(keeper)
    }

    /// Stops the threads and waits for their end.
    pub fn stop(&self) {
        self.bell.stop();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // A panic there has been reported by its own thread.
            _ = thread.join();
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.stop();
    }
}
