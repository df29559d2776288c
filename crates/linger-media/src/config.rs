//! Owns what an operator may decide about the media plane: where it listens and how much it may hold.
//!
//! It does not know where the values were read from.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

/// Where the media plane listens and the bounds it keeps.
#[derive(Clone, Debug)]
pub struct MediaConfig {
    /// The one UDP address that carries every session. Port 0 lets the system choose.
    pub udp_bind: SocketAddr,
    /// The TCP address for viewers whose network lets no UDP through; `None` switches the fallback off.
    pub tcp_bind: Option<SocketAddr>,
    /// Addresses written into the answers as ICE candidates, with the bound ports. Empty means the bound address
    /// itself, which must then be a concrete one.
    pub advertise: Vec<IpAddr>,
    /// Rooms that may have a publisher or viewers at the same time.
    pub rooms_max: usize,
    /// Viewers of one room.
    pub viewers_max_per_room: usize,
    /// Viewers of all rooms together.
    pub viewers_max: usize,
    /// TCP connections held at the same time.
    pub tcp_connections_max: usize,
    /// How long a session may take from its answer to a working connection.
    pub connect_wait_max: Duration,
    /// How long a connected peer may be silent before it counts as gone. Browsers are heard every 2.5 s at least.
    pub silence_max: Duration,
    /// The shortest time between two keyframe requests to one publisher's track.
    pub keyframe_gap_min: Duration,
    /// Bytes of video kept per room since its last keyframe, to show a newcomer a picture at once. 0 keeps none.
    pub recent_video_bytes_max: usize,
    /// Events that wait for their reader; further ones are dropped and counted.
    pub events_waiting_max: usize,
}

impl Default for MediaConfig {
    fn default() -> Self {
        MediaConfig {
            udp_bind: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 7880)),
            tcp_bind: Some(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 7880))),
            advertise: Vec::new(),
            rooms_max: 256,
            viewers_max_per_room: 2_000,
            viewers_max: 4_000,
            tcp_connections_max: 1_000,
            connect_wait_max: Duration::from_secs(15),
            silence_max: Duration::from_secs(10),
            keyframe_gap_min: Duration::from_millis(300),
            recent_video_bytes_max: 1_000_000,
            events_waiting_max: 4_096,
        }
    }
}

impl MediaConfig {
    /// A configuration for one machine talking to itself, on ports the system chooses.
    pub fn loopback() -> Self {
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        MediaConfig { udp_bind: any_port, tcp_bind: Some(any_port), ..MediaConfig::default() }
    }
}
