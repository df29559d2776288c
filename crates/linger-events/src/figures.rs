//! How the store stands, for those who watch over it. It changes nothing.

use std::sync::PoisonError;

use crate::store::Inner;

/// How the store stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Facts in files and in memory. A fact told twice across the window counts until files are rewritten.
    pub facts: u64,
    /// Of these, facts that are in the log and in memory alone.
    pub waiting: u64,
    /// Persons, after merging.
    pub persons: u64,
    /// Segments.
    pub segments: u64,
    /// Bytes of all segments.
    pub bytes: u64,
    /// The window in which a fact told again is not stored again, ms: as asked for, unless more ids came than may be
    /// remembered.
    pub dedupe_window_ms: i64,
    /// Ids remembered.
    pub dedupe_ids: u64,
    /// Merged persons whose files do not know of it yet; answers do.
    pub moves_pending: u64,
    /// Erased persons' keys that files may hold still; answers do not count them.
    pub erasing: u64,
    /// Why files cannot be written at present, if so.
    pub trouble: Option<String>,
}

impl Inner {
    pub fn figures(&self) -> Figures {
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let trouble = trouble.iter().flatten().next().map(ToString::to_string);
        let state = self.intake.state();
        let waiting = state.tail.facts as u64;
        let known = state.view.moves().unwrap_or(state.people.moves().len() as u64);
        Figures {
            facts: state.view.pieces().map(|piece| piece.listed.meta.facts).sum::<u64>() + waiting,
            waiting,
            persons: state.people.count(),
            segments: state.view.pieces().count() as u64,
            bytes: state.view.pieces().map(|piece| piece.listed.meta.bytes).sum(),
            dedupe_window_ms: state.dedupe.window_ms(state.now_ms),
            dedupe_ids: state.dedupe.ids() as u64,
            moves_pending: state.people.moves().len() as u64 - known,
            erasing: state.erasing.len() as u64,
            trouble,
        }
    }
}
