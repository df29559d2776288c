// News of what comes after the sale, as they come over the socket. Pure. Knows no order: whoever shows one asks for it anew
// when its number grows; what an order allows is in order.ts.
import type { RoomEvent } from '../wire';

/** How often something new was told, by what it is about. */
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
