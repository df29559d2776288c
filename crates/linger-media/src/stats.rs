//! Owns the counters of the media plane.
//!
//! It does not know who reads them; names and units are fit for any exporter.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($($(#[doc = $doc:literal])+ $name:ident,)+) => {
        /// What the media plane holds and has done since it started.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct MediaStats {
            $($(#[doc = $doc])+ pub $name: u64,)+
        }

        #[derive(Debug, Default)]
        pub(crate) struct Counters {
            $(pub(crate) $name: Counter,)+
        }

        impl Counters {
            pub(crate) fn read(&self) -> MediaStats {
                MediaStats { $($name: self.$name.get(),)+ }
            }
        }
    };
}

counters! {
    /// Rooms with a publisher or viewers now.
    rooms,
    /// Publisher sessions now, connected or connecting.
    publishers,
    /// Viewer sessions now, connected or connecting.
    viewers,
    /// Viewer sessions now that are connected.
    viewers_connected,
    /// TCP connections now.
    tcp_connections,
    /// Media packets taken from publishers.
    packets_received,
    /// Media packets written to viewers, without retransmissions.
    packets_forwarded,
    /// Payload bytes written to viewers, without retransmissions.
    bytes_forwarded,
    /// Datagrams and framed packets sent, of every kind.
    datagrams_sent,
    /// Datagrams and framed packets thrown away because a socket did not take them.
    datagrams_dropped,
    /// Datagrams that belonged to nobody, or were no STUN, DTLS, RTP or RTCP.
    datagrams_refused,
    /// Keyframe requests viewers sent, newcomers' included.
    keyframes_wanted,
    /// Keyframe requests sent to publishers.
    keyframes_requested,
    /// Keyframe requests of viewers that needed no request of their own.
    keyframes_coalesced,
    /// Newcomers who were shown the recent video instead of waiting for a keyframe.
    catch_ups,
    /// Losses reported by viewers (NACK messages), as of their last report.
    nacks_received,
    /// Losses reported to publishers (NACK messages), as of the last report.
    nacks_sent,
    /// Sessions dropped because of a bug in them.
    sessions_failed,
    /// Events dropped because nobody read them in time.
    events_dropped,
}

/// One number, written by the media thread and read by anybody.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, by: u64) {
        self.0.fetch_add(by, Ordering::Relaxed);
    }

    pub(crate) fn subtract(&self, by: u64) {
        self.0.fetch_sub(by, Ordering::Relaxed);
    }

    pub(crate) fn set(&self, to: u64) {
        self.0.store(to, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
