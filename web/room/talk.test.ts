// What stands around the talk is what the events say, and nothing of it gets lost on the way.
import { describe, expect, test } from 'vitest';
import type { RoomEvent, RoomView } from '../wire';
import { aroundOf, foldAround, mentionedIn, type Around } from './talk';

const empty = aroundOf({ mine: {} } as RoomView);
const comment = { id: 4, person: 'p', name: 'Ann', text: 'milk', role: 'viewer' as const, at: 1 };
const gift = { order: 'o', gift: 'flower', count: 1, amount: { minor: 100, currency: 'CNY' }, state: 'waiting' as const, until: 9 };

function after(...events: RoomEvent[]): Around {
  return events.reduce<Around>((around, event) => foldAround(around, event) ?? around, empty);
}

describe('around the talk', () => {
  test('the whole small view replaces the one before, and leaves to staff what waits', () => {
    const photo = { image: 'i', person: 'p', name: 'Ann', caption: '' };
    const around = after(
      { k: 'photos-waiting', photos: [photo] },
      { k: 'talk', talk: { topic: { text: 'Milk?', until: 5 }, featured: [comment], photos: [] } },
      { k: 'talk', talk: { topic: null, featured: [], photos: [photo] } },
    );
    expect([around.topic, around.featured, around.photos, around.waiting]).toEqual([null, [], [photo], [photo]]);
  });

  test('the last three gifts are shown', () => {
    const shown = (combo: number): RoomEvent => ({
      k: 'gift',
      gift: { person: 'p', name: 'Ann', gift: 'flower', count: 1, combo, at: combo },
    });
    expect(after(shown(1), shown(2), shown(3), shown(4)).gifts.map((it) => it.combo)).toEqual([2, 3, 4]);
  });

  test('a gift of mine changes in its place', () => {
    const mine = (state: 'waiting' | 'given'): RoomEvent => ({ k: 'you-talk', you: { what: 'gift', gift: { ...gift, state } } });
    expect(after(mine('waiting'), mine('given')).myGifts).toEqual([{ ...gift, state: 'given' }]);
  });

  test('what is about something else is left to others', () => {
    expect(foldAround(empty, { k: 'likes', n: 1, total: 1 })).toBeUndefined();
    expect(foldAround(empty, { k: 'you-talk', you: { what: 'replied', comment: 1, name: 'Bob' } })).toBe(empty);
  });

  test('mentioned is whose name still stands in the text', () => {
    const named = { a: 'Ann', b: 'Ann Lee', c: 'Cat' };
    expect(mentionedIn('@Ann Lee look', named)).toEqual(['b']);
    expect(mentionedIn('@Ann and @Ann Lee', named).sort()).toEqual(['a', 'b']);
    expect(mentionedIn('Ann, look', named)).toEqual([]);
  });
});
