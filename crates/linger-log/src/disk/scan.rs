//! Reading a segment frame by frame and telling a torn tail from damage. It reads; it does not repair, and it does not
//! know what follows from the records.

use crate::Damage;

use super::format::{
    BadFrame, Chain, Frame, Record, SEGMENT_HEAD, any_frame_after, frame_at, is_zero, record_unchecked,
};

/// How a segment ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ending {
    /// Where the last whole frame begins and ends; both are the head's end if there is none.
    pub last: usize,
    pub end: usize,
    /// How many bytes of an unfinished frame follow.
    pub torn_bytes: u64,
}

/// Visits every whole frame of a segment in order, following the chain. Damage ends the scan; frames before it have
/// been visited.
pub(super) fn scan(
    segment: &[u8],
    number: u32,
    seed: u32,
    chain: &mut Chain,
    mut visit: impl FnMut(&Frame<'_>) -> Result<(), Damage>,
) -> Result<Ending, Damage> {
    let mut last = SEGMENT_HEAD;
    let mut end = SEGMENT_HEAD;
    let damage = |byte: usize, what| Damage { segment: number, byte: byte as u64, what };
    let torn_bytes = loop {
        match frame_at(segment, end, seed) {
            Ok(frame) if frame.before != *chain => {
                return Err(damage(end, "this frame does not follow the one before it"));
            }
            Ok(frame) => {
                visit(&frame)?;
                *chain = frame.after;
                (last, end) = (end, frame.end);
            }
            Err(BadFrame::Changed) => {
                return Err(damage(end, "a frame that was complete has changed"));
            }
            Err(BadFrame::NoHead | BadFrame::Unfinished) => {
                let rest = segment.get(end..).unwrap_or_default();
                // The usual end, told quickly.
                if is_zero(rest) {
                    break 0;
                }
                if any_frame_after(segment, end + 1, seed) {
                    return Err(damage(end, "a frame is broken, and whole ones follow it"));
                }
                break rest.iter().rposition(|&byte| byte != 0).map_or(0, |at| at as u64 + 1);
            }
        }
    };
    Ok(Ending { last, end, torn_bytes })
}

/// Visits the records of a frame with the byte of the segment where each begins.
pub(super) fn records<'a>(
    frame: &Frame<'a>,
    number: u32,
    mut visit: impl FnMut(u32, Record<'a>, &'a [u8]) -> Result<(), &'static str>,
) -> Result<(), Damage> {
    let mut at = 0;
    for _ in 0..frame.records {
        let byte = frame.body_at + at;
        let damage = |what| Damage { segment: number, byte: byte as u64, what };
        let rest = &frame.body[at..];
        let record = record_unchecked(rest).ok_or_else(|| damage("a record does not fit its frame"))?;
        at += record.encoded_bytes();
        let place = u32::try_from(byte).map_err(|_| damage("a segment is too large"))?;
        visit(place, record, &frame.body[at - record.encoded_bytes()..at]).map_err(damage)?;
    }
    if at == frame.body.len() {
        Ok(())
    } else {
        Err(Damage {
            segment: number,
            byte: (frame.body_at + at) as u64,
            what: "a frame holds more than its records",
        })
    }
}
