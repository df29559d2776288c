// Small, true-to-wire samples for the tests of this folder.
import type { Comment, Order, RoomEvent, RoomView, Welcome } from '../wire';

export function welcome(change: Partial<Welcome> = {}): Welcome {
  const base = { t: 'welcome', person: 'ann', name: 'Ann', role: 'viewer', position: '1:10', recovered: false } as const;
  return { ...base, view: roomView(), server_time: 50_000, heartbeat_s: 20, ...change };
}

export function comment(id: number, person: string, text: string, change: Partial<Comment> = {}): Comment {
  return { id, person, name: person, text, role: 'viewer', at: id, ...change };
}

export function say(id: number, person: string, text: string, change: Partial<Comment> = {}): RoomEvent & { k: 'comment' } {
  return { k: 'comment', ...comment(id, person, text, change) };
}

export function order(change: Partial<Order> = {}): Order {
  const amount = { minor: 200, currency: 'CNY' };
  const money = { refund_due_minor: 0, refunded_minor: 0 };
  const lines = [{ item: 7, units: 1, amount_minor: 200 }];
  const whole = { lines, shipping_minor: 0, holds: true };
  return { order: 'o1', person: 'ann', item: 7, units: 1, amount, state: 'held', at: 1, until: 9, ...whole, ...money, ...change };
}

export function roomView(change: Partial<RoomView> = {}): RoomView {
  const item = { id: 7, title: 'Pot', price: { minor: 300, currency: 'CNY' }, seller: 'Kiln', image: '' };
  return {
    room: 'tea',
    title: 'Tea',
    host: 'lin',
    host_name: 'Lin',
    live_since: 1000,
    here: 3,
    likes: 5,
    followers: 2,
    comments: [comment(1, 'bob', 'how old?', { question: 1 }), comment(2, 'lin', 'a year', { role: 'host', answers: 1 })],
    shelf: [{ item, sale: null, units: 9, left: 9, held: 0, looking: 0, explain: { asked: 0, answered: 0 } }],
    pinned: 7,
    pinned_at: 2000,
    draw: null,
    activities: [],
    announcement: null,
    mine: { following: false, entered: false, muted_until: 0, orders: [] },
    questions: [],
    prompt: null,
    orders: [],
    ...change,
  };
}
