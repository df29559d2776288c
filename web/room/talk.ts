// What stands around the talk, and how each event changes it: topic, featured comments, gifts, photos, and for staff what
// waits. Pure; knows no socket and no page.
import type { Comment, GiftShown, HeldComment, MyGift, Photo, RoomEvent, RoomView, Topic } from '../wire';

export interface Around {
  readonly topic: Topic | null;
  readonly featured: readonly Comment[];
  readonly photos: readonly Photo[];
  /** Staff: photos that wait to be chosen. */
  readonly waiting: readonly Photo[];
  /** Staff: comments that wait for a moderator. */
  readonly held: readonly HeldComment[];
  /** The last gifts that were given, newest last. */
  readonly gifts: readonly GiftShown[];
  readonly myGifts: readonly MyGift[];
}

const GIFTS_MAX = 3;
const MINE_MAX = 20;

export function aroundOf(view: RoomView): Around {
  return {
    topic: view.talk?.topic ?? null,
    featured: view.talk?.featured ?? [],
    photos: view.talk?.photos ?? [],
    waiting: view.talk?.waiting ?? [],
    held: [],
    gifts: [],
    myGifts: view.mine.gifts ?? [],
  };
}

/** Takes one event in; undefined when it is about something else. */
export function foldAround(around: Around, event: RoomEvent): Around | undefined {
  switch (event.k) {
    case 'talk':
      return {
        ...around,
        topic: event.talk.topic ?? null,
        featured: event.talk.featured,
        photos: event.talk.photos,
      };
    case 'photos-waiting':
      return { ...around, waiting: event.photos };
    case 'held':
      return { ...around, held: event.held };
    case 'gift':
      return { ...around, gifts: [...around.gifts, event.gift].slice(-GIFTS_MAX) };
    case 'you-talk':
      return event.you.what === 'gift' ? withGift(around, event.you.gift) : around;
    default:
      return undefined;
  }
}

/** Takes one's own gift in, whether it came as an event or as an answer. */
export function withGift(around: Around, gift: MyGift): Around {
  const at = around.myGifts.findIndex((it) => it.order === gift.order);
  const myGifts = at < 0 ? [...around.myGifts, gift].slice(-MINE_MAX) : around.myGifts.with(at, gift);
  return { ...around, myGifts };
}

/** The people of a text: those whose `@name` still stands in it, the longest names first. */
export function mentionedIn(text: string, named: Readonly<Record<string, string>>): string[] {
  let rest = text;
  const found: string[] = [];
  for (const [person, name] of Object.entries(named).sort((a, b) => b[1].length - a[1].length)) {
    if (!name || !rest.includes(`@${name}`)) continue;
    found.push(person);
    rest = rest.replaceAll(`@${name}`, ' ');
  }
  return found.slice(0, 5);
}
