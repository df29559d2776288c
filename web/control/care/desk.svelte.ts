// After-sales as its staff works: the lists of the server, the row that is open, and acts, of which those that cannot be taken
// back wait ten seconds. Knows no layout.
import { notes } from '../../kit/notes.svelte';
import { codeOf, complain } from '../../kit/room.svelte';
import type { Session } from '../../kit/session.svelte';
import type { CareAsk, CareRow, OrderPage, RoomCard } from '../../wire';
import { inOrder, isIn, keyOf, neighbour, orderOf, queuesOf, sourceOf, type QueueName, type Source } from './queues';

/** Pages of one list that are read; what lies beyond is told by a plus. */
const PAGES_MAX = 5;

interface Listed {
  rows: readonly CareRow[];
  /** Whether there are more than were read. */
  more: boolean;
}

export class CareDesk {
  queue: QueueName = $state('ship');
  /** The room whose rows are shown; empty for all. */
  room = $state('');
  rooms: readonly RoomCard[] = $state.raw([]);
  code: string | undefined = $state();
  /** The order that the open row is about. */
  page: OrderPage | undefined = $state.raw();
  busy = $state(false);
  readAt = $state(0);
  #lists: Partial<Record<Source, Listed>> = $state.raw({});
  /** Rows with an act on its way, which may still be undone. */
  #leaving: readonly string[] = $state.raw([]);
  #open: string | undefined = $state();

  constructor(readonly session: Session) {
    this.queue = this.queues[0] ?? 'ticket';
  }

  get queues(): readonly QueueName[] {
    return queuesOf(this.session.me?.role ?? 'viewer');
  }

  get loaded(): boolean {
    return this.queues.every((it) => this.#lists[sourceOf(it)]);
  }

  /** The rows of a queue, without those that are about to leave it. */
  rowsOf(queue: QueueName): readonly CareRow[] {
    const rows = this.#lists[sourceOf(queue)]?.rows ?? [];
    return inOrder(queue, rows.filter((it) => isIn(queue, it) && !this.#leaving.includes(keyOf(it))));
  }

  /** How many rows a queue has, with a plus when more were not read. */
  countOf(queue: QueueName): string {
    return `${this.rowsOf(queue).length}${this.#lists[sourceOf(queue)]?.more ? '+' : ''}`;
  }

  get rows(): readonly CareRow[] {
    return this.rowsOf(this.queue);
  }

  /** The row that is open: the chosen one, or else the first. */
  get open(): CareRow | undefined {
    return this.rows.find((it) => keyOf(it) === this.#open) ?? this.rows[0];
  }

  choose(queue: QueueName): void {
    this.queue = queue;
    this.#open = undefined;
    this.page = undefined;
  }

  show(row: CareRow | undefined): void {
    this.#open = row && keyOf(row);
  }

  step(by: number): void {
    this.show(neighbour(this.rows, this.open && keyOf(this.open), by));
  }

  /** Reads every list of this person. */
  async load(): Promise<void> {
    const { room } = this;
    const sources = [...new Set(this.queues.map(sourceOf))];
    try {
      const lists = await Promise.all(sources.map(async (it) => [it, await this.#read(it, room)] as const));
      if (room !== this.room) return;
      this.#lists = Object.fromEntries(lists);
      this.code = undefined;
      this.readAt = Date.now();
    } catch (error) {
      this.code = codeOf(error);
    }
  }

  async loadRooms(): Promise<void> {
    this.rooms = await this.session.rest.rooms().catch(() => []);
  }

  async #read(source: Source, room: string): Promise<Listed> {
    const rows: CareRow[] = [];
    let after = '';
    for (let page = 0; page < PAGES_MAX; page++) {
      const part = await this.session.rest.careQueue(source, after, room);
      rows.push(...part.rows);
      if (!part.next) return { rows, more: false };
      after = part.next;
    }
    return { rows, more: true };
  }

  /** Reads the order of a row, with everything about it. */
  async loadPage(row: CareRow): Promise<void> {
    const order = orderOf(row);
    if (!order) {
      this.page = undefined;
      return;
    }
    if (this.page?.order !== order) this.page = undefined;
    try {
      const page = await this.session.rest.order(row.room, order);
      if (this.open && orderOf(this.open) === order) this.page = page;
    } catch (error) {
      complain(error);
    }
  }

  /** Asks at once. */
  async ask(row: CareRow, act: CareAsk): Promise<boolean> {
    this.busy = true;
    try {
      await this.session.rest.ask(row.room, { kind: 'care', ...act });
      await Promise.all([this.load(), this.open && this.loadPage(this.open)]);
      return true;
    } catch (error) {
      complain(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** Does what cannot be taken back in ten seconds, unless it is undone; its row leaves the list at once. */
  later(row: CareRow, said: string, act: CareAsk): void {
    const key = keyOf(row);
    this.step(1);
    this.#leaving = [...this.#leaving, key];
    const back = () => (this.#leaving = this.#leaving.filter((it) => it !== key));
    const done = () => void this.ask(row, act).finally(back);
    notes.later(said, done, { key: 'Z', undone: () => (back(), this.show(row)) });
  }

  /** Does at once what has an opposite, which undoing asks for. */
  async turn(row: CareRow, said: string, act: CareAsk, opposite: CareAsk): Promise<void> {
    if (!(await this.ask(row, act))) return;
    notes.later(said, () => undefined, { key: 'Z', undone: () => void this.ask(row, opposite) });
  }
}
