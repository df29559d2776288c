//! One entry of the log, and which figures it moves. It does not know when a second ends.

use super::{
    COURSE_S, Figures, PEOPLE_MAX, Person, QUESTIONS_MAX, SOURCES_MAX, Segment, Source, Touched, crowd::Crowd,
};
use crate::rule::{metric::Metric, spec::Cohort};
use linger_protocol::{
    ActivityEvent, Actor, Arrival, Cause, Departure, Entry, Event, ItemId, LeaveReason, Millis, PersonId,
    Role, RundownEvent, SaleEvent,
};

const PRESENCE: u64 = 1 << Metric::Here as u8
    | 1 << Metric::Joins as u8
    | 1 << Metric::Leaves as u8
    | 1 << Metric::LeaveHazard as u8
    | 1 << Metric::DwellS as u8;
const SEGMENT: u64 = 1 << Metric::SegmentS as u8
    | 1 << Metric::DwellS as u8
    | 1 << Metric::DwellUsualS as u8
    | 1 << Metric::StockLeft as u8
    | 1 << Metric::StockShare as u8;
const STOCK: u64 = 1 << Metric::StockLeft as u8 | 1 << Metric::StockShare as u8;
const QUESTIONS: u64 = 1 << Metric::OpenQuestions as u8 | 1 << Metric::OldestQuestionS as u8;

impl Figures {
    /// Takes in an entry that happened at `at`, no earlier than anything before, and tells what it moved. True when a show
    /// begins with it.
    pub fn take(&mut self, at: Millis, entry: &Entry, touched: &mut Touched) -> bool {
        self.now = self.now.max(at);
        let begins = self.show.take(at, &entry.event);
        if begins {
            self.begin_show(at);
            touched.metrics = u64::MAX;
        }
        // Whoever runs the room from the stage, in whichever role; the house itself is nobody.
        if matches!(entry.cause, Cause::Asked { by, .. } if by.role >= Role::Host && by != Actor::HOUSE)
            || entry.event == Event::WentLive
        {
            self.host_at = Some(at);
            touched.metrics |= Metric::HostSilenceS.bit();
        }
        self.take_event(at, &entry.event, touched);
        begins
    }

    fn take_event(&mut self, at: Millis, event: &Event, touched: &mut Touched) {
        match event {
            Event::PresenceChanged { arrived, left, .. } => {
                arrived.iter().for_each(|it| self.arrive(at, it, touched));
                left.iter().for_each(|it| self.depart(at, it));
                touched.metrics |= PRESENCE;
            }
            Event::PresenceLost { last_seen } => self.lose_everybody(*last_seen, touched),
            Event::CommentMade { person, role: Role::Viewer, .. } => self.comment(*person, touched),
            Event::LikesGathered { likes, .. } => {
                self.likes.add(u64::from(*likes));
                touched.metrics |= Metric::LikesPerMin.bit();
            }
            Event::CardsTouched { touches } => {
                self.clicks.add(touches.iter().map(|it| u64::from(it.clicked)).sum());
                touched.metrics |= Metric::ClicksPerMin.bit();
            }
            Event::QualityGathered { quality } => {
                self.stalled_ms.add(quality.stalled_ms);
                self.watched_ms.add(quality.watched_ms);
                touched.metrics |= Metric::StallShare.bit();
            }
            Event::QuestionOpened { question, .. } => {
                self.questions.insert(*question, at);
                if self.questions.len() > QUESTIONS_MAX {
                    self.questions.pop_first();
                }
                touched.metrics |= QUESTIONS;
            }
            Event::QuestionAnswered { question, .. } => {
                self.questions.remove(question);
                touched.metrics |= QUESTIONS;
            }
            Event::Followed { person, .. } | Event::Unfollowed { person, .. } => {
                let follows = matches!(event, Event::Followed { .. });
                let who = self.change(at, *person, |who| who.follows = follows);
                self.touch(*person, who, false, touched);
            }
            Event::CardPinned { item } => self.pin(Some(*item), touched),
            Event::CardUnpinned { .. } => self.pin(None, touched),
            Event::DrawOpened { .. } | Event::Activity(ActivityEvent::Opened { .. }) => {
                self.climax(at, touched)
            }
            Event::Rundown(event) => self.follow_rundown(at, event, touched),
            _ => self.sell(at, event, touched),
        }
    }

    /// Something of a viewer moved; of others than viewers who are here nothing is looked at.
    fn touch(&self, person: PersonId, who: Option<Person>, came: bool, touched: &mut Touched) {
        if self.wants.viewers
            && let Some(who) = who.filter(|it| it.stays > 0)
        {
            touched.people.push((person, who, came));
        }
    }

    fn comment(&mut self, person: PersonId, touched: &mut Touched) {
        let show = self.show.began.unwrap_or_default();
        self.room.comments.add(1);
        touched.metrics |= Metric::CommentsPerMin.bit() | Metric::ViewerComments.bit();
        if let Some(who) = self.people.get_mut(&person) {
            who.counted_in(show).comments += 1;
            let who = *who;
            self.count_with(&who, |crowd| crowd.comments.add(1));
            self.touch(person, Some(who), false, touched);
        }
    }

    /// Counts something for all the groups that a person belongs to, beside the whole room.
    fn count_with(&mut self, who: &Person, count: impl Fn(&mut Crowd)) {
        if self.wants.cohorts {
            let within = Cohort::ALL.map(|cohort| self.is_in(cohort, who));
            self.cohorts.iter_mut().zip(within).filter(|(_, it)| *it).for_each(|(crowd, _)| count(crowd));
        }
        if self.wants.sources
            && let Some(source) = self.sources.get_mut(usize::from(who.source))
        {
            count(&mut source.crowd);
        }
    }

    /// Changes what is known of a person, and counts them in the groups they then belong to.
    fn change(&mut self, at: Millis, person: PersonId, change: impl FnOnce(&mut Person)) -> Option<Person> {
        let known = self.people.get_mut(&person)?;
        let was = *known;
        change(known);
        let who = *known;
        if !self.wants.cohorts {
            return Some(who);
        }
        let before = Cohort::ALL.map(|cohort| self.is_in(cohort, &was));
        let after = Cohort::ALL.map(|cohort| self.is_in(cohort, &who));
        for (place, crowd) in self.cohorts.iter_mut().enumerate() {
            if before[place] != after[place] {
                crowd.settle(at);
                let here =
                    if after[place] { crowd.here + who.stays } else { crowd.here.saturating_sub(who.stays) };
                crowd.here = here;
            }
        }
        Some(who)
    }

    fn source_of(&mut self, name: &str) -> u8 {
        if let Some(code) = self.codes.get(name) {
            return *code;
        }
        if self.sources.len() >= SOURCES_MAX {
            return u8::MAX;
        }
        let code = u8::try_from(self.sources.len()).expect("SOURCES_MAX fits into a byte");
        let crowd = Crowd::at(self.now, self.second, 0);
        self.sources.push(Source { name: name.into(), first_at: None, crowd });
        self.codes.insert(name.into(), code);
        code
    }

    fn arrive(&mut self, at: Millis, arrival: &Arrival, touched: &mut Touched) {
        if self.stays.len() >= PEOPLE_MAX || self.stays.contains_key(&arrival.session) {
            return;
        }
        let code = self.source_of(&arrival.source);
        self.stays.insert(arrival.session, (arrival.person, code));
        self.room.come(at);
        let show = self.show.began.unwrap_or_default();
        if self.people.len() < PEOPLE_MAX || self.people.contains_key(&arrival.person) {
            let new = Person {
                first_show: show,
                stays: 0,
                since: at,
                follows: false,
                show,
                comments: 0,
                orders: 0,
                source: code,
            };
            let who = self.people.entry(arrival.person).or_insert(new);
            if who.stays == 0 {
                who.since = at;
            }
            who.stays += 1;
            who.source = code;
            let who = *who.counted_in(show);
            self.count_with(&who, |crowd| crowd.come(at));
            self.touch(arrival.person, Some(who), true, touched);
        }
        if let Some(source) = self.sources.get_mut(usize::from(code)) {
            source.first_at.get_or_insert(at);
        }
    }

    /// A stay ends. Who was sent away did not choose to leave.
    fn depart(&mut self, at: Millis, departure: &Departure) {
        let Some((person, source)) = self.stays.remove(&departure.session) else { return };
        let seen = departure.reason != LeaveReason::Sent;
        self.room.go(at, seen);
        // By the source of this stay, not of the person's last.
        if let Some(who) = self.people.get_mut(&person) {
            let whose = Person { source, ..*who };
            who.stays = who.stays.saturating_sub(1);
            self.count_with(&whose, |crowd| crowd.go(at, seen));
        }
    }

    fn lose_everybody(&mut self, last_seen: Millis, touched: &mut Touched) {
        self.stays.clear();
        self.people.values_mut().for_each(|who| who.stays = 0);
        let crowds = self.sources.iter_mut().map(|it| &mut it.crowd).chain(&mut self.cohorts);
        for crowd in crowds.chain([&mut self.room]) {
            crowd.settle(last_seen);
            crowd.lose();
        }
        touched.metrics |= PRESENCE;
    }

    fn pin(&mut self, item: Option<ItemId>, touched: &mut Touched) {
        if self.segment.as_ref().map(|it| it.item) == item {
            return;
        }
        if let Some(over) = self.segment.take() {
            for (age, dwell) in over.course.into_iter().enumerate().filter(|(_, dwell)| dwell.is_finite()) {
                if self.usual_course.len() <= age {
                    self.usual_course.resize((age + 1).min(COURSE_S), (0.0, 0));
                }
                let (sum, courses) = &mut self.usual_course[age];
                *sum += dwell;
                *courses += 1;
            }
        }
        self.segments += 1;
        self.segment = item.map(|item| Segment {
            number: self.segments,
            item,
            from: self.now,
            here: self.room.here,
            joins: self.room.joins.total(),
            person_ms: self.room.person_ms(self.now),
            course: vec![],
        });
        touched.metrics |= SEGMENT;
    }

    fn climax(&mut self, at: Millis, touched: &mut Touched) {
        self.climax_at = Some(at);
        touched.metrics |= Metric::SinceClimaxS.bit();
    }

    fn follow_rundown(&mut self, at: Millis, event: &RundownEvent, touched: &mut Touched) {
        match event {
            RundownEvent::Set { rundown, .. } => {
                self.climaxes = rundown.steps.iter().map(|it| it.climax).collect();
            }
            RundownEvent::StepStarted { step, free: None, .. } => {
                let place = usize::try_from(*step).unwrap_or(usize::MAX);
                if self.climaxes.get(place).copied().unwrap_or(false) {
                    self.climax(at, touched);
                }
            }
            _ => {}
        }
    }

    fn sell(&mut self, at: Millis, event: &Event, touched: &mut Touched) {
        if matches!(
            event,
            Event::SaleOpened { .. } | Event::Sale(SaleEvent::Opened { .. } | SaleEvent::FlashOpened { .. })
        ) {
            self.climax(at, touched);
        }
        if let Some(person) = self.shelf.take(event) {
            let show = self.show.began.unwrap_or_default();
            self.room.orders.add(1);
            touched.metrics |= Metric::OrdersPerMin.bit() | Metric::ViewerOrders.bit();
            if let Some(who) = self.change(at, person, |who| who.counted_in(show).orders += 1) {
                self.count_with(&who, |crowd| crowd.orders.add(1));
                self.touch(person, Some(who), false, touched);
            }
        }
        touched.metrics |= STOCK;
    }

    fn begin_show(&mut self, at: Millis) {
        self.questions.clear();
        self.usual_course.clear();
        self.climax_at = None;
        self.segment = self.segment.take().map(|segment| Segment {
            number: segment.number,
            item: segment.item,
            from: at,
            here: self.room.here,
            joins: self.room.joins.total(),
            person_ms: self.room.person_ms(at),
            course: vec![],
        });
        for source in &mut self.sources {
            source.first_at = (source.crowd.here > 0 && self.wants.sources).then_some(at);
        }
        self.recount(true, true);
        let crowds = self.sources.iter_mut().map(|it| &mut it.crowd).chain(&mut self.cohorts);
        crowds.chain([&mut self.room]).for_each(|crowd| crowd.begin_show(at));
    }

    /// The source of this name, by code.
    pub fn source_named(&self, name: Option<&str>) -> Option<u8> {
        let place = self.sources.iter().position(|it| Some(&*it.name) == name)?;
        u8::try_from(place).ok()
    }

    /// The sources that a rule looks at, by code: this one, or all.
    pub fn subjects(&self, source: Option<&str>) -> impl Iterator<Item = u8> {
        let wanted = self.sources.iter().map(move |it| source.is_none_or(|name| *it.name == *name));
        (0..).zip(wanted).filter_map(|(code, wanted)| wanted.then_some(code))
    }
}

impl Person {
    /// The person with counts that are of this show.
    fn counted_in(&mut self, show: Millis) -> &mut Person {
        if self.show != show {
            (self.show, self.comments, self.orders) = (show, 0, 0);
        }
        self
    }
}
