// One order as its buyer's sheet has it: everything the server knows of it, what is asked for it, and why something was
// refused. Knows no layout.
import { untrack } from 'svelte';
import { sentenceFor } from '../../kit/i18n.svelte';
import { codeOf } from '../../kit/room.svelte';
import { now } from '../../kit/ticker.svelte';
import type { CareAsk, CarePolicy, OrderPage, Ticket } from '../../wire';
import type { Stay } from '../stay.svelte';

export class OrderDesk {
  page: OrderPage | undefined = $state.raw();
  policy: CarePolicy | undefined = $state.raw();
  /** The ticket that is open, with everything that was written. */
  ticket: Ticket | undefined = $state.raw();
  /** Why the order could not be read. */
  code: string | undefined = $state();
  /** Why the last thing asked for was refused, as a sentence. */
  refused: string | undefined = $state();
  busy = $state(false);
  /** When it was last read, by this device. */
  readAt = $state(0);

  constructor(
    readonly stay: Stay,
    readonly order: string,
  ) {}

  /** The server's time, as it goes by. */
  get at(): number {
    return this.stay.live.serverTime(now());
  }

  async load(): Promise<void> {
    const { stay, order } = this;
    try {
      const token = await untrack(() => stay.token());
      this.page = await stay.rest.order(stay.options.room, order, token);
      this.code = undefined;
      this.readAt = Date.now();
      this.policy ??= await stay.rest.carePolicy(stay.options.room);
    } catch (error) {
      this.code = codeOf(error);
    }
  }

  async loadTicket(ticket: string): Promise<void> {
    try {
      this.ticket = await this.stay.rest.ticket(this.stay.options.room, ticket, await this.stay.token());
    } catch (error) {
      this.refused = sentenceFor(codeOf(error));
    }
  }

  /** Asks; a refusal stands on the page until something else is asked for. */
  async ask(act: CareAsk): Promise<boolean> {
    this.busy = true;
    this.refused = undefined;
    try {
      await this.stay.live.connection.ask({ kind: 'care', ...act });
      await this.load();
      return true;
    } catch (error) {
      this.refused = sentenceFor(codeOf(error));
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** What an item was called when it was ordered. */
  titleOf(item: number): string {
    const then = this.page?.bought.find((it) => it.item === item);
    return then?.title ?? this.page?.care?.goods.find((it) => it.item === item)?.title ?? this.stay.entry(item)?.item.title ?? '';
  }
}
