//! The limits every log keeps, and the one check of them. It does not know how records are stored.

use crate::{Append, Cause, Fault};

/// How large one record may be, in bytes.
pub const RECORD_BYTES_MAX: usize = 1 << 20;
/// How large the records of one call may be together, in bytes.
pub const BATCH_BYTES_MAX: usize = 16 << 20;
/// How many records one call may hold.
pub const BATCH_RECORDS_MAX: usize = 1 << 18;
/// How many streams one log may hold.
pub const STREAMS_MAX: usize = 1_000_000;

/// Checks a batch against the limits and tells its size in bytes.
pub(crate) fn check(batch: &[Append]) -> Result<usize, Fault> {
    let refuse = |cause| Err(Fault::lasting("appending to the log", cause));
    let mut bytes = 0;
    let mut records = 0;
    for append in batch {
        records += append.records.len();
        for record in &append.records {
            if record.len() > RECORD_BYTES_MAX {
                return refuse(Cause::RecordTooLarge { bytes: record.len(), bytes_max: RECORD_BYTES_MAX });
            }
            bytes += record.len();
        }
    }
    if bytes > BATCH_BYTES_MAX {
        return refuse(Cause::BatchTooLarge { bytes, bytes_max: BATCH_BYTES_MAX });
    }
    if records > BATCH_RECORDS_MAX {
        return refuse(Cause::TooManyRecords { records, records_max: BATCH_RECORDS_MAX });
    }
    Ok(bytes)
}

/// The fault of one stream too many.
pub(crate) fn too_many_streams() -> Fault {
    Fault::lasting("creating a stream", Cause::TooManyStreams { streams_max: STREAMS_MAX })
}
