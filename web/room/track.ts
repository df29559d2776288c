// Tells a shop's events from a browser: kept while offline, sent in batches, told once. Nothing is stored or sent before
// somebody has consented, and nothing is left when they revoke it. Knows no page and no room.

/** What the server answers to a batch. */
export interface Reply {
  /** The HTTP status; 0 when nothing was reached. */
  status: number;
  /** When to come back, s, as `retry-after` says. */
  retryAfterS?: number;
}

/** What the tracker uses of the world, so that tests can turn the clock. */
export interface TrackWorld {
  now(): number;
  after(ms: number, act: () => void): () => void;
  random(): number;
  id(): string;
  /** Sends a body; `last` when the page may be gone before the answer comes. */
  send(body: string, last: boolean): Promise<Reply>;
  /** Where things outlive the page; none where it is forbidden. */
  store?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  /** What a page tells with every event; no addresses' queries, which may hold secrets. */
  context(): Record<string, unknown>;
  /** Calls back when the page is hidden, which may be its last moment. */
  hidden(act: () => void): void;
}

interface Item {
  type: string;
  messageId: string;
  timestamp: string;
  [field: string]: unknown;
}

interface Kept {
  anonymousId: string;
  userId?: string;
  queue: Item[];
  /** Items sent in a page's last moment, whose answer nobody saw, and when. */
  sent: Record<string, number>;
}

const ITEMS_MAX = 1000;
const BYTES_MAX = 400_000;
const BATCH_ITEMS = 50;
/** Browsers let a page that goes send 64 KiB in all. */
const BATCH_BYTES = 60_000;
const FLUSH_AFTER_MS = 2_000;
const WAIT_MS = 1_000;
const WAIT_MAX_MS = 300_000;
/** The server knows a message id again for a day. What was probably sent is not sent again after that. */
const KNOWN_AGAIN_MS = 20 * 3_600_000;

export class Tracker {
  #consented = false;
  #memory: Kept | undefined;
  #sending = false;
  #attempts = 0;
  #most = BATCH_ITEMS;
  #wake: (() => void) | undefined;

  constructor(
    private readonly key: string,
    private readonly world: TrackWorld,
  ) {
    world.hidden(() => this.#lastMoment());
  }

  /** Says whether this person consents. What they did before is not told; when they revoke it, what was kept is gone. */
  consent(given: boolean): void {
    if (given === this.#consented) return;
    this.#consented = given;
    if (given) {
      if (this.#kept().queue.length) this.#soon(FLUSH_AFTER_MS);
      return;
    }
    this.#wake?.();
    this.#wake = this.#memory = undefined;
    this.#attempts = 0;
    this.#guarded(() => this.world.store?.removeItem(this.#name));
  }

  /** Somebody did something. */
  track(event: string, properties?: Record<string, unknown>): void {
    this.#add('track', { event, properties });
  }

  /** Somebody looks at a page. */
  page(name?: string, properties?: Record<string, unknown>): void {
    this.#add('page', { name, properties });
  }

  /** Somebody is known by an id of the shop's from now on; what they did before becomes theirs. */
  identify(userId: string, traits?: Record<string, unknown>): void {
    if (!this.#consented) return;
    const kept = this.#kept();
    this.#keep({ ...kept, userId });
    this.#add('identify', { traits });
  }

  /** Somebody signed out: the next one on this device is somebody else. */
  reset(): void {
    if (!this.#consented) return;
    const { queue, sent } = this.#kept();
    this.#keep({ anonymousId: this.world.id(), queue, sent });
  }

  /** Sends what waits, now. */
  flush(): Promise<void> {
    this.#wake?.();
    this.#wake = undefined;
    return this.#send();
  }

  /** How many events wait. */
  get waiting(): number {
    return this.#consented ? this.#kept().queue.length : 0;
  }

  get #name(): string {
    return `linger.track.${this.key}`;
  }

  #add(type: string, fields: Record<string, unknown>): void {
    if (!this.#consented) return;
    const kept = this.#kept();
    const { anonymousId, userId } = kept;
    const item = { type, messageId: this.world.id(), timestamp: new Date(this.world.now()).toISOString(), ...fields };
    const queue = [...kept.queue, { ...item, anonymousId, userId, context: this.world.context() }];
    // The oldest go first when there is no room.
    while (queue.length > ITEMS_MAX) queue.shift();
    let bytes = JSON.stringify(queue).length;
    while (bytes > BYTES_MAX && queue.length > 1) bytes -= JSON.stringify(queue.shift()).length;
    this.#keep({ ...kept, queue });
    if (!this.#wake && !this.#sending) this.#soon(FLUSH_AFTER_MS);
  }

  // The store is read anew each time: other tabs write to it too.
  #kept(): Kept {
    const fresh = (): Kept => ({ anonymousId: this.world.id(), queue: [], sent: {} });
    let kept: Partial<Kept> | undefined;
    this.#guarded(() => {
      const text = this.world.store?.getItem(this.#name);
      if (text) kept = JSON.parse(text) as Partial<Kept>;
    });
    if (kept?.anonymousId && Array.isArray(kept.queue)) return { ...fresh(), ...kept } as Kept;
    return (this.#memory ??= fresh());
  }

  #keep(kept: Kept): void {
    this.#memory = kept;
    this.#guarded(() => this.world.store?.setItem(this.#name, JSON.stringify(kept)));
  }

  /** A store that is full or forbidden is as good as none. */
  #guarded(act: () => void): void {
    try {
      act();
    } catch {
      // What is in memory is all there is then.
    }
  }

  #soon(ms: number): void {
    this.#wake = this.world.after(ms, () => {
      this.#wake = undefined;
      void this.#send();
    });
  }

  async #send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      while (this.#consented && !this.#wake) {
        const [items] = this.#batches(1);
        if (!items) return;
        const reply = await this.world.send(this.#body(items), false).catch((): Reply => ({ status: 0 }));
        this.#answered(items, reply);
      }
    } finally {
      this.#sending = false;
    }
  }

  #answered(items: Item[], { status, retryAfterS = 0 }: Reply): void {
    if (!this.#consented) return;
    const tooLarge = status === 413 && items.length > 1;
    if (tooLarge) this.#most = Math.max(1, items.length >> 1);
    // Delivered, or wrong in a way that no second attempt mends.
    const settled = (status >= 200 && status < 300) || status === 400 || (status === 413 && !tooLarge);
    if (settled) {
      this.#attempts = 0;
      this.#drop(items);
    } else if (!tooLarge) {
      const wait = Math.min(WAIT_MS * 2 ** this.#attempts++, WAIT_MAX_MS);
      const spread = wait / 2 + (this.world.random() * wait) / 2;
      this.#soon(Math.max(spread, retryAfterS * 1000));
    }
  }

  #drop(items: Item[]): void {
    const gone = new Set(items.map((it) => it.messageId));
    const kept = this.#kept();
    const sent = Object.fromEntries(Object.entries(kept.sent).filter(([id]) => !gone.has(id)));
    this.#keep({ ...kept, queue: kept.queue.filter((it) => !gone.has(it.messageId)), sent });
  }

  /** What waits, in pieces that may be sent. */
  #batches(most = Infinity): Item[][] {
    const kept = this.#kept();
    const stale = (it: Item) => (kept.sent[it.messageId] ?? Infinity) < this.world.now() - KNOWN_AGAIN_MS;
    const batches: Item[][] = [];
    let bytes = 0;
    for (const item of kept.queue) {
      if (stale(item)) {
        this.#drop([item]);
        continue;
      }
      const size = JSON.stringify(item).length;
      const last = batches.at(-1);
      if (last && last.length < this.#most && bytes + size <= BATCH_BYTES) {
        last.push(item);
        bytes += size;
      } else {
        if (batches.length === most) break;
        batches.push([item]);
        bytes = size;
      }
    }
    return batches;
  }

  #body(batch: Item[]): string {
    return JSON.stringify({ batch, sentAt: new Date(this.world.now()).toISOString(), writeKey: this.key });
  }

  #lastMoment(): void {
    if (!this.#consented) return;
    // One batch: a browser takes no more of a page that goes. What it may have sent stays kept until an answer is seen.
    for (const items of this.#batches(1)) {
      const kept = this.#kept();
      const now = this.world.now();
      this.#keep({ ...kept, sent: { ...kept.sent, ...Object.fromEntries(items.map((it) => [it.messageId, now])) } });
      this.world.send(this.#body(items), true).then(
        (reply) => reply.status > 0 && this.#answered(items, reply),
        () => undefined,
      );
    }
  }
}
