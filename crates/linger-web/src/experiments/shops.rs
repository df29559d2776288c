//! What shops' servers and pages are given of a flag, and that their visitors were given it. It does not know how they ask.

use super::desk::{Served, Trial};
use super::exposures::Where;
use crate::house::House;
use linger_events::Who;
use linger_protocol::{Millis, RoomId};
use linger_strategy::experiment::{Given, HELD_OUT, HeldOutBy, Nameless, Place, Status, Unit, Units, shown};
use serde_json::Value;
use std::sync::Arc;

/// Who asks for a flag.
pub(crate) struct Asking<'a> {
    /// Whether a server asks, or a page, where anybody can read the answer.
    pub server: bool,
    /// The visitor, if named.
    pub visitor: Option<&'a str>,
    /// Whether the visitor's name is a device's and not a customer's.
    pub anonymous: bool,
    /// The host whose room it is about.
    pub host: Option<&'a str>,
    /// The shop.
    pub shop: &'a str,
    /// The room it is about.
    pub room: Option<&'a RoomId>,
}

/// A flag for somebody.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Flag {
    pub key: String,
    pub value: Value,
    /// `SPLIT` in an arm, `DEFAULT` beside the experiment, `DISABLED` when it does not run.
    pub reason: &'static str,
    /// The arm.
    pub variant: Option<String>,
    pub experiment: String,
    pub version: u32,
}

/// Why there is no flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoFlag {
    /// There is none of this name.
    Unknown,
    /// It is for servers alone.
    ForServers,
    /// It is drawn for units of which none was named.
    Missing(&'static str),
}

/// All flags that a place is served, at one moment.
pub(crate) struct Flags {
    served: Arc<Served>,
    now: Millis,
}

const SERVERS: [Place; 2] = [Place::Servers, Place::Pages];
const PAGES: [Place; 1] = [Place::Pages];

impl Flags {
    pub(crate) fn now(house: &House) -> Flags {
        Flags { served: house.experiments.served(), now: house.now() }
    }

    /// One flag. When it is for somebody's eyes, that they were shown it is noted.
    pub(crate) fn one(&self, house: &House, flag: &str, asking: &Asking<'_>) -> Result<Flag, NoFlag> {
        let places: &[Place] = if asking.server { &SERVERS } else { &PAGES };
        let mut found = None;
        for trial in self.served.of_flag(flag, places) {
            match self.given(trial, asking)? {
                (given @ Given::Arm(..), told) => {
                    self.note(house, trial, given, asking);
                    return Ok(told);
                }
                (given, told) => {
                    self.note(house, trial, given, asking);
                    found.get_or_insert(told);
                }
            }
        }
        let hidden = || self.served.of_flag(flag, &SERVERS).next().is_some();
        found.ok_or_else(|| if !asking.server && hidden() { NoFlag::ForServers } else { NoFlag::Unknown })
    }

    /// Every flag that there is for whoever asks; noting who is shown one is theirs, since a page asks for all ahead.
    pub(crate) fn all(&self, asking: &Asking<'_>) -> Vec<(String, Result<Flag, NoFlag>)> {
        let places: &[Place] = if asking.server { &SERVERS } else { &PAGES };
        let mut names: Vec<&str> = self.served.all.iter().map(|it| it.design.flag(&it.key)).collect();
        names.sort_unstable();
        names.dedup();
        let mut told = vec![];
        for name in names {
            let mut found: Option<Result<Flag, NoFlag>> = None;
            for trial in self.served.of_flag(name, places) {
                match self.given(trial, asking) {
                    Ok((Given::Arm(..), flag)) => {
                        found = Some(Ok(flag));
                        break;
                    }
                    other => {
                        found.get_or_insert(other.map(|(_, flag)| flag));
                    }
                }
            }
            told.extend(found.map(|flag| (name.to_owned(), flag)));
        }
        told
    }

    fn given(&self, trial: &Trial, asking: &Asking<'_>) -> Result<(Given, Flag), NoFlag> {
        let units =
            Units { viewer: asking.visitor, host: asking.host, shop: Some(asking.shop), room: asking.room };
        let runs = trial.status == Status::Running;
        let given = if runs { trial.given(&units, &self.served.holdouts, self.now) } else { Ok(Given::Out) };
        let given = given.map_err(|Nameless(unit)| {
            NoFlag::Missing(match unit {
                Unit::Viewer => "targetingKey",
                Unit::Host => "host",
                Unit::Shop => "shop",
                Unit::Room => "room",
            })
        })?;
        let (arm, reason) = match given {
            Given::Arm(arm, _) => (arm, "SPLIT"),
            // Whoever is not in it gets what is there today.
            _ if runs => (0, "DEFAULT"),
            _ => (0, "DISABLED"),
        };
        let design = trial.design.arms.get(arm).ok_or(NoFlag::Unknown)?;
        let flag = Flag {
            key: trial.design.flag(&trial.key).to_owned(),
            value: design.value.clone(),
            reason,
            variant: matches!(given, Given::Arm(..)).then(|| design.key.clone()),
            experiment: trial.key.clone(),
            version: trial.version,
        };
        Ok((given, flag))
    }

    fn note(&self, house: &House, trial: &Trial, given: Given, asking: &Asking<'_>) {
        let arm = match given {
            Given::Arm(arm, _) => trial.design.arms.get(arm).map(|it| it.key.as_str()),
            Given::HeldOut(HeldOutBy::Rule) => Some(HELD_OUT),
            Given::HeldOut(_) | Given::Out => None,
        };
        let (Some(arm), Some(visitor)) = (arm, asking.visitor) else { return };
        // People of our own rooms are told of by their rooms: a page cannot speak for them.
        if asking.anonymous && visitor.starts_with("room:") && !asking.server {
            return;
        }
        let who = if asking.anonymous { Who::anonymous(visitor) } else { Who::known(visitor) };
        let at = Where { room: asking.room, host: asking.host.unwrap_or_default(), source: asking.shop };
        house.experiments.exposures.add(&who, &shown(&trial.key, trial.version, arm), at, self.now);
    }
}
