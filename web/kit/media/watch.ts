// Watches a room's picture over WHEP: starts, notices that nothing arrives, starts again, and measures how it arrives.
// Knows no page: it is given a video element and tells what it sees.
import { Backoff, Failed } from '../../room';
import type { QualityTold } from '../../wire';
import { exchange, letGo, release, type Pass } from './signalling';

/** `idle` not asked for; `starting` until the first frame; `playing`; `broken` and trying again. */
export type PictureState = 'idle' | 'starting' | 'playing' | 'broken';

interface Options {
  url: string;
  pass: () => Promise<Pass>;
  video: HTMLVideoElement;
  onState: (state: PictureState) => void;
  onQuality?: (told: QualityTold) => void;
}

const FIRST_FRAME_MS_MAX = 10_000;
const TELL_MS = 5_000;
/** A picture that stood still this long is started anew, ms. */
const FROZEN_MS_MAX = 8_000;

const NOTHING: QualityTold = {
  first_frame_ms: null,
  stalls: 0,
  stalled_ms: 0,
  watched_ms: 0,
  delay_ms: null,
  failed: false,
};

interface Inbound {
  framesDecoded: number;
  freezes: number;
  frozenMs: number;
  bufferDelayS: number;
  bufferFrames: number;
}

export class Watch {
  #peer: RTCPeerConnection | undefined;
  #resource: string | undefined;
  #pass: Pass = {};
  #wanted = false;
  #run = 0;
  #timers: ReturnType<typeof setTimeout>[] = [];
  #backoff = new Backoff(Math.random, 500, 8_000);
  #seen: Inbound | undefined;
  #firstFrameMs: number | undefined;
  #toldAt = 0;
  #movedAt = 0;
  #state: PictureState = 'idle';

  constructor(private readonly options: Options) {}

  get state(): PictureState {
    return this.#state;
  }

  /** Wants the picture from now on. */
  start(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    void this.#attempt();
  }

  /** Wants it no longer; `gone` when the show itself is over and nothing has to be given back. */
  stop(gone = false): void {
    this.#wanted = false;
    if (gone) this.#resource = undefined;
    this.#tearDown();
    this.options.video.srcObject = null;
    this.#become('idle');
  }

  /** Starts anew at once, such as when a person asks for it. */
  again(): void {
    if (!this.#wanted) return this.start();
    this.#tearDown();
    this.#backoff.reset();
    void this.#attempt();
  }

  async #attempt(): Promise<void> {
    const run = ++this.#run;
    const startedAt = performance.now();
    if (this.#state !== 'broken') this.#become('starting');
    const peer = new RTCPeerConnection();
    this.#peer = peer;
    peer.addTransceiver('video', { direction: 'recvonly' });
    peer.addTransceiver('audio', { direction: 'recvonly' });
    const stream = new MediaStream();
    peer.ontrack = ({ track }) => {
      stream.addTrack(track);
      if (this.options.video.srcObject !== stream) this.options.video.srcObject = stream;
      void this.options.video.play().catch(() => undefined);
    };
    peer.onconnectionstatechange = () => {
      if (run === this.#run && peer.connectionState === 'failed') this.#failed();
    };
    this.#onFirstFrame(run, startedAt);
    this.#after(FIRST_FRAME_MS_MAX, () => this.#state !== 'playing' && this.#failed());
    try {
      this.#pass = await this.options.pass();
      const resource = await exchange(peer, this.options.url, this.#pass);
      if (run === this.#run) this.#resource = resource;
      else void release(resource, this.#pass);
    } catch (error) {
      if (run === this.#run) this.#failed(error instanceof Failed ? error.retryMs : undefined);
    }
  }

  #onFirstFrame(run: number, startedAt: number): void {
    const { video } = this.options;
    const there = () => {
      if (run !== this.#run || this.#state === 'playing') return;
      this.#firstFrameMs = Math.round(performance.now() - startedAt);
      this.#backoff.reset();
      this.#toldAt = this.#movedAt = performance.now();
      this.#seen = undefined;
      this.#become('playing');
      this.#after(0, () => void this.#measure(run));
    };
    if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(there);
    else (video as HTMLVideoElement).addEventListener('playing', there, { once: true });
  }

  /** Nothing came, or it stopped coming: tells so and tries again later. */
  #failed(retryMs?: number): void {
    this.options.onQuality?.({ ...NOTHING, failed: true });
    this.#tearDown();
    this.#become('broken');
    this.#after(this.#backoff.next(retryMs ?? 0), () => this.#wanted && void this.#attempt());
  }

  async #measure(run: number): Promise<void> {
    const peer = this.#peer;
    if (!peer || run !== this.#run) return;
    const seen = inbound(await peer.getStats());
    if (run !== this.#run) return;
    const now = performance.now();
    if (seen) this.#compare(seen, now);
    // A page in the background decodes nothing, which is no fault of the way.
    if (document.visibilityState === 'hidden') this.#movedAt = now;
    if (now - this.#movedAt > FROZEN_MS_MAX) return this.#failed();
    this.#after(TELL_MS, () => void this.#measure(run));
  }

  #compare(seen: Inbound, now: number): void {
    const before = this.#seen;
    this.#seen = seen;
    if (!before || seen.framesDecoded > before.framesDecoded) this.#movedAt = now;
    const frames = seen.bufferFrames - (before?.bufferFrames ?? 0);
    const told: QualityTold = {
      ...NOTHING,
      stalls: seen.freezes - (before?.freezes ?? 0),
      stalled_ms: Math.round(seen.frozenMs - (before?.frozenMs ?? 0)),
      watched_ms: Math.round(now - this.#toldAt),
    };
    if (frames > 0) told.delay_ms = Math.round(((seen.bufferDelayS - (before?.bufferDelayS ?? 0)) / frames) * 1000);
    if (this.#firstFrameMs !== undefined) told.first_frame_ms = this.#firstFrameMs;
    this.#firstFrameMs = undefined;
    this.#toldAt = now;
    this.options.onQuality?.(told);
  }

  #tearDown(): void {
    this.#run += 1;
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
    letGo(this.#peer, this.#resource, this.#pass);
    this.#peer = undefined;
    this.#resource = undefined;
  }

  #after(ms: number, act: () => void): void {
    this.#timers.push(setTimeout(act, ms));
  }

  #become(state: PictureState): void {
    this.#state = state;
    this.options.onState(state);
  }
}

function inbound(report: RTCStatsReport): Inbound | undefined {
  let found: Inbound | undefined;
  report.forEach((it: Record<string, unknown>) => {
    if (it.type !== 'inbound-rtp' || it.kind !== 'video') return;
    const number = (name: string) => (typeof it[name] === 'number' ? (it[name] as number) : 0);
    found = {
      framesDecoded: number('framesDecoded'),
      freezes: number('freezeCount'),
      frozenMs: number('totalFreezesDuration') * 1000,
      bufferDelayS: number('jitterBufferDelay'),
      bufferFrames: number('jitterBufferEmittedCount'),
    };
  });
  return found;
}
