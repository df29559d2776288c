// The way to a room: one socket after another, each going on where the last one broke. It turns messages into a view
// and keeps the outbox moving. Knows no page: sockets, timers and chance are handed in.
import type { Flags } from './flags';
import type { Act, Answer, FromClient, Insight, Order, QualityTold, RoomEvent, ToClient, Welcome } from '../wire';
import { Backoff } from './backoff';
import { foldStep } from './insight';
import { Outbox } from './outbox';
import { fold, viewOf, withOrder, type View } from './view';

/** The part of a WebSocket that is used. */
export interface SocketLike {
  send(text: string): void;
  close(): void;
  onopen: ((event: never) => unknown) | null;
  onmessage: ((event: never) => unknown) | null;
  onclose: ((event: never) => unknown) | null;
}

/** What the world outside offers. */
export interface Surroundings {
  open(url: string): SocketLike;
  now(): number;
  /** Calls back after some time; gives a way to call it off. */
  after(ms: number, act: () => void): () => void;
  random(): number;
}

/**
 * `connecting` first attempt; `open`; `waiting` broken, will come back; `closed` ended for good.
 */
export type LinkState = 'connecting' | 'open' | 'waiting' | 'closed';

export interface ConnectionOptions {
  url: string;
  /** Asked before every attempt; staff give no token. A refusal by name ends the connection. */
  token: (expired: boolean) => Promise<string | undefined>;
  /** The device token that this page kept from an earlier visit. */
  device?: string | undefined;
  /** A device token to keep for later visits; pages of the server itself have a cookie and are given none. */
  onDevice?: (token: string) => void;
  insight?: boolean;
  quiet?: boolean;
  /** How often to ask how far away the server is, where that is shown; else as often as the line has to be kept alive. */
  pingMs?: number;
  surroundings: Surroundings;
  onView: (view: View) => void;
  /** Events in their order, after the view has taken them in; `replayed` when they were missed earlier. */
  onEvents?: (events: readonly RoomEvent[], view: View, replayed: boolean) => void;
  onState?: (state: LinkState, code: string | undefined) => void;
  /** The figures, and for a step when the server told it. */
  onInsight?: (insight: Insight, toldAt: number | undefined) => void;
  /** How long it was to the server and back, ms. */
  onRoundTrip?: (ms: number) => void;
  /** What experiments set for this person, at the opening and whenever it changes. */
  onFlags?: (flags: Flags) => void;
  onFault?: (code: string, field: string | undefined) => void;
}

/** Orders positions of one history; another epoch is another history. */
export function reaches(position: string, target: string): boolean {
  const [epoch, offset] = position.split(':');
  const [wantedEpoch, wantedOffset] = target.split(':');
  return epoch === wantedEpoch && Number(offset) >= Number(wantedOffset);
}

export class Connection {
  readonly outbox = new Outbox();
  #device: string | undefined;
  #view: View | undefined;
  #insight: Insight | undefined;
  #position: string | undefined;
  #catchUp: string | undefined;
  #socket: SocketLike | undefined;
  #state: LinkState = 'connecting';
  #expired = false;
  #clockOffset = 0;
  #bestRtt = Infinity;
  #pings = new Map<number, number>();
  #pingNumber = 0;
  #heartbeatMs = 20_000;
  #heardAt = 0;
  #backoff: Backoff;
  #cancelTimers: (() => void)[] = [];
  #cancelRetry: (() => void) | undefined;
  #run = 0;

  constructor(private readonly options: ConnectionOptions) {
    this.#backoff = new Backoff(options.surroundings.random);
    this.#device = options.device;
  }

  /** Opens the way; call once. */
  start(): void {
    void this.#attempt();
  }

  /** The server's clock now, ms. */
  serverNow(): number {
    return this.options.surroundings.now() + this.#clockOffset;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Up to where the room is known. */
  get position(): string | undefined {
    return this.#position;
  }

  /** Asks for a change. */
  ask(act: Act): Promise<Answer> {
    return this.outbox.ask(act).then((answer) => {
      if (answer.order) this.orderTold(answer.order);
      return answer;
    });
  }

  /** An order was read by other means. */
  orderTold(order: Order): void {
    if (this.#view) this.#show(withOrder(this.#view, order));
  }

  /** Tells what may get lost without harm; false when nobody hears it now. */
  tell(message: FromClient): boolean {
    if (this.#state !== 'open' || !this.#socket) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  quality(told: QualityTold): boolean {
    return this.tell({ t: 'quality', told });
  }

  /** Comes in anew, such as by another name. */
  rejoin(): void {
    this.#cancelRetry?.();
    this.#backoff.reset();
    this.#position = undefined;
    this.#drop();
    void this.#attempt();
  }

  /** The network is back or the page is looked at again: tries at once. */
  nudge(): void {
    if (this.#state !== 'waiting') return;
    this.#cancelRetry?.();
    void this.#attempt();
  }

  /** Leaves the room. */
  close(): void {
    this.tell({ t: 'bye' });
    this.#end('closed', undefined);
  }

  async #attempt(): Promise<void> {
    this.#cancelRetry = undefined;
    const run = ++this.#run;
    let token: string | undefined;
    try {
      token = await this.options.token(this.#expired);
    } catch (error) {
      if (run !== this.#run) return;
      const code = (error as { code?: string }).code;
      const fatal = code === 'no-such-room' || code === 'not-allowed' || code === 'not-signed-in';
      if (fatal) this.#end('closed', code);
      else this.#wait(0, code);
      return;
    }
    if (this.#state === 'closed' || run !== this.#run) return;
    const socket = this.options.surroundings.open(this.options.url);
    this.#socket = socket;
    socket.onopen = () => {
      const hello: FromClient = { t: 'hello', insight: !!this.options.insight, quiet: !!this.options.quiet };
      if (token) hello.token = token;
      if (this.#device) hello.device = this.#device;
      if (this.#position && this.#view) hello.from = this.#position;
      socket.send(JSON.stringify(hello));
    };
    socket.onmessage = (event: { data: unknown }) => {
      if (this.#socket === socket) this.#heard(JSON.parse(String(event.data)) as ToClient);
    };
    socket.onclose = () => {
      if (this.#socket === socket) this.#wait(0, undefined);
    };
  }

  #heard(message: ToClient): void {
    this.#heardAt = this.options.surroundings.now();
    switch (message.t) {
      case 'welcome':
        return this.#welcomed(message);
      case 'events':
        this.#taken(message.events, message.position);
        return;
      case 'yours':
        return this.#taken(message.events, undefined);
      case 'answer':
        return this.outbox.answered(message.id, message.done, message.refusal, message.retry_ms ?? undefined);
      case 'flags':
        return this.options.onFlags?.(message.flags);
      case 'insight': {
        const { t: _, ...insight } = message;
        return this.#figures(insight, undefined);
      }
      case 'insight-step':
        return this.#insight ? this.#figures(foldStep(this.#insight, message), message.told_at) : undefined;
      case 'pong':
        return this.#ponged(message.n, message.at);
      case 'fault':
        return this.options.onFault?.(message.code, message.field ?? undefined);
      case 'bye':
        return this.#dismissed(message.code, message.retry_ms ?? undefined);
    }
  }

  #welcomed(message: Welcome): void {
    const { surroundings } = this.options;
    if (this.#bestRtt === Infinity) this.#clockOffset = message.server_time - surroundings.now();
    this.#heartbeatMs = Math.max(2, message.heartbeat_s) * 1000;
    this.#expired = false;
    if (message.device) {
      this.#device = message.device;
      this.options.onDevice?.(message.device);
    }
    this.options.onFlags?.(message.flags ?? {});
    this.#backoff.reset();
    this.#become('open', undefined);
    if (message.recovered && this.#view) {
      this.#view = { ...this.#view, me: { person: message.person, name: message.name, role: message.role } };
      // What was missed comes first, so that a request is not sent twice whose trace is among it.
      this.#catchUp = this.#position && !reaches(this.#position, message.position) ? message.position : undefined;
    } else if (message.view) {
      this.#view = viewOf(message, message.view);
      this.#position = message.position;
      this.#catchUp = undefined;
      this.outbox.caughtUp(message.view.comments, message.person, message.position);
    }
    if (this.#view) this.#show(this.#view);
    if (!this.#catchUp) this.#flush();
    this.#beat();
  }

  #taken(events: readonly RoomEvent[], position: string | undefined): void {
    if (!this.#view) return;
    const replayed = this.#catchUp !== undefined;
    if (position) this.#position = position;
    let view = this.#view;
    for (const event of events) {
      view = fold(view, event);
      this.outbox.noticed(event, view.me.person, this.#position ?? '');
    }
    this.#show(view);
    this.options.onEvents?.(events, view, replayed);
    if (position && this.#catchUp && reaches(position, this.#catchUp)) {
      this.#catchUp = undefined;
      this.#flush();
    }
  }

  #flush(): void {
    const socket = this.#socket;
    if (socket) this.outbox.connected((message) => socket.send(JSON.stringify(message)));
  }

  #show(view: View): void {
    this.#view = view;
    this.options.onView(view);
  }

  #figures(insight: Insight, toldAt: number | undefined): void {
    this.#insight = insight;
    this.options.onInsight?.(insight, toldAt);
  }

  /** Keeps the line alive, measures the clock, and notices a line that is dead without having closed. */
  #beat(): void {
    this.#cancelAll();
    const { surroundings } = this.options;
    const n = ++this.#pingNumber;
    this.#pings.set(n, surroundings.now());
    if (this.#pings.size > 8) this.#pings.delete(this.#pings.keys().next().value!);
    this.tell({ t: 'ping', n });
    const cancel = surroundings.after(Math.min(this.options.pingMs ?? Infinity, this.#heartbeatMs / 2), () => {
      if (surroundings.now() - this.#heardAt > this.#heartbeatMs * 1.5) this.#wait(0, undefined);
      else this.#beat();
    });
    this.#cancelTimers.push(cancel);
  }

  #ponged(n: number, at: number): void {
    const sent = this.#pings.get(n);
    if (sent === undefined) return;
    this.#pings.delete(n);
    const now = this.options.surroundings.now();
    const rtt = now - sent;
    this.options.onRoundTrip?.(rtt);
    // The quickest round trip tells the clock best.
    if (rtt > this.#bestRtt) return;
    this.#bestRtt = rtt;
    this.#clockOffset = at - (sent + now) / 2;
  }

  #dismissed(code: string, retryMs: number | undefined): void {
    if (code === 'expired') {
      this.#expired = true;
      return this.#wait(retryMs ?? 1, code);
    }
    if (retryMs === undefined) return this.#end('closed', code);
    this.#wait(retryMs, code);
  }

  #wait(atLeastMs: number, code: string | undefined): void {
    if (this.#state === 'closed') return;
    this.#drop();
    this.#become('waiting', code);
    this.#cancelRetry = this.options.surroundings.after(this.#backoff.next(atLeastMs), () => void this.#attempt());
  }

  #end(state: LinkState, code: string | undefined): void {
    this.#cancelRetry?.();
    this.#drop();
    this.outbox.close(code ?? 'closed');
    this.#become(state, code);
  }

  #drop(): void {
    this.#cancelAll();
    this.outbox.disconnected();
    const socket = this.#socket;
    this.#socket = undefined;
    this.#catchUp = undefined;
    socket?.close();
  }

  #cancelAll(): void {
    for (const cancel of this.#cancelTimers.splice(0)) cancel();
  }

  #become(state: LinkState, code: string | undefined): void {
    this.#state = state;
    this.options.onState?.(state, code);
  }
}
