//! The order of facts in the tables, as other engines sort them, is the order in which questions see them. It does not
//! know what the order is for.

use std::fs::File;

use parquet::file::reader::FileReader;
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::record::RowAccessor;
use proptest::prelude::*;

use super::history::any_step;
use super::*;

/// Everybody's facts as time and serial number, in the order in which they are handed over.
#[derive(Default)]
struct InOrder(BTreeMap<u64, Vec<(i64, i64)>>);

impl Fold for InOrder {
    fn columns(&self) -> Columns {
        Columns::none().with_number(Number::AmountMinor)
    }

    fn run(&mut self, run: &Run<'_>) {
        let amounts = run.numbers[Number::AmountMinor.index()];
        let real = (0..run.at_ms.len()).filter(|at| run.name[*at] != NO_TEXT);
        let life: Vec<_> = real.map(|at| (run.at_ms[at], amounts[at])).collect();
        if !life.is_empty() {
            self.0.insert(run.person.0, life);
        }
    }

    fn merge(&mut self, other: InOrder) {
        self.0.extend(other.0);
    }
}

/// Person in the table, time, `seq` and serial number of every row.
fn rows(snapshot: &Snapshot) -> Vec<(u64, i64, i64, i64)> {
    let mut rows = Vec::new();
    for path in snapshot.parquet_files() {
        let file = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
        let schema = file.metadata().file_metadata().schema_descr_ptr();
        let at = |name: &str| schema.columns().iter().position(|it| it.name() == name).unwrap();
        let [person, time, seq, serial] = ["person", "at", "seq", Number::AmountMinor.column()].map(at);
        for row in file.get_row_iter(None).unwrap() {
            let row = row.unwrap();
            rows.push((
                row.get_ulong(person).unwrap(),
                row.get_timestamp_millis(time).unwrap(),
                row.get_long(seq).unwrap(),
                row.get_long(serial).unwrap(),
            ));
        }
    }
    rows
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn rows_by_person_time_and_seq_stand_as_questions_see_them(steps in prop::collection::vec(any_step(), 1..60)) {
        let mut trial = Trial::new();
        for step in steps {
            trial.act(step);
        }
        trial.world.mend();
        trial.open();
        prop_assert!(trial.maintain());
        prop_assert_eq!(trial.store().figures().waiting, 0);
        let snapshot = trial.store().snapshot();
        let limits = AskLimits { threads: 1, ..AskLimits::default() };
        let seen = snapshot.fold(InOrder::default, &limits).unwrap().0;
        // Who was joined to somebody lies under their old key until the table is rewritten.
        let moves = &snapshot.0.moves;
        let mut rows = rows(&snapshot);
        rows.sort_by_key(|&(person, at_ms, seq, _)| (moves.now(person), at_ms, person, seq));
        prop_assert!(rows.windows(2).all(|two| (two[0].0, two[0].1, two[0].2) != (two[1].0, two[1].1, two[1].2)));
        let mut read: BTreeMap<u64, Vec<(i64, i64)>> = BTreeMap::new();
        for (person, at_ms, _, serial) in rows {
            read.entry(moves.now(person)).or_default().push((at_ms, serial));
        }
        prop_assert_eq!(read, seen);
    }
}
