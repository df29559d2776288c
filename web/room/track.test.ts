// What the tracker promises: consent first, nothing lost while offline, the same message id at every attempt.
import { describe, expect, test } from 'vitest';
import { Tracker, type Reply, type TrackWorld } from './track';

class World implements TrackWorld {
  time = Date.parse('2026-01-01T00:00:00Z');
  kept = new Map<string, string>();
  bodies: { batch: { messageId: string; type: string; userId?: string; anonymousId: string }[]; sentAt: string }[] = [];
  replies: (Reply | 'down')[] = [];
  lasts: boolean[] = [];
  #timers: { at: number; act: () => void }[] = [];
  #ids = 0;
  #hide: (() => void)[] = [];

  store: TrackWorld['store'] = {
    getItem: (name) => this.kept.get(name) ?? null,
    setItem: (name, value) => void this.kept.set(name, value),
    removeItem: (name) => void this.kept.delete(name),
  };

  now(): number {
    return this.time;
  }
  random(): number {
    return 1;
  }
  id(): string {
    return `id${this.#ids++}`;
  }
  context(): Record<string, unknown> {
    return { page: { path: '/tea' } };
  }
  hidden(act: () => void): void {
    this.#hide.push(act);
  }
  after(ms: number, act: () => void): () => void {
    const timer = { at: this.time + ms, act };
    this.#timers.push(timer);
    return () => void (this.#timers = this.#timers.filter((it) => it !== timer));
  }
  send(body: string, last: boolean): Promise<Reply> {
    this.bodies.push(JSON.parse(body) as World['bodies'][0]);
    this.lasts.push(last);
    const reply = this.replies.shift() ?? { status: 200 };
    return reply === 'down' ? Promise.reject(new Error('offline')) : Promise.resolve(reply);
  }
  /** Time passes; what was due happens, and promises are settled. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      for (let n = 0; n < 20; n++) await Promise.resolve();
      const due = this.#timers.filter((it) => it.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers = this.#timers.filter((it) => it !== due);
      this.time = Math.max(this.time, due.at);
      due.act();
    }
    this.time = end;
  }
  hide(): void {
    for (const act of this.#hide) act();
  }
  told(): string[] {
    return this.bodies.flatMap((it) => it.batch.map((item) => item.messageId));
  }
}

function consented(world = new World()): [Tracker, World] {
  const tracker = new Tracker('wk', world);
  tracker.consent(true);
  return [tracker, world];
}

describe('consent', () => {
  test('nothing is kept or sent before it is given', async () => {
    const world = new World();
    const tracker = new Tracker('wk', world);
    tracker.track('a');
    tracker.identify('ann');
    world.hide();
    await world.pass(60_000);
    expect([world.bodies, world.kept.size, tracker.waiting]).toEqual([[], 0, 0]);
  });

  test('revoking it leaves nothing behind', async () => {
    const [tracker, world] = consented();
    tracker.track('a');
    expect(world.kept.size).toBe(1);
    tracker.consent(false);
    await world.pass(60_000);
    expect([world.bodies, world.kept.size]).toEqual([[], 0]);
  });
});

describe('sending', () => {
  test('events of a moment go together, with who it is', async () => {
    const [tracker, world] = consented();
    tracker.page('Tea');
    tracker.identify('ann', { plan: 'gold' });
    tracker.track('a', { n: 1 });
    await world.pass(3_000);
    expect(world.bodies).toHaveLength(1);
    expect(world.bodies[0]!.batch.map((it) => [it.type, it.userId])).toEqual([
      ['page', undefined],
      ['identify', 'ann'],
      ['track', 'ann'],
    ]);
    expect(new Set(world.bodies[0]!.batch.map((it) => it.anonymousId)).size).toBe(1);
    expect(tracker.waiting).toBe(0);
  });

  test('what could not be sent is sent again under the same id, later and later', async () => {
    const [tracker, world] = consented();
    world.replies = ['down', { status: 503 }, { status: 200 }];
    tracker.track('a');
    await world.pass(2_000);
    expect(world.bodies).toHaveLength(1);
    await world.pass(999);
    expect(world.bodies).toHaveLength(1);
    await world.pass(1);
    expect(world.bodies).toHaveLength(2);
    await world.pass(2_000);
    expect(world.bodies).toHaveLength(3);
    expect(new Set(world.told()).size).toBe(1);
    expect(tracker.waiting).toBe(0);
  });

  test('a server that asks for patience gets it', async () => {
    const [tracker, world] = consented();
    world.replies = [{ status: 429, retryAfterS: 30 }];
    tracker.track('a');
    await world.pass(31_999);
    expect(world.bodies).toHaveLength(1);
    await world.pass(1);
    expect(world.bodies).toHaveLength(2);
  });

  test('what is refused is not sent for ever', async () => {
    const [tracker, world] = consented();
    world.replies = [{ status: 400 }];
    tracker.track('a');
    await world.pass(600_000);
    expect([world.bodies.length, tracker.waiting]).toEqual([1, 0]);
  });

  test('a batch that is too large is halved until it fits', async () => {
    const [tracker, world] = consented();
    world.replies = [{ status: 413 }, { status: 413 }];
    for (let n = 0; n < 8; n++) tracker.track('a');
    await world.pass(5_000);
    expect(world.bodies.map((it) => it.batch.length)).toEqual([8, 4, 2, 2, 2, 2]);
    expect(tracker.waiting).toBe(0);
  });
});

describe('what outlives the page', () => {
  test('events wait for the network and for the next page', async () => {
    const [tracker, world] = consented();
    world.replies = ['down'];
    tracker.track('a');
    await world.pass(2_500);
    const [, next] = consented(Object.assign(new World(), { kept: world.kept }));
    await next.pass(3_000);
    expect(next.told()).toEqual(world.told());
  });

  test('a page that is hidden sends what waits, and once more when nobody saw the answer', async () => {
    const [tracker, world] = consented();
    world.replies = ['down'];
    tracker.track('a');
    world.hide();
    expect(world.lasts).toEqual([true]);
    const [, next] = consented(Object.assign(new World(), { kept: new Map(world.kept) }));
    await next.pass(3_000);
    expect(next.told()).toEqual(world.told());
    const late = Object.assign(new World(), { kept: new Map(world.kept), time: world.time + 86_400_000 });
    const [tracker2] = consented(late);
    await late.pass(3_000);
    expect([late.bodies, tracker2.waiting]).toEqual([[], 0]);
  });

  test('a full queue loses its oldest', async () => {
    const [tracker, world] = consented();
    world.replies = ['down'];
    await world.pass(0);
    for (let n = 0; n < 1_005; n++) tracker.track('a');
    expect(tracker.waiting).toBe(1_000);
  });

  test('without a store it works while the page lives', async () => {
    const world = new World();
    world.store = undefined;
    const [tracker] = consented(world);
    tracker.track('a');
    await world.pass(3_000);
    expect(world.bodies).toHaveLength(1);
    expect(tracker.waiting).toBe(0);
  });

  test('the next person on a device is another', async () => {
    const [tracker, world] = consented();
    tracker.identify('ann');
    tracker.reset();
    tracker.track('a');
    await world.pass(3_000);
    const [first, second] = world.bodies[0]!.batch;
    expect(second?.userId).toBeUndefined();
    expect(second?.anonymousId).not.toBe(first?.anonymousId);
  });
});
