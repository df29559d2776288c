//! Segments against the plain meaning of what they keep.

use std::path::Path;
use std::sync::Arc;

use linger_behaviour::{
    Class, Columns, Fact, Fold, Funnel, Head, Names, Need, Number, Order, Pattern, PersonKey, Question, Run,
    Scope, Sequence, Step, Table, Text, What,
};
use parquet::column::writer::ColumnCloseResult;
use parquet::file::reader::FileReader;
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::file::writer::SerializedFileWriter;
use proptest::prelude::*;

use super::table::schema_without_seq;
use super::{Dictionary, Segment, TailPart, merge, names, open, scan, write};
use crate::{AskFault, AskLimits};

const DAY_MS: i64 = 86_400_000;

/// A fact as a run tells it, with words instead of codes.
type Told = (i64, String, Vec<String>, [i64; Number::COUNT]);

/// Writes down everything it is told.
struct Notes<'a> {
    words: &'a Dictionary,
    wants: Columns,
    told: Vec<(u64, Vec<Told>)>,
    heads: Vec<(u64, i64, i64, u64, u64, Vec<i32>)>,
}

impl Fold for Notes<'_> {
    fn columns(&self) -> Columns {
        self.wants
    }

    fn head(&mut self, head: &Head<'_>) -> Need {
        let bits = head
            .days
            .iter()
            .enumerate()
            .flat_map(|(at, word)| (0..64).map(move |bit| (at, word >> bit & 1, bit)));
        let days = bits
            .filter(|(_, set, _)| *set == 1)
            .map(|(at, _, bit)| head.day0 + (at * 64 + bit) as i32)
            .collect();
        self.heads.push((head.person.0, head.first_ms, head.last_ms, head.facts, head.names, days));
        Need::Run
    }

    fn run(&mut self, run: &Run<'_>) {
        let rows = (0..run.at_ms.len()).filter(|row| run.name[*row] != 0).map(|row| {
            let texts = Text::ALL.iter().map(|text| {
                let code = run.texts[text.index()].get(row).copied().unwrap_or(0);
                self.words.text(*text, code).to_owned()
            });
            let numbers = std::array::from_fn(|at| run.numbers[at].get(row).copied().unwrap_or(0));
            (run.at_ms[row], self.words.name(run.name[row]).to_owned(), texts.collect(), numbers)
        });
        self.told.push((run.person.0, rows.collect()));
    }

    fn merge(&mut self, _: Self) {}
}

fn all_columns() -> Columns {
    let texts = Text::ALL.iter().fold(Columns::none(), |columns, text| columns.with(*text));
    Number::ALL.iter().fold(texts, |columns, number| columns.with_number(*number))
}

fn words(facts: &[Fact]) -> Dictionary {
    let mut words = Dictionary::default();
    // The store knows others first, so that its codes are not a segment's.
    let other = Fact { name: "other".into(), ..Fact::default() }.with(Text::Source, "elsewhere");
    words.intern(&other);
    facts.iter().for_each(|fact| words.intern(fact));
    words
}

fn pass<'a>(words: &'a Dictionary, segments: &[Arc<Segment>], tail: TailPart) -> Notes<'a> {
    let mut notes = Notes { words, wants: all_columns(), told: vec![], heads: vec![] };
    scan(words, segments, &tail, &mut notes, &AskLimits::default()).unwrap();
    notes
}

/// What a pass over these facts has to tell.
fn expected(facts: &[Fact]) -> Vec<(u64, Vec<Told>)> {
    let mut sorted: Vec<&Fact> = facts.iter().collect();
    sorted.sort_by_key(|fact| (fact.person, fact.at_ms));
    let told = |fact: &Fact| -> Told {
        let texts = Text::ALL
            .iter()
            .map(|text| fact.text(*text).filter(|_| text.has_codes()).unwrap_or("").to_owned());
        let numbers = fact.numbers.map(|number| number.unwrap_or(linger_behaviour::NONE));
        (fact.at_ms, fact.name.to_string(), texts.collect(), numbers)
    };
    sorted
        .chunk_by(|one, next| one.person == next.person)
        .map(|run| (run[0].person.0, run.iter().map(|fact| told(fact)).collect()))
        .collect()
}

fn fact(person: u64, at_ms: i64, name: &str, id: u128) -> Fact {
    Fact {
        person: PersonKey(person),
        at_ms,
        name: name.into(),
        id,
        received_ms: at_ms + 5,
        ..Fact::default()
    }
}

fn some_fact() -> impl Strategy<Value = Fact> {
    let name = prop::sample::select(vec!["a", "b", "c", "d"]);
    let text = prop::option::of(prop::sample::select(vec!["x", "y", "zz"]));
    let at = prop_oneof![0..5_000i64, 0..400 * DAY_MS];
    let number = prop::option::of(-5..5i64);
    (0..6u64, at, name, text.clone(), text, number, any::<u128>()).prop_map(
        |(person, at_ms, name, source, order, units, id)| {
            let mut fact = fact(person, at_ms, name, id);
            fact.texts[Text::Source.index()] = source.map(Into::into);
            fact.texts[Text::Order.index()] = order.map(Into::into);
            fact.numbers[Number::Units.index()] = units;
            fact.props = order.map(|text| format!("{{\"k\":\"{text}\"}}").into());
            fact.class = if person % 2 == 0 { Class::Commerce } else { Class::Profile };
            fact
        },
    )
}

fn put(dir: &Path, id: u64, facts: &[Fact]) -> Arc<Segment> {
    let meta = write(dir, id, 0, facts.iter().collect(), "UTC").unwrap();
    assert_eq!(meta.facts, facts.len() as u64);
    Arc::new(open(dir, &meta, "UTC").unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_was_written_is_read_whole_and_a_pass_tells_all_of_it_once(
        parts in prop::collection::vec(prop::collection::vec(some_fact(), 0..40), 1..4),
        tail in prop::collection::vec(some_fact(), 0..20),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let segments: Vec<_> = (1u64..).zip(&parts).map(|(id, facts)| put(dir.path(), id, facts)).collect();
        let all: Vec<Fact> = parts.iter().flatten().chain(&tail).cloned().collect();
        let words = words(&all);
        let notes = pass(&words, &segments, TailPart::new(tail));
        prop_assert_eq!(&notes.told, &expected(&all));
        for (person, run) in &notes.told {
            let (_, first_ms, last_ms, facts, names, days) = notes.heads.iter().find(|head| head.0 == *person).unwrap();
            prop_assert_eq!((*first_ms, *last_ms, *facts as usize), (run[0].0, run[run.len() - 1].0, run.len()));
            let bits = run.iter().fold(0, |bits, row| bits | 1u64 << words.name_code(&row.1).unwrap());
            prop_assert_eq!(*names, bits);
            let mut seen: Vec<i32> = run.iter().map(|row| (row.0 / DAY_MS) as i32).collect();
            seen.dedup();
            prop_assert!(days.is_empty() || *days == seen);
        }
        for (segment, facts) in segments.iter().zip(&parts) {
            let mut sorted = facts.clone();
            sorted.sort_by_key(|fact| (fact.person, fact.at_ms));
            for person in 0..7 {
                let mine: Vec<_> = sorted.iter().filter(|fact| fact.person.0 == person).cloned().collect();
                prop_assert_eq!(segment.holds(PersonKey(person)).unwrap(), !mine.is_empty());
                prop_assert_eq!(segment.facts_of(PersonKey(person)).unwrap(), mine);
            }
        }
    }

    #[test]
    fn merged_segments_tell_the_same_as_the_segments_they_were_made_of(
        parts in prop::collection::vec(prop::collection::vec(some_fact(), 0..40), 1..4),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let segments: Vec<_> = (1u64..).zip(&parts).map(|(id, facts)| put(dir.path(), id, facts)).collect();
        let inputs: Vec<&Segment> = segments.iter().map(|it| &**it).collect();
        let keep = |fact: &Fact| &*fact.name != "d";
        let merged = merge(dir.path(), &inputs, 9, 0, &keep, "UTC").unwrap();
        let all: Vec<Fact> = parts.iter().flatten().filter(|fact| keep(fact)).cloned().collect();
        let words = words(&all);
        let merged: Vec<_> = merged.iter().map(|meta| Arc::new(open(dir.path(), meta, "UTC").unwrap())).collect();
        prop_assert_eq!(pass(&words, &merged, TailPart::default()).told, expected(&all));
    }
}

/// Questions that most people are settled for side by side.
fn asked_side_by_side(window_s: u64) -> [Question; 3] {
    let scope =
        Scope { from_ms: 0, to_ms: 500 * DAY_MS, zone: "UTC".to_owned(), filters: vec![], min_people: 1 };
    let steps = ["a", "b", "c"].map(|name| Step::of(What::event(name))).to_vec();
    let then = |name| Pattern { then: What::event(name), within_s: None, without: vec![] };
    let sequence = |window_s| {
        let pattern = ["a", "b", "a", "d"].map(then).to_vec();
        Question::Sequence(Sequence { scope: scope.clone(), pattern, window_s, breakdown: None })
    };
    let funnel = Funnel { scope: scope.clone(), steps, order: Order::Ordered, window_s, breakdown: None };
    [sequence(None), sequence(Some(window_s)), Question::Funnel(funnel)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn questions_asked_side_by_side_are_answered_as_from_memory(
        parts in prop::array::uniform4(prop::collection::vec(some_fact(), 1..120)),
        window_s in prop::sample::select(vec![1, 3_600, 100 * 86_400]),
        more_names in prop::sample::select(vec![0, 70, 300]),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mut parts = parts;
        // Somebody with so many names that codes take more than a byte, and bits of heads stand for several.
        parts[0].extend((0..more_names).map(|n| fact(9, n, &format!("name {n}"), n as u128)));
        // Many who lie in one place alone, beside those who lie in several.
        for (nth, part) in (0..).zip(&mut parts[..2]) {
            part.iter_mut().for_each(|it| it.person.0 += 10 * (1 + it.received_ms as u64 % 5) + nth);
        }
        let facts = parts.concat();
        let words = words(&facts);
        let segments = [put(dir.path(), 1, &parts[0]), put(dir.path(), 2, &parts[1]), put(dir.path(), 3, &parts[2])];
        let tail = TailPart::new(parts[3].clone());
        let mut table = Table::new("UTC").unwrap();
        facts.iter().for_each(|fact| table.push(fact).unwrap());
        // The second time, files were found whole and are read in part.
        for question in asked_side_by_side(window_s).iter().cycle().take(6) {
            let mut fold = question.fold(&words, "UTC");
            prop_assert!(fold.marks().is_some());
            scan(&words, &segments, &tail, &mut fold, &AskLimits::default()).unwrap();
            prop_assert_eq!(fold.finish(&words).unwrap(), table.ask(question).unwrap());
        }
    }
}

#[test]
fn a_fact_told_twice_is_kept_once_when_its_segments_are_merged() {
    let dir = tempfile::tempdir().unwrap();
    let one = put(dir.path(), 1, &[fact(1, 10, "a", 7), fact(1, 20, "a", 8)]);
    // The second telling was corrected by another clock, and somebody else has the same id.
    let two = put(dir.path(), 2, &[fact(1, 12, "a", 7), fact(2, 12, "a", 7)]);
    let meta = merge(dir.path(), &[&one, &two], 3, 0, &|_| true, "UTC").unwrap().unwrap();
    assert_eq!((meta.facts, meta.persons, meta.first_ms, meta.last_ms), (3, 2, 10, 20));
    let merged = open(dir.path(), &meta, "UTC").unwrap();
    assert_eq!(merged.facts_of(PersonKey(1)).unwrap(), [fact(1, 10, "a", 7), fact(1, 20, "a", 8)]);
}

#[test]
fn a_merge_of_which_nothing_is_left_leaves_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let one = put(dir.path(), 1, &[fact(1, 10, "a", 7)]);
    assert_eq!(merge(dir.path(), &[&one], 2, 0, &|_| false, "UTC").unwrap(), None);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2);
}

#[test]
fn many_people_in_many_groups_are_each_handed_over_once() {
    let dir = tempfile::tempdir().unwrap();
    // More than two row groups of the table and several groups of the hot file.
    let facts: Vec<Fact> = (0..300_000u64)
        .map(|n| fact(n / 7, (n % 7) as i64 * 1_000, ["a", "b", "c"][n as usize % 3], n.into()))
        .collect();
    let segment = put(dir.path(), 1, &facts);
    let words = words(&facts);
    let notes = pass(&words, std::slice::from_ref(&segment), TailPart::default());
    assert_eq!(notes.told.len(), facts.len().div_ceil(7));
    assert_eq!(notes.told.iter().map(|(_, run)| run.len()).sum::<usize>(), facts.len());
    for person in [0, 1, 18_724, 18_725, 42_856, 42_857] {
        let mine: Vec<_> = facts.iter().filter(|fact| fact.person.0 == person).cloned().collect();
        assert_eq!(segment.facts_of(PersonKey(person)).unwrap(), mine, "{person}");
    }
}

#[test]
fn a_hot_file_that_is_missing_broken_or_of_another_segment_is_made_anew_from_the_table() {
    let dir = tempfile::tempdir().unwrap();
    let facts: Vec<Fact> = (0..500).map(|n| fact(n / 5, n as i64 * DAY_MS, "a", n.into())).collect();
    let meta = write(dir.path(), 1, 0, facts.iter().collect(), "UTC").unwrap();
    let hot = dir.path().join(&names(1)[1]);
    let good = std::fs::read(&hot).unwrap();
    let mut directory_broken = good.clone();
    let last = good.len() - 40;
    directory_broken[last] ^= 1;
    for bad in [None, Some(vec![]), Some(good[..good.len() / 2].to_vec()), Some(directory_broken)] {
        match bad {
            Some(bytes) => std::fs::write(&hot, bytes).unwrap(),
            None => std::fs::remove_file(&hot).unwrap(),
        }
        let segment = Arc::new(open(dir.path(), &meta, "UTC").unwrap());
        let words = words(&facts);
        assert_eq!(pass(&words, &[segment], TailPart::default()).told, expected(&facts));
        assert_eq!(std::fs::read(&hot).unwrap(), good);
    }
}

#[test]
fn a_table_from_before_the_order_of_arrival_was_in_it_still_reads() {
    let dir = tempfile::tempdir().unwrap();
    let facts: Vec<Fact> = (0..500).map(|n| fact(n / 5, n as i64 / 3, "a", n.into())).collect();
    let meta = write(dir.path(), 1, 0, facts.iter().collect(), "UTC").unwrap();
    let (path, aside) = (dir.path().join(&names(1)[0]), dir.path().join("aside"));
    let file = std::fs::File::open(&path).unwrap();
    let read = SerializedFileReader::new(file.try_clone().unwrap()).unwrap();
    let to = std::fs::File::create(&aside).unwrap();
    let mut old = SerializedFileWriter::new(to, schema_without_seq(), Arc::default()).unwrap();
    for group in read.metadata().row_groups() {
        let mut rows = old.next_row_group().unwrap();
        for column in &group.columns()[..group.num_columns() - 1] {
            let copy = ColumnCloseResult {
                bytes_written: column.compressed_size() as u64,
                rows_written: group.num_rows() as u64,
                metadata: column.clone(),
                bloom_filter: None,
                column_index: None,
                offset_index: None,
            };
            rows.append_column(&file, copy).unwrap();
        }
        rows.close().unwrap();
    }
    old.close().unwrap();
    std::fs::rename(&aside, &path).unwrap();
    let segment = Arc::new(open(dir.path(), &meta, "UTC").unwrap());
    assert_eq!(segment.facts_of(PersonKey(7)).unwrap(), facts[35..40]);
    let words = words(&facts);
    assert_eq!(pass(&words, &[segment], TailPart::default()).told, expected(&facts));
}

#[test]
fn damage_in_the_middle_is_told_and_never_handed_over() {
    let dir = tempfile::tempdir().unwrap();
    let facts: Vec<Fact> =
        (0..500).map(|n| fact(n / 5, n as i64, "a", n.into()).with(Text::Source, "x")).collect();
    let meta = write(dir.path(), 1, 0, facts.iter().collect(), "UTC").unwrap();
    let hot = dir.path().join(&names(1)[1]);
    let good = std::fs::read(&hot).unwrap();
    let words = words(&facts);
    // One byte of the heads, of the rows, and of the texts.
    for at in [3, 100 * 48 + 8 + 40, 100 * 48 + 8 + 500 * 4 + 504 + 40] {
        let mut bad = good.clone();
        bad[at] ^= 0x40;
        std::fs::write(&hot, bad).unwrap();
        let segment = Arc::new(open(dir.path(), &meta, "UTC").unwrap());
        let mut notes = Notes { words: &words, wants: all_columns(), told: vec![], heads: vec![] };
        let fault =
            scan(&words, &[segment], &TailPart::default(), &mut notes, &AskLimits::default()).unwrap_err();
        assert!(matches!(&fault, AskFault::Store(fault) if !fault.retry), "{at}: {fault}");
        assert!(notes.told.is_empty());
    }
}

#[test]
fn a_pass_stops_when_it_is_told_to_or_needs_too_much_memory() {
    let dir = tempfile::tempdir().unwrap();
    let facts: Vec<Fact> = (0..50_000).map(|n| fact(n / 5, n as i64, "a", n.into())).collect();
    let segment = put(dir.path(), 1, &facts);
    let words = words(&facts);
    let mut notes = Notes { words: &words, wants: Columns::none(), told: vec![], heads: vec![] };
    let limits = AskLimits { bytes_max: 1_000, ..AskLimits::default() };
    let asked = scan(&words, std::slice::from_ref(&segment), &TailPart::default(), &mut notes, &limits);
    assert_eq!(asked, Err(AskFault::Memory { bytes_max: 1_000 }));
    let limits = AskLimits::default();
    limits.cancel.store(true, std::sync::atomic::Ordering::Relaxed);
    let asked = scan(&words, &[segment], &TailPart::default(), &mut notes, &limits);
    assert_eq!(asked, Err(AskFault::Stopped));
}
