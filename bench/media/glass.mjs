// Glass to glass: a picture that carries its own time is published from Chromium by WHIP, watched in Chromium by WHEP,
// and read back from the screen. Prints one JSON object as its last line.
//
//   LINGER_BIN=… node bench/media/glass.mjs [SECONDS]
//
// Both pages live in one browser on one clock. The delay runs from drawing on the canvas to the frame being presented
// (requestVideoFrameCallback), so it contains capture, encoding, network, server, jitter buffer and decoding.

import { startBrowser, startServer, until } from '../../web/story/house.mjs';

const SECONDS = Number(process.argv[2] ?? 20);
const ROOM = 'glass';

const server = await startServer();
const browser = await startBrowser();
try {
  const context = await browser.newContext();
  const host = await context.newPage();
  await host.goto(`${server.base}/healthz`);
  const { key, token } = await host.evaluate(prepare, [server.invite.split('#')[1], ROOM]);
  await host.evaluate(publish, [ROOM, key]);
  const viewer = await (await browser.newContext()).newPage();
  await viewer.goto(`${server.base}/healthz`);
  await viewer.evaluate(watch, [ROOM, token]);
  await until('the picture is there', () => viewer.evaluate(() => window.seen.delays.length > 0), 30_000);
  // The sender begins small and grows; the first seconds tell of that, not of the way.
  await new Promise((on) => setTimeout(on, 5_000));
  await viewer.evaluate(() => (window.seen.delays.length = 0));
  await new Promise((on) => setTimeout(on, SECONDS * 1_000));
  const { delays, firstFrameMs, unread, stats } = await viewer.evaluate(report);
  delays.sort((a, b) => a - b);
  const at = (share) => delays[Math.min(delays.length - 1, Math.floor(delays.length * share))];
  console.log(
    JSON.stringify({ frames: delays.length, unread, first_frame_ms: firstFrameMs, delay_ms_p50: at(0.5), delay_ms_p95: at(0.95), delay_ms_max: at(1), ...stats }),
  );
} finally {
  await browser.close();
  await server.forget();
}

/** Makes staff, room, key and a guest's token. Runs in the page. */
async function prepare([invite, room]) {
  const send = async (path, body, headers = {}) => {
    const answer = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const me = await send('/api/invites/use', { token: invite, login: 'glass', name: 'Glass', password: 'only-for-this-bench' });
  const csrf = { 'x-csrf': me.csrf };
  await send('/api/rooms', { room, title: 'Glass', host_name: 'Glass' }, csrf);
  const { key } = await send(`/api/rooms/${room}/ingest-key`, {}, csrf);
  const { token } = await send(`/api/rooms/${room}/guest`, {});
  return { key, token };
}

/** Draws the time as black and white fields, the inverse below it as a check, and publishes that. Runs in the page. */
async function publish([room, key]) {
  const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
  const pen = canvas.getContext('2d');
  const draw = () => {
    const now = Math.round(performance.timeOrigin + performance.now()) % 2 ** 31;
    pen.fillStyle = `hsl(${(now / 20) % 360} 60% 50%)`;
    pen.fillRect(0, 0, 640, 360);
    for (let bit = 0; bit < 32; bit++) {
      const on = (now >>> bit) & 1;
      pen.fillStyle = on ? '#fff' : '#000';
      pen.fillRect(bit * 20, 0, 20, 60);
      pen.fillStyle = on ? '#000' : '#fff';
      pen.fillRect(bit * 20, 60, 20, 60);
    }
  };
  setInterval(draw, 33);
  const peer = new RTCPeerConnection();
  for (const track of canvas.captureStream(30).getTracks()) peer.addTransceiver(track, { direction: 'sendonly' });
  await peer.setLocalDescription();
  const answer = await fetch(`/whip/${room}`, { method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/sdp' }, body: peer.localDescription.sdp });
  if (answer.status !== 201) throw new Error(`whip: ${answer.status}`);
  await peer.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
  window.peer = peer;
}

/** Watches, and reads the time off every frame. Runs in the page. */
async function watch([room, token]) {
  const begun = performance.now();
  const peer = new RTCPeerConnection();
  peer.addTransceiver('video', { direction: 'recvonly' });
  const video = Object.assign(document.createElement('video'), { muted: true, autoplay: true, playsInline: true });
  document.body.append(video);
  peer.ontrack = ({ track }) => (video.srcObject = new MediaStream([track]));
  const glass = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
  const pen = glass.getContext('2d', { willReadFrequently: true });
  window.seen = { delays: [], unread: 0, firstFrameMs: undefined, peer };
  const look = (_, frame) => {
    const shownAt = performance.timeOrigin + frame.presentationTime;
    window.seen.firstFrameMs ??= Math.round(performance.now() - begun);
    pen.drawImage(video, 0, 0, 640, 360);
    let time = 0;
    let sure = true;
    for (let bit = 0; bit < 32; bit++) {
      const [upper, lower] = [30, 90].map((y) => pen.getImageData(bit * 20 + 10, y, 1, 1).data[1]);
      sure &&= Math.abs(upper - lower) > 60;
      if (upper > lower) time += 2 ** bit;
    }
    if (sure) window.seen.delays.push((shownAt % 2 ** 31) - time);
    else window.seen.unread += 1;
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
  await peer.setLocalDescription();
  const answer = await fetch(`/whep/${room}`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/sdp' }, body: peer.localDescription.sdp });
  if (answer.status !== 201) throw new Error(`whep: ${answer.status}`);
  await peer.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
}

/** What was seen. Runs in the page. */
async function report() {
  const { delays, unread, firstFrameMs, peer } = window.seen;
  const inbound = [...(await peer.getStats()).values()].find((it) => it.type === 'inbound-rtp' && it.kind === 'video');
  const { framesDecoded, freezeCount, packetsLost, frameWidth, frameHeight } = inbound;
  return { delays, unread, firstFrameMs, stats: { framesDecoded, freezeCount, packetsLost, frameWidth, frameHeight } };
}
