// What comes after the sale on a page: news of orders and tickets as they come over the socket, and what an order still
// allows. Pure; times are the server's. Knows no socket, clock or page.
import type { OrderPage, RoomEvent } from '../wire';

/** How often something new was told, by what it is about: whoever shows it asks for it anew when the number grows. */
export interface CareView {
  readonly orders: Readonly<Record<string, number>>;
  readonly tickets: Readonly<Record<string, number>>;
  /** Staff: tickets that waited beyond what was promised, the latest first. */
  readonly escalated: readonly string[];
}

export const NO_CARE: CareView = { orders: {}, tickets: {}, escalated: [] };

/** Tickets remembered as escalated. */
const ESCALATED_KEPT = 50;

/** Takes one event in; undefined when it is about something else. */
export function foldCare(view: CareView, event: RoomEvent): CareView | undefined {
  if (event.k !== 'care') return undefined;
  const { order, ticket, escalated } = event;
  const orders = order ? { ...view.orders, [order]: (view.orders[order] ?? 0) + 1 } : view.orders;
  const tickets = ticket ? { ...view.tickets, [ticket]: (view.tickets[ticket] ?? 0) + 1 } : view.tickets;
  const late = ticket && escalated ? [ticket, ...view.escalated.filter((it) => it !== ticket)] : view.escalated;
  return { orders, tickets, escalated: late.slice(0, ESCALATED_KEPT) };
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

/** The items that can be rated, or whose rating can be renewed. */
export function rateable(page: OrderPage): number[] {
  const delivered = new Set(
    (page.care?.parcels ?? []).filter((it) => it.delivered_at != null).flatMap((it) => it.contents.map((line) => line.item)),
  );
  const goods = page.care?.goods ?? [];
  return goods.filter((it) => delivered.has(it.item) && !it.rating?.renewed).map((it) => it.item);
}
