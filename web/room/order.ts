// What an order's page says: its way step by step, what each line cost and why, and what its buyer may still ask for. Pure;
// times are the server's. Knows no socket, clock or page, and decides nothing: the room does.
import type { Bought, CarePolicy, OrderPage, Parcel, Refund, Return, Ticket } from '../wire';

const DAY_MS = 86_400_000;

/** One step of an order's way. `done` it happened, `now` it is waited for, `next` it comes after that. */
export interface OrderStep {
  readonly what:
    | 'placed' | 'pay' | 'paid' | 'lapsed' | 'cancelled' | 'packing' | 'shipped' | 'ready' | 'delivered' | 'picked-up' | 'return' | 'refund';
  readonly state: 'done' | 'now' | 'next';
  /** When it happened, or until when it is waited for; null where nobody noted it. */
  readonly at: number | null;
  readonly parcel?: Parcel;
  readonly returning?: Return;
  readonly refund?: Refund;
}

const OPEN: readonly string[] = ['asked', 'approved', 'sent'];

export const isOpen = (it: Return): boolean => OPEN.includes(it.state);

/** The way of an order so far, and what is waited for. */
export function stepsOf(page: OrderPage): OrderStep[] {
  const placed: OrderStep = { what: 'placed', state: 'done', at: page.at || null };
  if (page.state === 'held') {
    return [placed, { what: 'pay', state: 'now', at: page.until }, { what: 'packing', state: 'next', at: null }, { what: 'delivered', state: 'next', at: null }];
  }
  if (page.state !== 'paid') return [placed, { what: page.state, state: 'done', at: page.state === 'lapsed' ? page.until : null }];
  const steps: OrderStep[] = [placed, { what: 'paid', state: 'done', at: null }];
  const care = page.care;
  const cancelled = page.stage === 'cancelled';
  if (cancelled) steps.push({ what: 'cancelled', state: 'done', at: null });
  for (const parcel of care?.parcels ?? []) {
    const carried = parcel.carrier != null;
    steps.push({ what: carried ? 'shipped' : 'ready', state: 'done', at: parcel.at, parcel });
    const there = parcel.delivered_at ?? null;
    steps.push({ what: carried ? 'delivered' : 'picked-up', state: there === null ? 'now' : 'done', at: there, parcel });
  }
  if (!cancelled && care?.goods.some((it) => it.to_ship > 0)) {
    steps.push({ what: 'packing', state: 'now', at: null });
    if (!care.parcels.length) steps.push({ what: 'delivered', state: 'next', at: null });
  }
  for (const returning of care?.returns ?? []) {
    const open = isOpen(returning);
    steps.push({ what: 'return', state: open ? 'now' : 'done', at: open ? returning.until : null, returning });
  }
  for (const refund of care?.refunds ?? []) {
    steps.push({ what: 'refund', state: refund.state === 'done' ? 'done' : 'now', at: null, refund });
  }
  return steps;
}

/** A line of an order: what it was called then, what it cost before and after everything that was taken off. */
export interface PricedLine {
  readonly item: number;
  readonly units: number;
  readonly gift: boolean;
  readonly bought: Bought | undefined;
  readonly before_minor: number;
  readonly amount_minor: number;
  readonly cuts: readonly { title: string; off_minor: number }[];
}

/** The lines with what each campaign took off them. */
export function linesOf(page: OrderPage): PricedLine[] {
  return page.lines.map((line, at) => {
    const cuts = (page.cuts ?? []).flatMap((cut) => {
      const off_minor = cut.parts_minor?.[at] ?? 0;
      return off_minor > 0 ? [{ title: cut.title || cut.campaign, off_minor }] : [];
    });
    const before_minor = line.amount_minor + cuts.reduce((sum, it) => sum + it.off_minor, 0);
    const bought = page.bought.find((it) => it.item === line.item);
    return { item: line.item, units: line.units, gift: !!line.gift, bought, before_minor, amount_minor: line.amount_minor, cuts };
  });
}

/** What campaigns took off that falls on no line: shipping and gifts. */
export function cutsBeside(page: OrderPage): { title: string; off_minor: number }[] {
  const beside = (page.cuts ?? []).filter((it) => !it.parts_minor?.length);
  return beside.map((it) => ({ title: it.title || it.campaign, off_minor: it.off_minor }));
}

/** Whether a paid order can still be given up: nothing of it was packed. */
export function canCancel(page: OrderPage): boolean {
  return page.stage === 'packing' && page.care?.parcels.length === 0;
}

/** The items that can be brought back now without a reason, with how many units. */
export function returnable(page: OrderPage, serverNow: number): { item: number; units: number }[] {
  const goods = page.care?.goods ?? [];
  return goods
    .filter((it) => it.returnable > 0 && it.returnable_until != null && serverNow < it.returnable_until)
    .map((it) => ({ item: it.item, units: it.returnable }));
}

/** The items of which something was delivered and is still with its buyer: they may come back for some reason. */
export function withBuyer(page: OrderPage): { item: number; units: number }[] {
  return (page.care?.goods ?? []).filter((it) => it.returnable > 0).map((it) => ({ item: it.item, units: it.returnable }));
}

/** The items that can be rated, or whose rating can be renewed. */
export function rateable(page: OrderPage): number[] {
  const delivered = new Set(
    (page.care?.parcels ?? []).filter((it) => it.delivered_at != null).flatMap((it) => it.contents.map((line) => line.item)),
  );
  const goods = page.care?.goods ?? [];
  return goods.filter((it) => delivered.has(it.item) && !it.rating?.renewed).map((it) => it.item);
}

/** Until when a price is guaranteed; undefined when it is not, or no longer. */
export function guaranteedUntil(page: OrderPage, policy: CarePolicy, serverNow: number): number | undefined {
  if (page.state !== 'paid' || policy.guarantee_days === 0) return undefined;
  const until = page.until + policy.guarantee_days * DAY_MS;
  return serverNow < until ? until : undefined;
}

/** The items whose exception the buyer has yet to confirm for this purchase; it can be confirmed until it is paid. */
export function toConfirm(page: OrderPage): Bought[] {
  return page.state === 'held' ? page.bought.filter((it) => it.returns.kind === 'excepted' && !it.confirmed) : [];
}

/** What the service clock of a ticket shows: the promise that is next to be kept, by when, and how near that is. */
export interface ServiceClock {
  readonly promise: 'answer' | 'solve';
  readonly by: number;
  readonly state: 'fine' | 'soon' | 'late' | 'kept';
}

/** Within this a promise is near. */
const SOON_MS = 3_600_000;

export function clockOf(ticket: Pick<Ticket, 'answered' | 'solved' | 'answer_by' | 'solve_by'>, serverNow: number): ServiceClock {
  const promise = ticket.answered ? 'solve' : 'answer';
  const by = ticket.answered ? ticket.solve_by : ticket.answer_by;
  if (ticket.solved) return { promise, by, state: 'kept' };
  const left = by - serverNow;
  return { promise, by, state: left <= 0 ? 'late' : left < SOON_MS ? 'soon' : 'fine' };
}
