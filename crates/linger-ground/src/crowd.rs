//! The people of a show: who is there, what each feels beside all others, who leaves when, who speaks. It does not know
//! rules, nor what the room decides of it.
//!
//! Invariant: who leaves when depends on what was felt alone. What somebody says or wins takes numbers from a stream of
//! their own, never from one that anybody's stay depends on.

use crate::{
    causes::{Cause, Causes},
    mood::Paces,
    programme::{Coming, Programme},
    stays::Stays,
};
use linger_protocol::{Arrival, Departure, LeaveReason, PersonId, QuestionId, SessionId};
use linger_sim::{crowd::Habits, dice::Dice};

/// How long those hold whom the host greets or answers by name, s.
const GREETED_S: u32 = 120;
const NAMED_S: u32 = 120;
/// Who came longer ago than this is no newcomer, s.
const NEW_S: u32 = 120;
/// How many the host answers by name.
const NAMED: usize = 3;

/// A stay that was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lived {
    /// When it began, s of the show.
    pub came_s: u32,
    /// How long it was, s.
    pub stayed_s: u32,
    /// Whether it ended before the show did.
    pub left: bool,
}

struct Person {
    id: PersonId,
    coming: Coming,
    dice: Dice,
    felt: f64,
    talked: f64,
    talks_at: f64,
    enters_at: Option<u32>,
    waits: Option<(QuestionId, u32)>,
    spoke_at: u32,
    answered_until: u32,
    greeted_until: u32,
    named_until: u32,
    coupon_until: u32,
    /// The last second in which any of it holds.
    special_until: u32,
}

/// The people of one show.
pub struct Crowd<'a> {
    causes: &'a Causes,
    habits: &'a Habits,
    stays: &'a Stays,
    programme: &'a Programme,
    /// The number of the first one who comes.
    first: u64,
    came: usize,
    here: Vec<Person>,
    lived: Vec<Lived>,
}

/// What people do in a second.
#[derive(Default)]
pub struct Doing {
    /// Who comes.
    pub arrived: Vec<Arrival>,
    /// Who goes.
    pub left: Vec<Departure>,
    /// Who says something.
    pub speaks: Vec<PersonId>,
    /// Who says the keyword of the draw.
    pub enters: Vec<PersonId>,
}

impl<'a> Crowd<'a> {
    /// Nobody yet; people are numbered from `first` on.
    pub fn new(
        (causes, habits, stays): (&'a Causes, &'a Habits, &'a Stays),
        programme: &'a Programme,
        first: u64,
    ) -> Crowd<'a> {
        Crowd { causes, habits, stays, programme, first, came: 0, here: vec![], lived: vec![] }
    }

    /// How many are here.
    pub fn len(&self) -> usize {
        self.here.len()
    }

    /// How many of those here have a picture that stalls.
    pub fn stalled(&self, second: u32) -> usize {
        let share = self.programme.stalled(second);
        if share > 0.0 { self.here.iter().filter(|it| it.coming.net < share).count() } else { 0 }
    }

    /// How many here like a kind of product.
    pub fn like(&self, kind: u8) -> usize {
        self.here.iter().filter(|it| it.coming.likes == kind).count()
    }

    /// Somebody who likes a kind of product, by a number.
    pub fn who_likes(&self, kind: u8, number: usize) -> Option<PersonId> {
        let mut like = self.here.iter().filter(|it| it.coming.likes == kind);
        like.nth(number).map(|it| it.id)
    }

    /// A second passes: who was there feels it, and whoever had enough goes; then others come.
    pub fn second(&mut self, second: u32, paces: &Paces, talk: f64) -> Doing {
        let mut doing = Doing::default();
        let stalled = self.programme.stalled(second);
        let patience = self.causes[Cause::PatienceS] as u32;
        let mut place = 0;
        while place < self.here.len() {
            let person = &mut self.here[place];
            let mut pace = paces.by_kind[usize::from(person.coming.likes)];
            if person.coming.net < stalled {
                pace *= paces.stalled;
            }
            if second < person.special_until {
                let hold = |until: u32, cause| if second < until { self.causes[cause] } else { 1.0 };
                pace *= hold(person.answered_until, Cause::OwnAnswer)
                    * hold(person.greeted_until, Cause::Hello)
                    * hold(person.named_until, Cause::Named)
                    * hold(person.coupon_until, Cause::Coupon);
            }
            if person.waits.is_some_and(|(_, since)| second - since >= patience) {
                pace *= self.causes[Cause::Waiting];
            }
            person.felt += pace * self.stays.step(person.coming.class, second - 1 - person.coming.at_s);
            if person.felt >= person.coming.threshold {
                let gone = self.here.swap_remove(place);
                doing.left.push(departure(&gone, LeaveReason::Left));
                self.lived.push(lived(&gone, second, true));
                continue;
            }
            person.talked += talk * person.coming.talks;
            if person.talked >= person.talks_at {
                person.talks_at = person.talked + person.dice.exponential(1.0);
                person.spoke_at = second;
                doing.speaks.push(person.id);
            }
            if person.enters_at.is_some_and(|at| at <= second) {
                person.enters_at = None;
                doing.enters.push(person.id);
            }
            place += 1;
        }
        while let Some(coming) = self.programme.coming.get(self.came).filter(|it| it.at_s <= second) {
            self.came += 1;
            let person = Person::new(PersonId(self.first + self.came as u64), *coming);
            doing.arrived.push(Arrival {
                session: SessionId(person.id.0),
                person: person.id,
                source: self.stays.source(coming.class).to_owned(),
                brought_by: None,
            });
            self.here.push(person);
        }
        doing
    }

    /// The show is over: whoever is here is sent home.
    pub fn end(&mut self, second: u32) -> Vec<Departure> {
        let here = std::mem::take(&mut self.here);
        self.lived.extend(here.iter().map(|it| lived(it, second, false)));
        here.iter().map(|it| departure(it, LeaveReason::Sent)).collect()
    }

    /// Every stay, in the order of their ends.
    pub fn into_lived(self) -> Vec<Lived> {
        self.lived
    }

    /// What somebody who speaks decides with.
    pub fn dice(&mut self, person: PersonId) -> Option<&mut Dice> {
        self.here.iter_mut().find(|it| it.id == person).map(|it| &mut it.dice)
    }

    /// Somebody asked something that the room took for a question.
    pub fn asked(&mut self, second: u32, person: PersonId, question: QuestionId) {
        if let Some(it) = self.here.iter_mut().find(|it| it.id == person) {
            // Whoever asks again waits from the first time on.
            it.waits.get_or_insert((question, second));
        }
    }

    /// A question was answered.
    pub fn answered(&mut self, second: u32, question: QuestionId) {
        let until = second + self.causes[Cause::OwnAnswerS] as u32;
        let askers = self.here.iter_mut().filter(|it| it.waits.is_some_and(|(asked, _)| asked == question));
        for person in askers {
            person.waits = None;
            person.answered_until = until;
            person.special_until = person.special_until.max(until);
        }
    }

    /// A draw opens: some will say its keyword.
    pub fn draw_opened(&mut self, second: u32, lasts_s: u32) {
        let (share, after) = (self.habits.enters_draw, self.habits.enters_after_s);
        for person in &mut self.here {
            if person.dice.chance(share) {
                let wait = 2 + person.dice.lognormal(after, 0.6) as u32;
                person.enters_at = (wait < lasts_s).then_some(second + wait);
            }
        }
    }

    /// The host greets those who came from a source.
    pub fn greeted(&mut self, second: u32, source: &str) {
        let until = second + GREETED_S;
        for person in &mut self.here {
            if self.stays.source(person.coming.class) == source && second - person.coming.at_s <= NEW_S {
                person.greeted_until = until;
                person.special_until = person.special_until.max(until);
            }
        }
    }

    /// The host answers those by name who spoke last.
    pub fn named(&mut self, second: u32) {
        let until = second + NAMED_S;
        let mut places: Vec<usize> = (0..self.here.len()).filter(|it| self.here[*it].spoke_at > 0).collect();
        places.sort_by_key(|it| {
            let person = &self.here[*it];
            (std::cmp::Reverse(person.spoke_at), person.id)
        });
        for place in places.into_iter().take(NAMED) {
            let person = &mut self.here[place];
            person.named_until = until;
            person.special_until = person.special_until.max(until);
        }
    }

    /// Somebody is given a coupon.
    pub fn given(&mut self, second: u32, person: PersonId) {
        let until = second + self.causes[Cause::CouponS] as u32;
        if let Some(it) = self.here.iter_mut().find(|it| it.id == person) {
            it.coupon_until = until;
            it.special_until = it.special_until.max(until);
        }
    }
}

impl Person {
    fn new(id: PersonId, coming: Coming) -> Person {
        let mut dice = Dice::new(coming.seed);
        let talks_at = dice.exponential(1.0);
        Person {
            id,
            coming,
            dice,
            felt: 0.0,
            talked: 0.0,
            talks_at,
            enters_at: None,
            waits: None,
            spoke_at: 0,
            answered_until: 0,
            greeted_until: 0,
            named_until: 0,
            coupon_until: 0,
            special_until: 0,
        }
    }
}

fn departure(person: &Person, reason: LeaveReason) -> Departure {
    Departure { session: SessionId(person.id.0), reason }
}

fn lived(person: &Person, second: u32, left: bool) -> Lived {
    Lived { came_s: person.coming.at_s, stayed_s: second - person.coming.at_s, left }
}
