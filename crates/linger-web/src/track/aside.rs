//! Threads on which what comes in is read, understood and kept. They stand back behind those that serve rooms, so that a flood
//! of events costs its senders time and nobody else. It does not know what is done there.

use tokio::{
    runtime::{Builder, Runtime},
    task::JoinHandle,
};

/// About a tenth of what another thread gets, when there is not enough for both.
const NICE: i32 = 10;

pub(super) struct Aside(Option<Runtime>);

impl Aside {
    /// At most so many threads, started when there is work for them.
    pub fn new(threads: usize) -> Aside {
        let mut threads_of = Builder::new_current_thread();
        threads_of.max_blocking_threads(threads).thread_name("collect");
        threads_of.on_thread_start(|| linger_events::step_back(NICE));
        // Its one task is never driven: only its threads are used.
        Aside(Some(threads_of.build().expect("a runtime without timers and sockets needs nothing")))
    }

    /// Has work done that may wait.
    pub fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        let runtime = self.0.as_ref().expect("it is taken when it is dropped");
        runtime.handle().spawn_blocking(work)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // Nobody is left to hear of what is under way, and a drop may happen where nothing may wait.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
