//! Imports as a whole: from files on a disk to facts in a place that stands in for the store. It does not know the store.

mod formats;
mod hostile;
mod killed;
mod real;
mod twice;

use std::{
    fs,
    path::{Path, PathBuf},
};

use linger_behaviour::{Fact, Number, Text};
use linger_events::Incoming;
use linger_history::import::{
    Bounds, Destination, Ended, Format, Found, ImportFault, Keeping, Ledger, Mapping, Onlooker, Options,
    Progress, Tally, run,
};

/// A time after all that the files tell of: the first of January 2026.
const NOW_MS: i64 = 1_767_225_600_000;

/// A place for facts that remembers all of them.
#[derive(Clone, Default)]
struct Heap {
    facts: Vec<Incoming>,
}

impl Destination for Heap {
    fn append(&mut self, batch: Vec<Incoming>) -> Result<Vec<bool>, ImportFault> {
        let new = vec![true; batch.len()];
        self.facts.extend(batch);
        Ok(new)
    }

    fn holds(&mut self, facts: &[&Incoming]) -> Result<Vec<Option<bool>>, ImportFault> {
        let ids: std::collections::HashSet<u128> = self.facts.iter().map(|it| it.fact.id).collect();
        Ok(facts.iter().map(|it| Some(ids.contains(&it.fact.id))).collect())
    }
}

/// Notes what files were found to be, and may end the import.
#[derive(Default)]
struct Notes {
    found: Vec<Found>,
    rows_max: Option<u64>,
}

impl Onlooker for Notes {
    fn found(&mut self, found: &Found) {
        self.found.push(found.clone());
    }

    fn progress(&mut self, progress: Progress) -> bool {
        self.rows_max.is_none_or(|max| progress.rows < max)
    }
}

/// A data folder with files beside it.
struct Place {
    dir: tempfile::TempDir,
    heap: Heap,
    options: Options,
    notes: Notes,
}

impl Place {
    fn new() -> Place {
        let options = Options {
            paths: vec![],
            format: Format::Auto,
            mapping: None,
            zone: "UTC".to_owned(),
            currency: None,
            label: "shop".to_owned(),
            bounds: Bounds::default(),
            now_ms: NOW_MS,
        };
        let dir = tempfile::tempdir().expect("a folder");
        Place { dir, heap: Heap::default(), options, notes: Notes::default() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(&path, bytes).expect("written");
        path
    }

    fn mapped(&mut self, toml: &str) {
        self.options.mapping = Some(Mapping::from_toml("map.toml", toml).expect("a mapping"));
    }

    /// Imports what lies at paths.
    fn import(&mut self, paths: &[&Path]) -> Tally {
        self.try_import(paths).expect("an import").0
    }

    fn try_import(&mut self, paths: &[&Path]) -> Result<(Tally, Ended), ImportFault> {
        self.options.paths = paths.iter().map(|it| it.to_path_buf()).collect();
        let ledger = Ledger::open(&self.path("imports"))?;
        let mut sink = Keeping::new(ledger, std::mem::take(&mut self.heap));
        let mut tally = Tally::default();
        let ended = run(&self.options, &mut sink, &mut tally, &mut self.notes);
        self.heap = sink.finish()?;
        Ok((tally, ended?))
    }

    /// Imports one file of a text.
    fn text(&mut self, name: &str, text: &str) -> Tally {
        let path = self.put(name, text);
        self.import(&[&path])
    }

    /// Everything that was kept, one fact a line, with paths taken off.
    fn told(&self) -> String {
        let mut lines: Vec<String> = self.heap.facts.iter().map(line).collect();
        lines.sort();
        lines.join("\n")
    }

    /// All that is wrong, without the folder's name.
    fn wrong(&self, tally: &Tally) -> String {
        let folder = format!("{}/", self.dir.path().display());
        let faults = tally.faults.iter().map(ToString::to_string);
        let all: Vec<String> = faults.chain(tally.bad_rows.iter().map(ToString::to_string)).collect();
        all.join("\n").replace(&folder, "")
    }
}

fn line(incoming: &Incoming) -> String {
    let Fact { at_ms, name, .. } = &incoming.fact;
    let at = jiff::Timestamp::from_millisecond(*at_ms).expect("a time").to_string();
    let who = [("", &incoming.who.known), ("anonymous ", &incoming.who.anonymous)];
    let who: Vec<String> =
        who.iter().filter_map(|(kind, id)| Some(format!("{kind}{}", id.as_deref()?))).collect();
    let texts =
        Text::ALL.into_iter().filter_map(|it| Some(format!("{}={}", it.column(), incoming.fact.text(it)?)));
    let numbers = Number::ALL
        .into_iter()
        .filter_map(|it| Some(format!("{}={}", it.column(), incoming.fact.number(it)?)));
    let props = incoming.fact.props.iter().map(|it| it.to_string());
    let rest: Vec<String> = texts.chain(numbers).chain(props).collect();
    format!("{at} {} {name} {}", who.join("+"), rest.join(" "))
}
