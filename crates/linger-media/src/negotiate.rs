//! Owns the answer to an offer: which codecs and header extensions each side gets, and which media lines count.
//!
//! It runs on the caller's thread, so that a hostile description costs the media thread nothing. It does not know
//! rooms, limits or sockets.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use str0m::change::SdpOffer;
use str0m::config::DtlsCert;
use str0m::format::{Codec, PayloadParams};
use str0m::media::{MediaKind, Mid, Pt};
use str0m::rtp::{Extension, ExtensionMap};
use str0m::{Candidate, IceCreds, Rtc};

use crate::fault::MediaError;

/// Offers longer than this are refused unread. A browser's offer with every codec is about 8 KiB.
const OFFER_BYTES_MAX: usize = 64 * 1024;
/// WHIP and WHEP carry one audio and one video line; a data channel and a few rejected lines are tolerated.
const MEDIA_LINES_MAX: usize = 8;

/// Which way the media of a session flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The peer sends (WHIP).
    Publish,
    /// The peer receives (WHEP).
    Watch,
}

/// A session that is agreed on but not yet connected.
pub(crate) struct Negotiated {
    pub(crate) rtc: Box<Rtc>,
    pub(crate) answer: String,
    pub(crate) ufrag: String,
    pub(crate) audio: Option<Mid>,
    pub(crate) video: Option<Mid>,
}

/// Answers an offer.
pub(crate) fn negotiate(
    purpose: Purpose,
    offer: &str,
    cert: &DtlsCert,
    candidates: &[Candidate],
) -> Result<Negotiated, MediaError> {
    if offer.len() > OFFER_BYTES_MAX {
        return Err(bad("it is too long"));
    }
    let lines = media_lines(offer)?;
    let parsed = SdpOffer::from_sdp_string(offer).map_err(|_| bad("it cannot be read"))?;
    // A description that trips an assertion must cost its sender the session and nobody else anything.
    catch_unwind(AssertUnwindSafe(|| answer(purpose, parsed, &lines, cert, candidates)))
        .unwrap_or_else(|_| Err(bad("it breaks the negotiation")))
}

fn answer(
    purpose: Purpose,
    offer: SdpOffer,
    lines: &[(MediaKind, Mid)],
    cert: &DtlsCert,
    candidates: &[Candidate],
) -> Result<Negotiated, MediaError> {
    let creds = IceCreds::new();
    let ufrag = creds.ufrag.clone();
    let mut rtc = build(purpose, creds, cert.clone());
    for candidate in candidates {
        rtc.add_local_candidate(candidate.clone());
    }
    let answer = rtc.sdp_api().accept_offer(offer).map_err(|_| bad("it cannot be answered"))?;
    let understood: Vec<_> = lines.iter().filter(|(_, mid)| has_codec(&rtc, *mid)).collect();
    if understood.is_empty() {
        return Err(MediaError::NoCodecInCommon);
    }
    let usable = |wanted: MediaKind| {
        let mut fit = understood.iter().filter(|(kind, mid)| *kind == wanted && flows(purpose, &rtc, *mid));
        fit.next().map(|(_, mid)| *mid)
    };
    let (audio, video) = (usable(MediaKind::Audio), usable(MediaKind::Video));
    if audio.is_none() && video.is_none() {
        return Err(bad("its media flows the wrong way"));
    }
    let answer = one_stream(&answer.to_sdp_string());
    Ok(Negotiated { rtc: Box::new(rtc), answer, ufrag, audio, video })
}

fn bad(why: &'static str) -> MediaError {
    MediaError::BadSdp { why }
}

fn build(purpose: Purpose, creds: IceCreds, cert: DtlsCert) -> Rtc {
    let config = Rtc::builder()
        .set_rtp_mode(true)
        .set_ice_lite(true)
        .set_local_ice_credentials(creds)
        .set_dtls_cert(cert)
        .clear_codecs()
        .enable_opus(true, false)
        .enable_vp8(true)
        .enable_h264(true)
        // Loss and round trip of each session; every few seconds is enough and costs next to nothing.
        .set_stats_interval(Some(Duration::from_secs(4)))
        // Players line up picture and sound by sender reports, so the first ones must not be long in coming.
        .set_rtcp_report_interval_audio(Duration::from_secs(1))
        .set_rtcp_report_interval_video(Duration::from_secs(1));
    let config = match purpose {
        // A publisher paces itself by our transport-wide feedback.
        Purpose::Publish => config.set_extension_map(ExtensionMap::standard()),
        // Nothing here estimates a viewer's bandwidth, so viewers are not asked for feedback on every packet.
        Purpose::Watch => config.set_extension_map(viewer_extensions()),
    };
    config.build(Instant::now())
}

fn viewer_extensions() -> ExtensionMap {
    let mut map = ExtensionMap::empty();
    map.set(1, Extension::AudioLevel);
    map.set(4, Extension::RtpMid);
    map.set(13, Extension::VideoOrientation);
    map
}

fn has_codec(rtc: &Rtc, mid: Mid) -> bool {
    let Some(media) = rtc.media(mid) else { return false };
    let ours = rtc.codec_config().params();
    !media.disabled() && ours.iter().any(|params| media.remote_pts().contains(&params.pt()))
}

/// Whether the media of a line flows the way the session needs.
fn flows(purpose: Purpose, rtc: &Rtc, mid: Mid) -> bool {
    rtc.media(mid).is_some_and(|media| match purpose {
        Purpose::Publish => media.direction().is_receiving(),
        Purpose::Watch => media.direction().is_sending(),
    })
}

/// The media lines of an offer in order. Sessions report their lines only once connected, so they are read here.
fn media_lines(offer: &str) -> Result<Vec<(MediaKind, Mid)>, MediaError> {
    let mut lines = Vec::new();
    let mut count = 0;
    let mut kind = None;
    for line in offer.lines() {
        if let Some(media) = line.strip_prefix("m=") {
            count += 1;
            kind = match media.split(' ').next() {
                Some("audio") => Some(MediaKind::Audio),
                Some("video") => Some(MediaKind::Video),
                _ => None,
            };
        } else if let (Some(mid), Some(of)) = (line.strip_prefix("a=mid:"), kind) {
            lines.push((of, Mid::from(mid.trim())));
            kind = None;
        }
    }
    match count {
        0 => Err(bad("it has no media line")),
        1..=MEDIA_LINES_MAX => Ok(lines),
        _ => Err(bad("it has too many media lines")),
    }
}

/// Puts all tracks of an answer into one stream. Browsers play picture and sound in step only within a stream, and a
/// receive-only offer leaves each line with a stream of its own.
fn one_stream(answer: &str) -> String {
    const STREAM: &str = "linger";
    let mut text = String::with_capacity(answer.len());
    for line in answer.split_inclusive('\n') {
        let (body, end) = line.split_at(line.trim_end().len());
        match body.split_once("msid:") {
            Some((before, ids)) if before == "a=" || before.starts_with("a=ssrc:") => {
                let track = ids.split_once(' ').map_or("track", |(_, track)| track);
                text.push_str(&format!("{before}msid:{STREAM} {track}"));
            }
            _ if body.starts_with("a=msid-semantic:") => {
                text.push_str(&format!("a=msid-semantic: WMS {STREAM}"));
            }
            _ => text.push_str(body),
        }
        text.push_str(end);
    }
    text
}

/// The payload type under which a viewer understands a publisher's codec on `mid`; `None` if it does not.
///
/// H.264 profiles that differ are sent all the same, since receivers decode more than they list; packets cut for
/// packetization mode 1 are never sent to a receiver of mode 0.
pub(crate) fn payload_type(rtc: &Rtc, mid: Mid, source: &PayloadParams) -> Option<Pt> {
    let offered = rtc.media(mid)?.remote_pts();
    let spec = source.spec();
    let mode = |params: &PayloadParams| params.spec().format.packetization_mode.unwrap_or(0);
    rtc.codec_config()
        .params()
        .iter()
        .filter(|ours| offered.contains(&ours.pt()) && ours.spec().codec == spec.codec)
        .filter(|ours| spec.codec != Codec::H264 || mode(ours) >= mode(source))
        .max_by_key(|ours| {
            let profile = |params: &PayloadParams| params.spec().format.profile_level_id.map(|id| id >> 8);
            (mode(ours) == mode(source), profile(ours) == profile(source))
        })
        .map(PayloadParams::pt)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cert() -> DtlsCert {
        str0m::crypto::from_feature_flags().dtls_provider.generate_certificate().expect("a certificate")
    }

    fn refusal(offer: &str) -> MediaError {
        negotiate(Purpose::Watch, offer, &cert(), &[]).err().expect("a refusal")
    }

    #[test]
    fn nonsense_is_refused_by_name_and_never_repeated() {
        let offer = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n";
        let line = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n";
        assert_eq!(refusal("").code(), "bad_sdp");
        assert_eq!(refusal("hello"), bad("it has no media line"));
        assert_eq!(refusal(&"m".repeat(OFFER_BYTES_MAX + 1)), bad("it is too long"));
        assert_eq!(refusal(&format!("{offer}{}", line.repeat(9))), bad("it has too many media lines"));
        assert_eq!(refusal("m=audio secret"), bad("it cannot be read"));
        assert_eq!(refusal(&format!("{offer}{line}")).code(), "bad_sdp");
    }

    #[test]
    fn all_tracks_of_an_answer_share_a_stream() {
        let answer =
            "a=msid-semantic: WMS x y\r\na=msid:x one\r\na=ssrc:7 msid:y two\r\na=ssrc:7 cname:q\r\n";
        let expected = "a=msid-semantic: WMS linger\r\na=msid:linger one\r\na=ssrc:7 msid:linger two\r\na=ssrc:7 cname:q\r\n";
        assert_eq!(one_stream(answer), expected);
    }
}
