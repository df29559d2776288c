// A room as a page uses it: the view, the state of the way to it, and asking with a sentence when it is refused. Knows
// no layout.
import {
  Connection,
  Failed,
  Latency,
  Refused,
  type ConnectionOptions,
  type Flags,
  type LinkState,
  type Spread,
  type Surroundings,
  type View,
} from '../room';
import type { Act, Answer, Insight, RoomEvent } from '../wire';
import { sentenceFor } from './i18n.svelte';
import { notes } from './notes.svelte';

/** The browser's sockets, clock and chance. */
export const browser: Surroundings = {
  open: (url) => new WebSocket(url),
  now: () => Date.now(),
  after: (ms, act) => {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

/** The code of whatever went wrong. */
export function codeOf(error: unknown): string {
  return error instanceof Refused || error instanceof Failed ? error.code : 'unknown';
}

/** Says why something did not work. */
export function complain(error: unknown): void {
  notes.say(sentenceFor(codeOf(error)), 'bad');
}

type Heard = (events: readonly RoomEvent[], view: View, replayed: boolean) => void;
type Options = Pick<ConnectionOptions, 'token' | 'device' | 'onDevice' | 'insight' | 'quiet' | 'pingMs'> & { room: string; base?: string };

export class LiveRoom {
  view: View | undefined = $state.raw();
  insight: Insight | undefined = $state.raw();
  /** What experiments set for this person. */
  flags: Flags = $state.raw({});
  state: LinkState = $state('connecting');
  /** What the device itself says of its network; it knows sooner than the line. */
  online = $state(navigator.onLine);
  /** How long it was to the server and back in the last minute, and from the server to this screen. */
  trip: Spread | undefined = $state.raw();
  screen: Spread | undefined = $state.raw();
  /** Why the way is closed or broken, where the server said so. */
  code: string | undefined = $state();
  readonly connection: Connection;
  #heard = new Set<Heard>();
  #trips = new Latency();
  #screens = new Latency();

  constructor(options: Options) {
    const base = options.base || location.origin;
    this.connection = new Connection({
      ...options,
      url: `${base.replace(/^http/, 'ws')}/ws/rooms/${encodeURIComponent(options.room)}`,
      surroundings: browser,
      onView: (view) => (this.view = view),
      onEvents: (events, view, replayed) => this.#heard.forEach((it) => it(events, view, replayed)),
      onInsight: (insight, toldAt) => {
        this.insight = insight;
        if (toldAt) this.#shown(toldAt);
      },
      onRoundTrip: (ms) => {
        this.#trips.note(Date.now(), ms);
        this.trip = this.#trips.spread(Date.now());
      },
      onFlags: (flags) => (this.flags = flags),
      onFault: (code) => notes.say(sentenceFor(code), 'bad'),
      onState: (state, code) => {
        this.state = state;
        this.code = code;
      },
    });
  }

  /** Opens the way; gives what closes it. */
  start(): () => void {
    const nudge = () => {
      this.online = navigator.onLine;
      this.connection.nudge();
    };
    const away = () => (this.online = false);
    const seen = () => document.visibilityState === 'visible' && nudge();
    const leave = () => this.connection.tell({ t: 'bye' });
    addEventListener('online', nudge);
    addEventListener('offline', away);
    addEventListener('pagehide', leave);
    document.addEventListener('visibilitychange', seen);
    this.connection.start();
    return () => {
      removeEventListener('online', nudge);
      removeEventListener('offline', away);
      removeEventListener('pagehide', leave);
      document.removeEventListener('visibilitychange', seen);
      this.connection.close();
    };
  }

  /** Calls back with every batch of events; gives what ends it. */
  hear(callback: Heard): () => void {
    this.#heard.add(callback);
    return () => this.#heard.delete(callback);
  }

  /** What the server told at a moment is on the screen with the next frame; a page that nobody looks at has none. */
  #shown(toldAt: number): void {
    if (document.visibilityState !== 'visible') return;
    requestAnimationFrame(() => {
      this.#screens.note(Date.now(), this.connection.serverNow() - toldAt);
      this.screen = this.#screens.spread(Date.now());
    });
  }

  /** Asks, and says why when it is refused; undefined then. */
  async ask(act: Act): Promise<Answer | undefined> {
    try {
      return await this.connection.ask(act);
    } catch (error) {
      complain(error);
      return undefined;
    }
  }

  /** How far the server's clock is ahead, applied to a moment of this device. */
  serverTime(now: number): number {
    return now + (this.connection.serverNow() - Date.now());
  }
}
