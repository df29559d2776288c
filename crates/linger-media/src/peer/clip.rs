//! Owns a short stream in memory: an H.264 picture (Annex B) and an Opus sound (Ogg), cut into frames.
//!
//! It does not know where the bytes come from or who sends them. It decodes nothing.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

/// Clips longer than this are refused: they are held in memory.
const CLIP_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Every Opus packet counts time in samples of this rate.
const OPUS_HZ: u64 = 48_000;

/// A picture and a sound that can be played in a loop.
#[derive(Debug)]
pub struct Clip {
    pub(crate) pictures: Vec<Arc<[u8]>>,
    pub(crate) picture_step: Duration,
    pub(crate) sounds: Vec<(Duration, Arc<[u8]>)>,
    length: Duration,
}

/// Why a clip cannot be read.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClipFault {
    /// More bytes than are held in memory.
    #[error("the clip is too long")]
    TooLong,
    /// The picture has no frame, or does not begin with a keyframe.
    #[error("the picture is no H.264 stream that begins with a keyframe")]
    NoPicture,
    /// The sound is no Ogg stream of Opus packets.
    #[error("the sound is no Ogg Opus stream")]
    NoSound,
    /// No frames a second, or more than 240.
    #[error("the frame rate makes no sense")]
    FrameRate,
}

impl Clip {
    /// Reads a clip from an Annex B stream of constant frame rate without B-frames, and an Ogg Opus stream.
    ///
    /// # Errors
    /// [`ClipFault`] says which part cannot be used.
    pub fn read(h264: &[u8], ogg_opus: &[u8], frames_per_second: u32) -> Result<Clip, ClipFault> {
        if h264.len() + ogg_opus.len() > CLIP_BYTES_MAX {
            return Err(ClipFault::TooLong);
        }
        if !(1..=240).contains(&frames_per_second) {
            return Err(ClipFault::FrameRate);
        }
        let pictures = access_units(h264)?;
        let sounds = opus_packets(ogg_opus)?;
        let picture_step = Duration::from_secs(1) / frames_per_second;
        let pictures_last = picture_step * u32::try_from(pictures.len()).map_err(|_| ClipFault::TooLong)?;
        let mut at = Duration::ZERO;
        let mut timed = Vec::with_capacity(sounds.len());
        for sound in sounds {
            // The picture decides how long a round takes; a longer sound is cut there.
            if at >= pictures_last {
                break;
            }
            let lasts = opus_duration(&sound);
            timed.push((at, sound));
            at += lasts;
        }
        Ok(Clip { pictures, picture_step, sounds: timed, length: pictures_last })
    }

    /// How long one round takes.
    pub fn length(&self) -> Duration {
        self.length
    }

    /// Frames of the picture in one round.
    pub fn picture_count(&self) -> usize {
        self.pictures.len()
    }

    /// Packets of the sound in one round.
    pub fn sound_count(&self) -> usize {
        self.sounds.len()
    }
}

/// Cuts an Annex B stream into access units. A new one begins with the first slice of a picture, or with the
/// parameter sets and delimiters in front of it (H.264 section 7.4.1.2.3).
fn access_units(stream: &[u8]) -> Result<Vec<Arc<[u8]>>, ClipFault> {
    let mut units: Vec<Vec<u8>> = Vec::new();
    let mut has_slice = true;
    for nal in nals(stream) {
        let kind = nal[0] & 0x1f;
        let is_slice = matches!(kind, 1 | 5);
        // first_mb_in_slice is an Exp-Golomb number; zero is a single 1 bit.
        let is_first_slice = is_slice && nal.get(1).is_some_and(|byte| byte & 0x80 != 0);
        let is_prefix = matches!(kind, 6..=9);
        if has_slice && (is_prefix || is_first_slice) {
            units.push(Vec::new());
            has_slice = false;
        }
        has_slice |= is_slice;
        if let Some(unit) = units.last_mut()
            && kind != 9
        {
            unit.extend_from_slice(&[0, 0, 0, 1]);
            unit.extend_from_slice(nal);
        }
    }
    let starts_well = units.first().is_some_and(|unit| nals(unit).iter().any(|nal| nal[0] & 0x1f == 5));
    if !starts_well || !has_slice {
        return Err(ClipFault::NoPicture);
    }
    Ok(units.into_iter().map(Arc::from).collect())
}

/// The NAL units between the start codes, none of them empty.
fn nals(stream: &[u8]) -> Vec<&[u8]> {
    let mut starts = Vec::new();
    let mut at = 0;
    while let Some(found) = stream[at..].windows(3).position(|bytes| bytes == [0, 0, 1]) {
        starts.push(at + found);
        at += found + 3;
    }
    let ends = starts.iter().skip(1).copied().chain([stream.len()]);
    let unit = |(start, end): (usize, usize)| {
        let body = &stream[start + 3..end];
        let zeros = body.iter().rev().take_while(|byte| **byte == 0).count();
        &body[..body.len() - zeros]
    };
    starts.iter().copied().zip(ends).map(unit).filter(|unit| !unit.is_empty()).collect()
}

/// The packets of the only stream in an Ogg file (RFC 3533), without the two Opus headers (RFC 7845).
fn opus_packets(file: &[u8]) -> Result<Vec<Arc<[u8]>>, ClipFault> {
    const HEADER_BYTES: usize = 27;
    let mut packets = Vec::new();
    let mut packet = Vec::new();
    let mut rest = file;
    while !rest.is_empty() {
        let header = rest.get(..HEADER_BYTES).filter(|header| header.starts_with(b"OggS"));
        let segments = usize::from(header.ok_or(ClipFault::NoSound)?[26]);
        let table = rest.get(HEADER_BYTES..HEADER_BYTES + segments).ok_or(ClipFault::NoSound)?;
        let mut at = HEADER_BYTES + segments;
        for length in table {
            let end = at + usize::from(*length);
            packet.extend_from_slice(rest.get(at..end).ok_or(ClipFault::NoSound)?);
            at = end;
            // A segment of 255 bytes says that its packet goes on.
            if *length < 255 {
                packets.push(Arc::from(std::mem::take(&mut packet)));
            }
        }
        rest = &rest[at..];
    }
    let is_opus = packets.first().is_some_and(|head: &Arc<[u8]>| head.starts_with(b"OpusHead"));
    if !is_opus || packets.len() < 3 {
        return Err(ClipFault::NoSound);
    }
    packets.drain(..2);
    Ok(packets)
}

/// How long an Opus packet sounds, from its first byte and frame count (RFC 6716 section 3.1).
fn opus_duration(packet: &[u8]) -> Duration {
    let Some(&toc) = packet.first() else { return Duration::ZERO };
    let frame_samples = match toc >> 3 {
        config @ 0..=11 => [480, 960, 1_920, 2_880][usize::from(config & 3)],
        config @ 12..=15 => [480, 960][usize::from(config & 1)],
        config => [120, 240, 480, 960][usize::from(config & 3)],
    };
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u64::from(packet.get(1).copied().unwrap_or(0) & 0x3f),
    };
    Duration::from_nanos(frames * frame_samples * 1_000_000_000 / OPUS_HZ)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(packets: &[&[u8]]) -> Vec<u8> {
        let mut table = Vec::new();
        for packet in packets {
            table.extend(std::iter::repeat_n(255, packet.len() / 255));
            table.push((packet.len() % 255) as u8);
        }
        let mut bytes = b"OggS".to_vec();
        bytes.resize(26, 0);
        bytes.push(table.len() as u8);
        bytes.extend(table);
        packets.iter().for_each(|packet| bytes.extend(*packet));
        bytes
    }

    fn sound() -> Vec<u8> {
        let long = [0x78; 600];
        [page(&[b"OpusHead"]), page(&[b"OpusTags"]), page(&[&[0x78, 1], &long, &[0x78, 2]])].concat()
    }

    const PICTURE: &[u8] = &[
        0, 0, 0, 1, 0x67, 1, 0, 0, 0, 1, 0x68, 2, 0, 0, 1, 0x65, 0x80, 3, 0, 0, 1, 0x65, 0x40,
        4, // keyframe
        0, 0, 0, 1, 0x41, 0x80, 5, 0, 0, 1, 0x09, 0xf0, 0, 0, 1, 0x41, 0x80, 6,
    ];

    #[test]
    fn a_picture_is_cut_where_the_next_frame_begins() {
        let clip = Clip::read(PICTURE, &sound(), 50).expect("a clip");
        let first: &[u8] =
            &[0, 0, 0, 1, 0x67, 1, 0, 0, 0, 1, 0x68, 2, 0, 0, 0, 1, 0x65, 0x80, 3, 0, 0, 0, 1, 0x65, 0x40, 4];
        assert_eq!(&*clip.pictures[0], first);
        assert_eq!(&*clip.pictures[1], &[0, 0, 0, 1, 0x41, 0x80, 5]);
        assert_eq!(&*clip.pictures[2], &[0, 0, 0, 1, 0x41, 0x80, 6]);
        assert_eq!((clip.picture_count(), clip.length()), (3, Duration::from_millis(60)));
    }

    #[test]
    fn a_sound_keeps_its_time_and_ends_with_the_picture() {
        let clip = Clip::read(PICTURE, &sound(), 50).expect("a clip");
        let sounds: Vec<_> = clip.sounds.iter().map(|(at, packet)| (at.as_millis(), packet.len())).collect();
        assert_eq!(sounds, [(0, 2), (20, 600), (40, 2)]);
        assert_eq!(Clip::read(PICTURE, &sound(), 100).expect("a clip").sound_count(), 2);
    }

    #[test]
    fn the_demo_stream_is_a_clip_with_a_keyframe_every_second() {
        let picture = include_bytes!("../../../../assets/demo/stage.h264");
        let sound = include_bytes!("../../../../assets/demo/stage.opus");
        let clip = Clip::read(picture, sound, 30).expect("the demo stream");
        assert_eq!((clip.picture_count(), clip.sound_count()), (720, 1_200));
        for (index, unit) in clip.pictures.iter().enumerate() {
            let has_idr = nals(unit).iter().any(|nal| nal[0] & 0x1f == 5);
            assert_eq!(has_idr, index.is_multiple_of(30), "frame {index}");
        }
    }

    #[test]
    fn what_is_no_clip_is_named() {
        assert_eq!(Clip::read(b"", &sound(), 30).err(), Some(ClipFault::NoPicture));
        assert_eq!(Clip::read(&PICTURE[24..], &sound(), 30).err(), Some(ClipFault::NoPicture));
        assert_eq!(Clip::read(PICTURE, b"OggS", 30).err(), Some(ClipFault::NoSound));
        assert_eq!(Clip::read(PICTURE, &page(&[b"OpusHead"]), 30).err(), Some(ClipFault::NoSound));
        assert_eq!(Clip::read(PICTURE, &sound(), 0).err(), Some(ClipFault::FrameRate));
    }
}
