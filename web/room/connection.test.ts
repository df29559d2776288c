// What the way to a room promises when it breaks, hour by hour on a clock of its own.
import { describe, expect, test } from 'vitest';
import type { FromClient, RoomEvent, ToClient } from '../wire';
import { Connection, reaches, type LinkState, type SocketLike, type Surroundings } from './connection';
import { Failed } from './rest';
import { newOrderId } from './outbox';
import { comment, order, roomView, say, welcome } from './samples';
import type { View } from './view';

class Line implements SocketLike {
  onopen: ((event: never) => unknown) | null = null;
  onmessage: ((event: never) => unknown) | null = null;
  onclose: ((event: never) => unknown) | null = null;
  readonly sent: FromClient[] = [];
  closed = false;

  send(text: string): void {
    this.sent.push(JSON.parse(text) as FromClient);
  }
  close(): void {
    this.closed = true;
  }
  open(): this {
    this.onopen?.(undefined as never);
    return this;
  }
  say(message: ToClient): this {
    this.onmessage?.({ data: JSON.stringify(message) } as never);
    return this;
  }
  break(): void {
    this.onclose?.(undefined as never);
  }
  asks(): FromClient[] {
    return this.sent.filter((it) => it.t === 'ask');
  }
}

/** A world without a network: time moves only when it is told to. */
class World implements Surroundings {
  readonly lines: Line[] = [];
  time = 1_000_000;
  #timers: { at: number; act: () => void }[] = [];

  open(): Line {
    const line = new Line();
    this.lines.push(line);
    return line;
  }
  now(): number {
    return this.time;
  }
  after(ms: number, act: () => void): () => void {
    const timer = { at: this.time + ms, act };
    this.#timers.push(timer);
    return () => void (this.#timers = this.#timers.filter((it) => it !== timer));
  }
  random(): number {
    return 0.5;
  }
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      const due = this.#timers.filter((it) => it.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers = this.#timers.filter((it) => it !== due);
      this.time = Math.max(this.time, due.at);
      due.act();
      await settle();
    }
    this.time = end;
  }
  get last(): Line {
    return this.lines.at(-1)!;
  }
}

/** Lets promises that are done already be heard. */
async function settle(): Promise<void> {
  for (let i = 0; i < 8; i++) await Promise.resolve();
}

async function enter(token: () => Promise<string> = async () => 'token', device?: string) {
  const keptDevices: string[] = [];
  const world = new World();
  const views: View[] = [];
  const states: [LinkState, string | undefined][] = [];
  const heard: [string[], boolean][] = [];
  const flags: string[][] = [];
  const connection = new Connection({
    url: 'ws://house/ws/rooms/tea',
    token,
    device,
    onDevice: (token) => keptDevices.push(token),
    surroundings: world,
    onView: (view) => views.push(view),
    onFlags: (set) => flags.push(Object.keys(set)),
    onState: (state, code) => states.push([state, code]),
    onEvents: (events, _view, replayed) => heard.push([events.map((it) => it.k), replayed]),
  });
  connection.start();
  await settle();
  return { world, connection, views, states, heard, keptDevices, flags };
}

const events = (position: string, ...list: RoomEvent[]): ToClient => ({ t: 'events', position, at: 0, events: list });

describe('the way to a room', () => {
  test('says hello with its token and shows what the welcome describes', async () => {
    const { world, views } = await enter();
    world.last.open().say(welcome());
    expect(world.last.sent[0]).toEqual({ t: 'hello', insight: false, quiet: false, token: 'token' });
    expect(views.at(-1)?.title).toBe('Tea');
  });

  test('says the device it was given, now and at the next visit', async () => {
    const { world, keptDevices } = await enter();
    expect(world.last.open().sent[0]).not.toHaveProperty('device');
    world.last.say(welcome({ device: 'a-device' }));
    world.last.break();
    await world.pass(2_000);
    expect(world.last.open().sent[0]).toMatchObject({ device: 'a-device' });
    const [kept] = keptDevices;
    const later = await enter(undefined, kept);
    expect(later.world.last.open().sent[0]).toMatchObject({ device: 'a-device' });
  });

  test('tells what experiments set, at the opening and when it changes', async () => {
    const { world, flags } = await enter();
    const set = { value: 'x', experiment: 'hello', version: 1, arm: 'warm' };
    world.last.open().say(welcome({ flags: { 'say-hint': set } })).say({ t: 'flags', flags: {} });
    expect(flags).toEqual([['say-hint'], []]);
  });

  test('goes on after a break from the last position it took in', async () => {
    const { world, views, heard } = await enter();
    world.last.open().say(welcome()).say(events('1:12', say(3, 'bob', 'hi')));
    world.last.break();
    await world.pass(2_000);
    expect(world.lines).toHaveLength(2);
    world.last.open();
    expect(world.last.sent[0]).toMatchObject({ t: 'hello', from: '1:12' });
    world.last.say(welcome({ recovered: true, view: null, position: '1:14' })).say(events('1:14', say(4, 'bob', 'still here')));
    expect(views.at(-1)?.comments.map((it) => it.id)).toEqual([1, 2, 3, 4]);
    expect(heard.at(-1)).toEqual([['comment'], true]);
  });

  test('starts anew from the view when the server could not recover', async () => {
    const { world, views } = await enter();
    world.last.open().say(welcome()).say(events('1:12', say(3, 'bob', 'hi')));
    world.last.break();
    await world.pass(2_000);
    world.last.open().say(welcome({ position: '2:5', view: roomView({ comments: [comment(9, 'bob', 'other history')] }) }));
    expect(views.at(-1)?.comments.map((it) => it.id)).toEqual([9]);
  });

  test('waits longer after each failed attempt and not at all longer after a success', async () => {
    const { world } = await enter();
    const gaps: number[] = [];
    for (let i = 0; i < 4; i++) {
      const before = world.time;
      const lines = world.lines.length;
      world.last.break();
      while (world.lines.length === lines) await world.pass(10);
      gaps.push(world.time - before);
    }
    expect(gaps).toEqual([300, 600, 1200, 2400]);
    world.last.open().say(welcome());
    const lines = world.lines.length;
    world.last.break();
    await world.pass(300);
    expect(world.lines.length).toBe(lines + 1);
  });

  test('comes back when the server says when, and not before', async () => {
    const { world, states } = await enter();
    world.last.open().say(welcome()).say({ t: 'bye', code: 'slow', retry_ms: 5_000 });
    await world.pass(4_900);
    expect(world.lines).toHaveLength(1);
    expect(states.at(-1)).toEqual(['waiting', 'slow']);
    await world.pass(2_000);
    expect(world.lines).toHaveLength(2);
  });

  test('stays out when coming back makes no sense', async () => {
    const { world, states } = await enter();
    world.last.open().say(welcome()).say({ t: 'bye', code: 'too-many' });
    await world.pass(60_000);
    expect(world.lines).toHaveLength(1);
    expect(states.at(-1)).toEqual(['closed', 'too-many']);
  });

  test('asks for another token when the old one has ended', async () => {
    const given: boolean[] = [];
    const world = new World();
    const connection = new Connection({
      url: '',
      token: async (expired) => `token ${given.push(expired)}`,
      surroundings: world,
      onView: () => undefined,
    });
    connection.start();
    await settle();
    world.last.open().say({ t: 'bye', code: 'expired' });
    await world.pass(2_000);
    world.last.open();
    expect(given).toEqual([false, true]);
    expect(world.last.sent[0]).toMatchObject({ token: 'token 2' });
  });

  test('ends where there is no such room, and tries again where the server is not there', async () => {
    const gone = await enter(() => Promise.reject(new Failed('no-such-room', 404)));
    expect(gone.states.at(-1)).toEqual(['closed', 'no-such-room']);
    const away = await enter(() => Promise.reject(new Failed('unreachable', 0)));
    expect(away.states.at(-1)?.[0]).toBe('waiting');
  });

  test('notices a line that is dead without having closed', async () => {
    const { world, states } = await enter();
    world.last.open().say(welcome({ heartbeat_s: 10 }));
    await world.pass(40_000);
    expect(world.lines[0]?.closed).toBe(true);
    expect(states.map(([state]) => state)).toContain('waiting');
  });

  test('tries at once when the network is back', async () => {
    const { world, connection } = await enter();
    world.last.open().say(welcome());
    world.last.break();
    connection.nudge();
    await settle();
    expect(world.lines).toHaveLength(2);
  });

  test("keeps the server's clock by the quickest round trip", async () => {
    const { world, connection } = await enter();
    world.last.open().say(welcome({ server_time: world.time + 7_000 }));
    expect(connection.serverNow() - world.time).toBe(7_000);
    const ping = world.last.sent.find((it) => it.t === 'ping') as { n: number };
    world.time += 100;
    world.last.say({ t: 'pong', n: ping.n, at: world.time - 50 + 6_900 });
    expect(connection.serverNow() - world.time).toBe(6_900);
  });

  test('judges positions only within one history', () => {
    expect(reaches('1:12', '1:12')).toBe(true);
    expect(reaches('1:11', '1:12')).toBe(false);
    expect(reaches('2:99', '1:12')).toBe(false);
  });
});

describe('a request on its way', () => {
  test('waits for the connection and settles with its answer', async () => {
    const { world, connection } = await enter();
    const asked = connection.ask({ kind: 'say', text: 'hi' });
    world.last.open().say(welcome());
    expect(world.last.asks()).toEqual([{ t: 'ask', id: 1, act: { kind: 'say', text: 'hi' } }]);
    world.last.say({ t: 'answer', id: 1, done: { position: '1:11', comment: 3 } });
    expect(await asked).toMatchObject({ comment: 3 });
  });

  test('is refused by name', async () => {
    const { world, connection } = await enter();
    const asked = connection.ask({ kind: 'say', text: 'hi' });
    world.last.open().say(welcome()).say({ t: 'answer', id: 1, refusal: 'muted', retry_ms: 9 });
    await expect(asked).rejects.toMatchObject({ code: 'muted', retryMs: 9 });
  });

  test('places one order through a break, with the id it had', async () => {
    const { world, connection, views } = await enter();
    world.last.open().say(welcome());
    const id = newOrderId();
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    const asked = connection.ask({ kind: 'place-order', order: id, item: 7, units: 1 });
    world.last.break();
    await world.pass(2_000);
    world.last.open().say(welcome({ recovered: true, view: null }));
    expect(world.last.asks()).toMatchObject([{ act: { kind: 'place-order', order: id } }]);
    world.last.say({ t: 'answer', id: 1, done: { position: '1:12', order: order({ order: id }) } });
    await asked;
    expect(views.at(-1)?.myOrders.map((it) => it.order)).toEqual([id]);
  });

  test('is not said twice when what was missed shows that it was said', async () => {
    const { world, connection } = await enter();
    world.last.open().say(welcome());
    const asked = connection.ask({ kind: 'say', text: 'once' });
    world.last.break();
    await world.pass(2_000);
    world.last.open().say(welcome({ recovered: true, view: null, position: '1:11' }));
    expect(world.last.asks()).toEqual([]);
    world.last.say(events('1:11', say(3, 'ann', 'once')));
    expect(await asked).toMatchObject({ comment: 3 });
    expect(world.last.asks()).toEqual([]);
  });

  test('is said again when what was missed does not show it', async () => {
    const { world, connection } = await enter();
    world.last.open().say(welcome());
    void connection.ask({ kind: 'say', text: 'lost' });
    world.last.break();
    await world.pass(2_000);
    world.last.open().say(welcome({ recovered: true, view: null, position: '1:11' })).say(events('1:11', say(3, 'bob', 'lost')));
    expect(world.last.asks()).toHaveLength(1);
  });

  test('is found in a whole new view as well', async () => {
    const { world, connection } = await enter();
    world.last.open().say(welcome());
    const asked = connection.ask({ kind: 'say', text: 'once' });
    world.last.break();
    await world.pass(2_000);
    world.last.open().say(welcome({ position: '2:3', view: roomView({ comments: [comment(8, 'ann', 'once')] }) }));
    expect(await asked).toMatchObject({ comment: 8 });
  });

  test('counts as done when the second asking is refused because of the first', async () => {
    const { world, connection } = await enter();
    world.last.open().say(welcome());
    const asked = connection.ask({ kind: 'follow' });
    world.last.break();
    await world.pass(2_000);
    world.last.open().say(welcome({ recovered: true, view: null }));
    world.last.say({ t: 'answer', id: 1, refusal: 'already-following' });
    await expect(asked).resolves.toBeDefined();
  });

  test('is given up when the room is left', async () => {
    const { world, connection } = await enter();
    world.last.open().say(welcome());
    const asked = connection.ask({ kind: 'follow' });
    connection.close();
    await expect(asked).rejects.toMatchObject({ code: 'closed' });
    expect(world.last.sent.at(-1)).toEqual({ t: 'bye' });
  });

  test('is not taken on when a hundred wait already', async () => {
    const { connection } = await enter();
    for (let i = 0; i < 100; i++) connection.ask({ kind: 'follow' }).catch(() => undefined);
    await expect(connection.ask({ kind: 'follow' })).rejects.toMatchObject({ code: 'too-many' });
  });
});
