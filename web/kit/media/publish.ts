// Publishes a camera and a microphone over WHIP, and tells how it goes. Knows no page.
import { exchange, letGo, type Pass } from './signalling';

/** How the uplink stands. */
export interface Uplink {
  kbps: number;
  fps: number;
  width: number;
  height: number;
  rttMs: number | undefined;
  lost: number;
}

export class Publisher {
  #peer: RTCPeerConnection | undefined;
  #resource: string | undefined;
  #pass: Pass = {};
  #bytes = 0;
  #at = 0;

  /** Goes on air with these tracks; settles when the server has answered. `onLost` tells when the way broke. */
  async start(url: string, pass: Pass, stream: MediaStream, onLost: () => void): Promise<void> {
    this.stop();
    this.#pass = pass;
    const peer = new RTCPeerConnection();
    this.#peer = peer;
    for (const track of stream.getTracks()) {
      const sender = peer.addTransceiver(track, { direction: 'sendonly', streams: [stream] });
      if (track.kind === 'video') prefer(sender);
    }
    peer.onconnectionstatechange = () => {
      if (this.#peer === peer && peer.connectionState === 'failed') onLost();
    };
    this.#resource = await exchange(peer, url, pass);
    await this.#raise(peer);
  }

  /** Goes off air. */
  stop(): void {
    letGo(this.#peer, this.#resource, this.#pass);
    this.#peer = undefined;
    this.#resource = undefined;
  }

  /** Another camera or microphone, without leaving the air. */
  async swap(stream: MediaStream): Promise<void> {
    for (const sender of this.#peer?.getSenders() ?? []) {
      const track = stream.getTracks().find((it) => it.kind === sender.track?.kind);
      if (track) await sender.replaceTrack(track);
    }
  }

  async uplink(): Promise<Uplink | undefined> {
    const report = await this.#peer?.getStats();
    if (!report) return undefined;
    const found: Uplink = { kbps: 0, fps: 0, width: 0, height: 0, rttMs: undefined, lost: 0 };
    report.forEach((it: Record<string, unknown>) => {
      if (it.type === 'outbound-rtp' && it.kind === 'video') {
        const now = performance.now();
        const bytes = Number(it.bytesSent ?? 0);
        if (this.#at) found.kbps = Math.max(0, Math.round(((bytes - this.#bytes) * 8) / (now - this.#at)));
        this.#bytes = bytes;
        this.#at = now;
        found.fps = Number(it.framesPerSecond ?? 0);
        found.width = Number(it.frameWidth ?? 0);
        found.height = Number(it.frameHeight ?? 0);
      }
      if (it.type === 'remote-inbound-rtp' && it.kind === 'video') {
        if (typeof it.roundTripTime === 'number') found.rttMs = Math.round(it.roundTripTime * 1000);
        found.lost = Number(it.fractionLost ?? 0);
      }
    });
    return found;
  }

  /** A show needs more than a call: up to 2.5 Mbit/s, and frames dropped rather than sharpness. */
  async #raise(peer: RTCPeerConnection): Promise<void> {
    const sender = peer.getSenders().find((it) => it.track?.kind === 'video');
    const parameters = sender?.getParameters();
    const encoding = parameters?.encodings[0];
    if (!sender || !parameters || !encoding) return;
    encoding.maxBitrate = 2_500_000;
    await sender.setParameters(parameters).catch(() => undefined);
  }
}

/** H.264 first, because phones decode it in hardware; then VP8, which every browser knows. */
function prefer(transceiver: RTCRtpTransceiver): void {
  const codecs = RTCRtpReceiver.getCapabilities('video')?.codecs ?? [];
  const rank = (mime: string) => ['video/h264', 'video/vp8'].indexOf(mime.toLowerCase()) + 1 || 9;
  const sorted = codecs.toSorted((a, b) => rank(a.mimeType) - rank(b.mimeType));
  if (sorted.length) transceiver.setCodecPreferences(sorted);
}
