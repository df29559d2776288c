//! The facts that are durable in the log alone, in the order of their arrival. It does not know files.

use std::sync::Arc;

use linger_behaviour::Fact;

/// Chunks of facts, oldest first; each is what one caller brought at once.
#[derive(Clone, Default)]
pub(crate) struct Tail {
    pub chunks: Vec<Arc<Vec<Fact>>>,
    pub facts: usize,
    /// The number of the first chunk, counted since the store was opened.
    pub first: u64,
}

impl Tail {
    /// Adds facts that came just now.
    pub fn push(&mut self, chunk: Arc<Vec<Fact>>) {
        if !chunk.is_empty() {
            self.facts += chunk.len();
            self.chunks.push(chunk);
        }
    }

    /// Lets go the oldest chunks, which are in files now.
    pub fn drop_first(&mut self, chunks: usize) {
        let gone: usize = self.chunks.drain(..chunks).map(|chunk| chunk.len()).sum();
        self.facts -= gone;
        self.first += chunks as u64;
    }

    /// Removes the facts of some persons, and gives them back. Chunks that others hold stay as they are for them.
    pub fn remove(&mut self, gone: &dyn Fn(&Fact) -> bool) -> Vec<Fact> {
        let mut removed = Vec::new();
        for chunk in &mut self.chunks {
            if chunk.iter().any(gone) {
                let (out, kept): (Vec<Fact>, Vec<Fact>) = chunk.iter().cloned().partition(gone);
                removed.extend(out);
                *chunk = Arc::new(kept);
            }
        }
        self.facts -= removed.len();
        removed
    }
}
