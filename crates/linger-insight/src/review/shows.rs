//! A room's log cut into its shows, each with all that a review needs. What a show is, who is here and what counts is
//! [`Live`]'s to say: this fold only keeps what `Live` lets go of. It does not know what a review concludes.

use super::notes::Notes;
use super::strata::{Sheet, Strata};
use crate::{Live, Snapshot};
use linger_protocol::{Entry, Millis};

/// One show of a room.
#[derive(Clone, Debug)]
pub struct Show {
    /// Which of the room's shows, from 1.
    pub number: u32,
    /// When it began.
    pub began: Millis,
    /// Whether the log holds a later show: nothing will change in this one any more.
    pub is_over: bool,
    /// Its figures.
    pub snapshot: Snapshot,
    /// What was noted besides.
    pub notes: Notes,
    /// Who could have left and who did.
    pub sheet: Sheet,
}

/// The fold of one room's log into its shows.
#[derive(Debug)]
pub struct Shows {
    live: Live,
    strata: Strata,
    notes: Notes,
    number: u32,
    last: Millis,
}

impl Default for Shows {
    fn default() -> Shows {
        Shows {
            live: Live::telling_stays(),
            strata: Strata::default(),
            notes: Notes::default(),
            number: 0,
            last: Millis(0),
        }
    }
}

impl Shows {
    /// Takes in the next entry of the log. Gives the show that is over because this entry begins the next one.
    pub fn fold(&mut self, entry: &Entry) -> Option<Show> {
        let at = self.live.moment(entry.at);
        let begins = self.live.begins_show(at, &entry.event);
        let over = if begins { self.close() } else { None };
        self.live.fold(entry);
        self.last = at;
        if begins {
            self.number += 1;
        }
        for gone in self.live.take_gone() {
            self.strata.end(&gone);
            self.notes.gone(&gone);
        }
        let live = &self.live;
        self.notes.take(live.second_of(at), entry, |people| {
            let here = live.running().filter(|stay| people.contains(&stay.person)).count();
            u32::try_from(here).unwrap_or(u32::MAX)
        });
        over
    }

    /// The show that runs, or ran last, as the log tells it so far; `None` when there has been none.
    pub fn present(&mut self) -> Option<Show> {
        (self.number > 0).then(|| self.show(false))
    }

    fn close(&mut self) -> Option<Show> {
        let over = (self.number > 0).then(|| self.show(true));
        self.strata = Strata::default();
        self.notes = self.notes.next_show();
        over
    }

    fn show(&mut self, is_over: bool) -> Show {
        self.live.tick(self.last);
        let snapshot = self.live.snapshot().clone();
        let until_s = snapshot.until_s();
        let mut strata = self.strata.clone();
        self.live.running().for_each(|stay| strata.censor(stay, until_s));
        Show {
            number: self.number,
            began: snapshot.starts_at().unwrap_or(self.last),
            is_over,
            sheet: strata.sheet(self.live.sources(), until_s),
            notes: self.notes.clone(),
            snapshot,
        }
    }
}
