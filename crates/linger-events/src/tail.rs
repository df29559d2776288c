//! The facts that are durable in the log alone, in the order of their arrival. It does not know files.

use std::sync::Arc;

use linger_behaviour::Fact;

/// Chunks of facts, oldest first; each is what one caller brought at once.
#[derive(Clone, Default)]
pub(crate) struct Tail {
    pub chunks: Vec<Arc<Vec<Fact>>>,
    pub facts: usize,
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
    }

    /// Removes the facts of some persons, and tells their ids. Chunks that others hold stay as they are for them.
    pub fn remove(&mut self, gone: &dyn Fn(&Fact) -> bool) -> Vec<u128> {
        let mut ids = Vec::new();
        for chunk in &mut self.chunks {
            if chunk.iter().any(gone) {
                ids.extend(chunk.iter().filter(|fact| gone(fact)).map(|fact| fact.id));
                *chunk = Arc::new(chunk.iter().filter(|fact| !gone(fact)).cloned().collect());
            }
        }
        self.facts -= ids.len();
        ids
    }

    /// All facts, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Fact> {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }
}
