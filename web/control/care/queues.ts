// The queues of after-sales as people work through them: what belongs into which, who may see it, and what a row is called.
// Pure. Knows no server and no page.
import type { CareRow, RoleName } from '../../wire';

export const QUEUES = ['ship', 'way', 'decide', 'coming', 'exchange', 'refund', 'ticket', 'late', 'rating'] as const;
export type QueueName = (typeof QUEUES)[number];

/** The lists that the server keeps. */
export type Source = 'to-ship' | 'under-way' | 'returns' | 'refunds' | 'tickets' | 'ratings';

const FROM: Record<QueueName, Source> = {
  ship: 'to-ship', way: 'under-way', decide: 'returns', coming: 'returns', exchange: 'returns', refund: 'refunds', ticket: 'tickets', late: 'tickets', rating: 'ratings',
};

export const sourceOf = (queue: QueueName): Source => FROM[queue];

/** The queues of somebody: goods and money are moved by operators, whoever is in the talk answers tickets and hides ratings. */
export function queuesOf(role: RoleName): readonly QueueName[] {
  if (role === 'operator' || role === 'admin') return QUEUES;
  return QUEUES.filter((it) => FROM[it] === 'tickets' || FROM[it] === 'ratings');
}

/** Whether a row of the queue's list belongs into the queue. */
export function isIn(queue: QueueName, row: CareRow): boolean {
  switch (queue) {
    case 'decide':
      return row.returning?.state === 'asked';
    case 'coming':
      return !!row.returning && row.returning.state !== 'asked' && row.returning.exchange == null;
    case 'exchange':
      return row.returning?.exchange != null;
    case 'late':
      return (row.ticket?.level ?? 0) > 0;
    default:
      return true;
  }
}

/** What tells a row from every other. */
export function keyOf(row: CareRow): string {
  const { order, returning, refund, ticket, rating } = row;
  const id = order?.order ?? returning?.returning ?? refund?.refund ?? ticket?.ticket ?? `${rating?.order}-${rating?.item}`;
  return `${row.room}/${id}`;
}

/** The order that a row is about. */
export function orderOf(row: CareRow): string | undefined {
  return row.order?.order ?? row.returning?.order ?? row.refund?.order ?? row.ticket?.order ?? row.rating?.order ?? undefined;
}

/** Rows in the order in which they want to be looked at: tickets by their next promise, the rest as the server gave them. */
export function inOrder(queue: QueueName, rows: readonly CareRow[]): readonly CareRow[] {
  if (sourceOf(queue) !== 'tickets') return rows;
  const due = ({ ticket }: CareRow) => (ticket ? (ticket.answered ? ticket.solve_by : ticket.answer_by) : 0);
  return rows.toSorted((a, b) => due(a) - due(b));
}

/** The neighbour of a row, `by` places further; the first when it is not there. */
export function neighbour(rows: readonly CareRow[], key: string | undefined, by: number): CareRow | undefined {
  const at = rows.findIndex((it) => keyOf(it) === key);
  if (at < 0) return rows[0];
  return rows[Math.min(rows.length - 1, Math.max(0, at + by))];
}
