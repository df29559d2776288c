// What the fold promises, event by event.
import { describe, expect, test } from 'vitest';
import { fold, foldAll, leftOutPerSecond, viewOf, weight, type View } from './view';
import { order, roomView, say, welcome } from './samples';

const seen = (role: 'viewer' | 'host' = 'viewer'): View => viewOf(welcome({ role }), roomView());

describe('the view of a room', () => {
  test('is the one the server describes at first', () => {
    const view = seen();
    expect(view).toMatchObject({ room: 'tea', hostName: 'Lin', liveSince: 1000, here: 3, pinned: 7 });
    expect(view.answered).toEqual({ 1: 'typed' });
  });

  test('takes a comment in once, however often it is told', () => {
    const once = fold(seen(), say(3, 'ann', 'hello'));
    expect(once.comments.map((it) => it.id)).toEqual([1, 2, 3]);
    expect(fold(once, say(3, 'ann', 'hello'))).toBe(once);
  });

  test('keeps comments in their order, though what was thinned out is told first', () => {
    const mine = { ...say(5, 'ann', 'me too'), k: 'comment-thinned' as const };
    const frame = foldAll(seen(), [mine, say(3, 'bob', 'hello'), say(4, 'cy', 'hi'), say(6, 'dee', 'yes')]);
    expect(frame.comments.map((it) => it.id)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(foldAll(frame, [mine, say(4, 'cy', 'hi')])).toBe(frame);
  });

  test('knows how many comments a second are left out, for as long as there are some', () => {
    const lots = Array.from({ length: 200 }, (_, i) => ({ k: 'thinned' as const, n: 3, at: 1000 + i * 50 }));
    const view = foldAll(seen(), lots);
    expect(view.leftOut.length).toBeLessThanOrEqual(51);
    const last = 1000 + 199 * 50;
    expect(leftOutPerSecond(view.leftOut, last)).toBeGreaterThanOrEqual(58);
    expect(leftOutPerSecond(view.leftOut, last)).toBeLessThanOrEqual(62);
    expect(leftOutPerSecond(view.leftOut, last + 5000)).toBe(0);
    expect(leftOutPerSecond(seen().leftOut, last)).toBe(0);
  });

  test('knows who asks for what, until its card is shown, and how many look', () => {
    const mine = { k: 'you-sale' as const, coupons: [], waits: [], explain: [7] };
    const asked = foldAll(seen(), [mine, { k: 'explain', item: 7, explain: { asked: 3, answered: 0 } }]);
    expect([asked.sales.explain, asked.shelf[0]?.explain.asked]).toEqual([[7], 3]);
    const shown = fold(asked, { k: 'explain', item: 7, explain: { asked: 0, at: 9, answered: 3 } });
    expect([shown.sales.explain, shown.shelf[0]?.explain]).toEqual([[], { asked: 0, at: 9, answered: 3 }]);
    const looked = fold(shown, { k: 'looking', lookers: [{ item: 7, people: 4 }, { item: 99, people: 1 }] });
    expect(looked.shelf.map((it) => it.looking)).toEqual([4]);
  });

  test('is left as it was by the fold', () => {
    const before = seen();
    const copy = structuredClone(before);
    foldAll(before, [say(3, 'ann', 'hi'), { k: 'stock', item: 7, left: 1, units: 9, held: 0 }, { k: 'presence', here: 9 }]);
    expect(before).toEqual(copy);
  });

  test('forgets a comment that is hidden', () => {
    expect(fold(seen(), { k: 'comment-hidden', id: 2 }).comments.map((it) => it.id)).toEqual([1]);
  });

  test('never grows without bound', () => {
    const many = Array.from({ length: 500 }, (_, i) => say(i + 3, 'ann', 'x'));
    expect(foldAll(seen(), many).comments).toHaveLength(300);
  });

  test('shows the picture come, go and come again', () => {
    const off = fold(seen(), { k: 'off', reason: 'lost' });
    expect(off).toMatchObject({ liveSince: null, offReason: 'lost' });
    expect(fold(off, { k: 'live', at: 5000 })).toMatchObject({ liveSince: 5000, offReason: null });
  });

  test('keeps the shelf in the order of listing and the terms with the item', () => {
    const item = { id: 8, title: 'Cup', price: { minor: 100, currency: 'CNY' }, seller: 'Kiln', image: '' };
    const price = { minor: 90, currency: 'CNY' };
    const view = foldAll(seen(), [
      { k: 'item-listed', item },
      { k: 'stock', item: 8, left: 4, units: 4, held: 0 },
      { k: 'sale-opened', item: 8, price, per_person: 2, hold_ms: 1000 },
      { k: 'item-listed', item: { ...item, title: 'Big cup' } },
    ]);
    expect(view.shelf.map((it) => it.item.title)).toEqual(['Pot', 'Big cup']);
    expect(view.shelf[1]).toMatchObject({ left: 4, units: 4, sale: { price, per_person: 2 } });
    expect(fold(view, { k: 'sale-closed', item: 8 }).shelf[1]?.sale).toBeNull();
  });

  test('takes a card away only when it is the one that is gone', () => {
    expect(fold(seen(), { k: 'card-unpinned', item: 9 }).pinned).toBe(7);
    expect(fold(seen(), { k: 'card-unpinned', item: 7 }).pinned).toBeNull();
  });

  test('follows an order from held to paid, once', () => {
    const held = fold(seen(), { k: 'order', ...order({ state: 'held' }) });
    const paid = fold(held, { k: 'order', ...order({ state: 'paid' }) });
    expect(paid.myOrders.map((it) => it.state)).toEqual(['paid']);
    expect(paid.orders).toEqual([]);
  });

  test("shows staff everybody's orders and viewers only their own", () => {
    const other = { k: 'order' as const, ...order({ person: 'bob' }) };
    expect(fold(seen('host'), other)).toMatchObject({ myOrders: [], orders: [{ person: 'bob' }] });
    expect(fold(seen('viewer'), other)).toMatchObject({ myOrders: [], orders: [] });
  });

  test('plays a draw through, and a repeated opening does not start it anew', () => {
    const opened = { k: 'draw-opened' as const, draw: 2, keyword: 'tea', prize: 'pot', winners: 1, closes_at: 9, commit: 'c' };
    const entered = foldAll(seen(), [opened, { k: 'you-entered', draw: 2 }, { k: 'draw-entrants', draw: 2, entrants: 5 }]);
    expect(fold(entered, opened)).toMatchObject({ entered: true, draw: { entrants: 5 } });
    const done = foldAll(entered, [
      { k: 'draw-frozen', draw: 2, entrants: 5, digest: 'd' },
      { k: 'draw-revealed', draw: 2, seed: 's', winners: ['ann'], names: ['Ann'] },
    ]);
    expect(done.draw).toMatchObject({ state: 'revealed', winners: ['ann'], names: ['Ann'] });
  });

  test('puts the most asked question first and drops it once answered', () => {
    const view = foldAll(seen('host'), [
      { k: 'question-opened', question: 4, at: 1 },
      { k: 'question-opened', question: 5, at: 2 },
      say(3, 'ann', 'how heavy?', { question: 5 }),
      { k: 'question-asked', question: 5, people: 3 },
    ]);
    expect(view.questions.map((it) => [it.question, it.people, it.first?.text])).toEqual([
      [5, 3, 'how heavy?'],
      [4, 1, undefined],
    ]);
    const answered = fold(view, { k: 'question-answered', question: 5, how: 'on-air', at: 9 });
    expect(answered.questions.map((it) => it.question)).toEqual([4]);
    expect(answered.answered[5]).toBe('on-air');
  });

  test('weighs questions as the room does', () => {
    const minute = 60_000;
    // The same figures as in `crates/linger-room/tests/ranking.rs`.
    const weights = [[1, 0], [3, 0], [1, 1], [1, 4], [2, 10], [2, 20], [1, 60], [0, 0]].map(([people, minutes]) =>
      weight({ people: people!, at: 0 }, minutes! * minute),
    );
    expect(weights).toEqual([1000, 3000, 2000, 5000, 22000, 5500, 305, 1000]);
    expect(weight({ people: 1, at: 5 * minute }, 0)).toBe(1000);
  });

  test('shows a prompt until it is closed', () => {
    const intent = { id: 'i', rule: 'r', at: 1, proposal: { kind: 'answer-question', question: 1, people: 3, window_s: 60 } as const };
    const shown = fold(seen('host'), { k: 'prompt-shown', prompt: 1, intent, until: 99 });
    expect(shown.prompt?.prompt).toBe(1);
    expect(fold(shown, { k: 'prompt-closed', prompt: 1, end: 'expired' }).prompt).toBeNull();
  });

  test('keeps once what a rule did', () => {
    const proposal = { kind: 'rule', version: 1, deed: { do: 'unpin-card' }, times_max: 3 } as const;
    const why: { metric: string; value: number }[] = [];
    const acted = { k: 'rule-acted', intent: { id: 'i', rule: 'r', at: 1, proposal: { ...proposal, why } }, end: 'done' } as const;
    const view = fold(fold(seen('host'), acted), acted);
    expect(view.acted.map((it) => [it.intent.rule, it.end])).toEqual([['r', 'done']]);
  });

  test('is not troubled by an event of a later version', () => {
    const view = seen();
    expect(fold(view, { k: 'something-new' } as never)).toBe(view);
  });
});
