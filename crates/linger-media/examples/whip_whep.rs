//! The smallest server around the media plane: WHIP and WHEP for one machine, to try FFmpeg, OBS and browsers against
//! the crate alone.
//!
//! It has no sign-in and reads only well-behaved requests; the product's edge is another crate. Run with
//! `cargo run -p linger-media --features peer --example whip_whep -- [port] [h264 opus]`: with a clip it shows the
//! clip in room `demo`, and `/` is a page that watches a room (`/?room=demo`).

use std::error::Error;
use std::sync::Arc;

use linger_media::peer::{Clip, Crowd, Peer, PublishOptions};
use linger_media::{Answer, Media, MediaConfig, MediaError};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

const PAGE: &str = r#"<!doctype html><meta charset=utf-8><title>watch</title>
<video id=v autoplay muted playsinline style="height:95vh"></video><script>
(async () => {
  const room = new URLSearchParams(location.search).get('room') ?? 'demo';
  const pc = window.pc = new RTCPeerConnection();
  for (const kind of ['audio', 'video']) pc.addTransceiver(kind, { direction: 'recvonly' });
  window.streams = new Set();
  pc.ontrack = e => { e.streams.forEach(s => window.streams.add(s.id)); v.srcObject = e.streams[0]; };
  await pc.setLocalDescription();
  const t0 = performance.now();
  v.requestVideoFrameCallback(() => { window.firstFrameMs = performance.now() - t0; });
  const answer = await fetch('/whep/' + room, { method: 'POST', body: pc.localDescription.sdp,
    headers: { 'Content-Type': 'application/sdp' } });
  await pc.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
})();
</script>"#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let port: u16 = arguments.first().map_or(Ok(8889), |port| port.parse())?;
    let (media, mut events) = Media::start(MediaConfig::loopback())?;
    tokio::spawn(async move {
        while let Some(event) = events.recv().await {
            println!("{event:?}");
        }
    });
    let _demo = match &arguments[..] {
        [_, h264, opus] => Some(demo(&media, h264, opus).await?),
        _ => None,
    };
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://127.0.0.1:{port}/");
    loop {
        let (stream, _) = listener.accept().await?;
        let media = media.clone();
        tokio::spawn(async move {
            if let Err(error) = serve(stream, media).await {
                eprintln!("{error}");
            }
        });
    }
}

async fn demo(media: &Media, h264: &str, opus: &str) -> Result<Peer, Box<dyn Error>> {
    let clip = Clip::read(&std::fs::read(h264)?, &std::fs::read(opus)?, 30)?;
    let peer = Peer::publish(&Crowd::start()?, &PublishOptions::default())?;
    let answer = media.publish("demo", peer.offer()).await?;
    peer.accept(&answer.sdp)?;
    peer.play(Arc::new(clip))?;
    Ok(peer)
}

async fn serve(stream: TcpStream, media: Media) -> Result<(), Box<dyn Error>> {
    let mut stream = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let mut length = 0;
    for line in head.lines() {
        let (name, value) = line.split_once(':').unwrap_or_default();
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse::<usize>()?.min(100_000);
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    let body = String::from_utf8(body)?;
    let mut words = head.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let response = match (method, path.split('?').next().unwrap_or_default()) {
        ("GET", "/") => text("200 OK", "text/html", PAGE),
        ("GET", "/stats") => text("200 OK", "text/plain", &format!("{:#?}\n", media.stats())),
        ("POST", path) => match path.trim_start_matches('/').split_once('/') {
            Some(("whip", room)) => created(media.publish(room, &body).await),
            Some(("whep", room)) => created(media.watch(room, &body).await),
            _ => text("404 Not Found", "text/plain", ""),
        },
        ("DELETE", path) => {
            let known = media.close(path.rsplit('/').next().unwrap_or_default()).await;
            text(if known { "200 OK" } else { "404 Not Found" }, "text/plain", "")
        }
        _ => text("405 Method Not Allowed", "text/plain", ""),
    };
    stream.get_mut().write_all(response.as_bytes()).await?;
    Ok(())
}

fn created(outcome: Result<Answer, MediaError>) -> String {
    match outcome {
        Ok(answer) => {
            let location = format!("201 Created\r\nLocation: /resource/{}", answer.resource);
            text(&location, "application/sdp", &answer.sdp)
        }
        Err(error) => text("400 Bad Request", "text/plain", &error.to_string()),
    }
}

fn text(status: &str, kind: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}
