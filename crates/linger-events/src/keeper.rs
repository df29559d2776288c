//! The thread that looks after the files: it writes out what waits too long or is too much, and rewrites what is worth
//! it. It does not know how.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often it looks whether anything has waited too long.
const LOOK: Duration = Duration::from_secs(1);

/// Wakes the thread, or stops it.
#[derive(Default)]
pub(crate) struct Bell {
    rung: Mutex<bool>,
    changed: Condvar,
    stopping: AtomicBool,
}

impl Bell {
    /// Asks for a look now.
    pub fn ring(&self) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        self.ring();
    }

    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Waits for the bell or the next look.
    fn wait(&self) {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_timeout_while(rung, LOOK, |rung| !*rung);
        *waited.unwrap_or_else(PoisonError::into_inner).0 = false;
    }
}

/// Owns the thread; its end stops and awaits it.
pub(crate) struct Keeper {
    bell: Arc<Bell>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Keeper {
    /// Starts a thread that looks, unless none is wanted.
    pub fn start(bell: Arc<Bell>, look: Option<Box<dyn FnMut() + Send>>) -> std::io::Result<Keeper> {
        let mut thread = None;
        if let Some(mut look) = look {
            let ears = Arc::clone(&bell);
            let run = move || {
                while !ears.is_stopping() {
                    ears.wait();
                    look();
                }
            };
            thread = Some(std::thread::Builder::new().name("events-files".to_owned()).spawn(run)?);
        }
        Ok(Keeper { bell, thread: Mutex::new(thread) })
    }

    /// Stops the thread and waits for its end.
    pub fn stop(&self) {
        self.bell.stop();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
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
