// The room as one person sees it, and how each event changes it. Pure: the same events give the same view, and an
// event taken in twice changes nothing the second time. Knows no socket, clock or page.
import { activitiesOf, foldActivity, type Activities } from './activity';
import { foldCare, NO_CARE, type CareView } from './care';
import type {
  Comment,
  Draw,
  Intent,
  Order,
  Prompt,
  PromptEnd,
  Question,
  RoleName,
  RoomEvent,
  RoomView,
  RuleActed,
  ShelfEntry,
  Welcome,
} from '../wire';
import { foldSeat, seatOf, type Seat } from './seat';

import { clubOf, foldClub, type ClubView } from './club';
import { foldRundown, type RundownView } from './rundown';
import { foldSales, salesOf, type Sales } from './sale';
import { aroundOf, foldAround, type Around } from './talk';

/** How a question was answered, kept by question number. */
export type Answered = Readonly<Record<number, 'typed' | 'on-air'>>;

/** A prompt, and how it ended; `null` while it shows. */
export interface Prompted {
  readonly prompt: Prompt;
  readonly end: PromptEnd | null;
}

/** Everything a page draws. Never changed in place: every fold that changes something gives a new object. */
export interface View extends Activities, ClubView, RundownView {
  readonly me: { readonly person: string; readonly name: string; readonly role: RoleName };
  readonly room: string;
  readonly title: string;
  readonly host: string;
  readonly hostName: string;
  readonly liveSince: number | null;
  /** Why the picture went away, once it has been there: `ended`, `lost` or `restarted`. */
  readonly offReason: string | null;
  readonly here: number;
  readonly likes: number;
  readonly followers: number;
  readonly comments: readonly Comment[];
  /** The newest comment that everybody was shown. */
  readonly lastShown: number;
  readonly leftOut: LeftOut;
  readonly answered: Answered;
  readonly shelf: readonly ShelfEntry[];
  readonly pinned: number | null;
  readonly pinnedAt: number | null;
  readonly draw: Draw | null;
  readonly announcement: string | null;
  readonly following: boolean;
  readonly entered: boolean;
  readonly mutedUntil: number;
  readonly myOrders: readonly Order[];
  readonly questions: readonly Question[];
  readonly prompt: Prompt | null;
  /** Prompts that were shown since one came, newest last, with how they ended. */
  readonly prompts: readonly Prompted[];
  readonly withheld: readonly Intent[];
  /** What rules did by themselves since one came, or could not do, or held out. */
  readonly acted: readonly RuleActed[];
  readonly orders: readonly Order[];
  readonly seat: Seat;
  readonly around: Around;
  readonly sales: Sales;
  readonly care: CareView;
}

/** How many comments were left out of the talk lately, and when the last of each lot was made. */
export type LeftOut = readonly { readonly at: number; readonly n: number }[];

/** The time over which it is reckoned how many were left out a second. */
const LEFT_OUT_MS = 5000;

function withLeftOut(before: LeftOut, { at, n }: { at: number; n: number }): LeftOut {
  const last = before.at(-1);
  // One lot a tenth of a second is fine enough, and bounds the list.
  if (last && at - last.at < 100) return before.with(-1, { at: last.at, n: last.n + n });
  return [...before.filter((it) => it.at > at - LEFT_OUT_MS), { at, n }];
}

/** How many comments a second are left out, by the room's time; 0 when talk is not thinned. */
export function leftOutPerSecond(leftOut: LeftOut, now: number): number {
  const lately = leftOut.filter((it) => it.at > now - LEFT_OUT_MS).reduce((sum, it) => sum + it.n, 0);
  return Math.ceil((lately * 1000) / LEFT_OUT_MS);
}

/** The server keeps the last 50; a page that stays open may scroll back further. */
const COMMENTS_MAX = 300;
const ORDERS_MAX = 100;
const QUESTIONS_MAX = 100;
const WITHHELD_MAX = 50;

/** The view that a welcome describes. */
export function viewOf(welcome: Welcome, view: RoomView): View {
  return {
    me: { person: welcome.person, name: welcome.name, role: welcome.role },
    room: view.room,
    title: view.title,
    host: view.host,
    hostName: view.host_name,
    liveSince: view.live_since ?? null,
    offReason: null,
    here: view.here,
    likes: view.likes,
    followers: view.followers,
    comments: view.comments,
    lastShown: view.comments.at(-1)?.id ?? 0,
    leftOut: [],
    answered: answeredIn(view.comments),
    shelf: view.shelf,
    pinned: view.pinned ?? null,
    pinnedAt: view.pinned_at ?? null,
    draw: view.draw ?? null,
    ...activitiesOf(view.activities, view.mine.activities ?? []),
    announcement: view.announcement ?? null,
    following: view.mine.following,
    entered: view.mine.entered,
    mutedUntil: view.mine.muted_until,
    myOrders: view.mine.orders,
    questions: view.questions,
    prompt: view.prompt ?? null,
    prompts: view.prompt ? [{ prompt: view.prompt, end: null }] : [],
    withheld: [],
    acted: [],
    orders: view.orders,
    seat: seatOf(view),
    ...clubOf(view),
    climax: view.climax ?? null,
    backstage: view.backstage ?? null,
    around: aroundOf(view),
    sales: salesOf(view),
    care: NO_CARE,
  };
}

function answeredIn(comments: readonly Comment[]): Answered {
  const found: Record<number, 'typed'> = {};
  for (const it of comments) if (it.answers != null) found[it.answers] = 'typed';
  return found;
}

/** Whether this person sees what is meant for staff. */
export function isStaff(role: RoleName): boolean {
  return role !== 'viewer';
}

/** Takes one event in. */
export function fold(view: View, event: RoomEvent): View {
  const seat = foldSeat(view.seat, event);
  if (seat) return { ...view, seat };
  const sales = foldSales(view.sales, event);
  if (sales && event.k !== 'sale-closed') return { ...view, sales };
  if (sales && sales !== view.sales) return fold({ ...view, sales }, event);
  return foldComments(view, event) ?? foldTalk(view, event) ?? foldShelf(view, event) ?? foldDraw(view, event) ?? foldActivity(view, event) ?? foldStaff(view, event) ?? foldClub(view, event) ?? foldRundown(view, event) ?? foldBeside(view, event);
}

function foldBeside(view: View, event: RoomEvent): View {
  const care = foldCare(view.care, event);
  if (care) return { ...view, care };
  const around = foldAround(view.around, event);
  return around && around !== view.around ? { ...view, around } : view;
}

/** Takes events in, in their order. */
export function foldAll(view: View, events: readonly RoomEvent[]): View {
  return events.reduce(fold, view);
}

function foldComments(view: View, event: RoomEvent): View | undefined {
  switch (event.k) {
    case 'comment': {
      // Numbers only grow, so a smaller one has been taken in already.
      if (event.id <= view.lastShown) return view;
      return { ...withComment(view, event), lastShown: event.id };
    }
    case 'comment-thinned':
      return view.comments.some((it) => it.id === event.id) ? view : withComment(view, event);
    case 'thinned':
      return { ...view, leftOut: withLeftOut(view.leftOut, event) };
    case 'comment-hidden':
      return { ...view, comments: view.comments.filter((it) => it.id !== event.id) };
    case 'rule-acted':
      return view.acted.some((it) => it.intent.id === event.intent.id)
        ? view
        : { ...view, acted: [...view.acted, event].slice(-WITHHELD_MAX) };
    default:
      return undefined;
  }
}

function foldTalk(view: View, event: RoomEvent): View | undefined {
  switch (event.k) {
    case 'live':
      return { ...view, liveSince: event.at, offReason: null };
    case 'off':
      return { ...view, liveSince: null, offReason: event.reason };
    case 'presence':
      return { ...view, here: event.here };
    case 'likes':
      return { ...view, likes: event.total };
    case 'followers':
      return { ...view, followers: event.followers };
    case 'announced':
      return { ...view, announcement: event.text };
    case 'you-follow':
      return { ...view, following: event.following };
    case 'you-muted':
      return { ...view, mutedUntil: event.until };
    default:
      return undefined;
  }
}

/** Puts a comment where its number says: what only some are told comes before the rest of its frame. */
function withComment(view: View, event: RoomEvent & { k: 'comment' | 'comment-thinned' }): View {
  const { k: _, ...comment } = event;
  const at = view.comments.findLastIndex((it) => it.id < comment.id) + 1;
  const questions =
    comment.question == null
      ? view.questions
      : view.questions.map((it) => (it.question === comment.question && !it.first ? { ...it, first: comment } : it));
  return { ...view, comments: view.comments.toSpliced(at, 0, comment).slice(-COMMENTS_MAX), questions };
}

function foldShelf(view: View, event: RoomEvent): View | undefined {
  switch (event.k) {
    case 'item-listed': {
      const known = view.shelf.some((it) => it.item.id === event.item.id);
      return known
        ? onShelf(view, event.item.id, (it) => ({ ...it, item: event.item }))
        : { ...view, shelf: [...view.shelf, { item: event.item, sale: null, units: 0, left: 0, held: 0, looking: 0, explain: { asked: 0, answered: 0 } }] };
    }
    case 'stock':
      return onShelf(view, event.item, (it) => ({ ...it, left: event.left, units: event.units, held: event.held }));
    case 'looking': {
      const people = new Map(event.lookers.map((it) => [it.item, it.people]));
      return { ...view, shelf: view.shelf.map((it) => ({ ...it, looking: people.get(it.item.id) ?? it.looking })) };
    }
    case 'explain': {
      const { item, explain } = event;
      // Whoever asked has their answer when the card is shown.
      const own = view.sales.explain.filter((it) => it !== item);
      const sales = explain.asked === 0 && own.length < view.sales.explain.length ? { ...view.sales, explain: own } : view.sales;
      return { ...onShelf(view, item, (it) => ({ ...it, explain })), sales };
    }
    case 'sale-opened': {
      const sale = { price: event.price, per_person: event.per_person, hold_ms: event.hold_ms };
      return onShelf(view, event.item, (it) => ({ ...it, sale }));
    }
    case 'sale-closed':
      return onShelf(view, event.item, (it) => ({ ...it, sale: null }));
    case 'card-pinned':
      return { ...view, pinned: event.item, pinnedAt: event.at };
    case 'card-unpinned':
      return view.pinned === event.item ? { ...view, pinned: null, pinnedAt: null } : view;
    case 'order':
      return withOrder(view, event);
    default:
      return undefined;
  }
}

function onShelf(view: View, item: number, change: (entry: ShelfEntry) => ShelfEntry): View {
  return { ...view, shelf: view.shelf.map((it) => (it.item.id === item ? change(it) : it)) };
}

/** Takes an order in, whether it came as an event, an answer or a reply to a question about it. */
export function withOrder(view: View, told: Order): View {
  const { k: _, ...order } = told as Order & { k?: string };
  const mine = order.person === view.me.person;
  return {
    ...view,
    myOrders: mine ? placed(view.myOrders, order) : view.myOrders,
    orders: isStaff(view.me.role) ? placed(view.orders, order) : view.orders,
  };
}

function placed(orders: readonly Order[], order: Order): readonly Order[] {
  const at = orders.findIndex((it) => it.order === order.order);
  return at < 0 ? [...orders, order].slice(-ORDERS_MAX) : orders.with(at, order);
}

function foldDraw(view: View, event: RoomEvent): View | undefined {
  switch (event.k) {
    case 'draw-opened': {
      if (view.draw && view.draw.draw >= event.draw) return view;
      const { k: _, winners, ...rest } = event;
      const draw = { ...rest, winners_wanted: winners, entrants: 0, state: 'open', winners: [], names: [] };
      return { ...view, draw, entered: false };
    }
    case 'draw-entrants':
      return onDraw(view, event.draw, { entrants: event.entrants });
    case 'draw-frozen':
      return onDraw(view, event.draw, { entrants: event.entrants, state: 'frozen' });
    case 'draw-revealed':
      return onDraw(view, event.draw, { state: 'revealed', winners: event.winners, names: event.names });
    case 'you-entered':
      return view.draw?.draw === event.draw ? { ...view, entered: true } : view;
    default:
      return undefined;
  }
}

function onDraw(view: View, draw: number, change: Partial<Draw>): View {
  return view.draw?.draw === draw ? { ...view, draw: { ...view.draw, ...change } } : view;
}

function foldStaff(view: View, event: RoomEvent): View | undefined {
  switch (event.k) {
    case 'question-opened': {
      if (!isStaff(view.me.role) || view.questions.some((it) => it.question === event.question)) return view;
      const question = { question: event.question, item: event.item ?? null, people: 1, at: event.at, first: null };
      return { ...view, questions: byWeight([...view.questions, question], event.at) };
    }
    case 'question-asked': {
      const changed = view.questions.map((it) =>
        it.question === event.question ? { ...it, people: event.people } : it,
      );
      return { ...view, questions: byWeight(changed, view.comments.at(-1)?.at ?? 0) };
    }
    case 'question-answered':
      return {
        ...view,
        answered: { ...view.answered, [event.question]: event.how },
        questions: view.questions.filter((it) => it.question !== event.question),
      };
    case 'prompt-shown': {
      const { k: _, ...prompt } = event;
      if (view.prompts.some((it) => it.prompt.prompt === prompt.prompt)) return view;
      return { ...view, prompt, prompts: [...view.prompts, { prompt, end: null }].slice(-WITHHELD_MAX) };
    }
    case 'prompt-closed': {
      const { end } = event;
      return {
        ...view,
        prompt: view.prompt?.prompt === event.prompt ? null : view.prompt,
        prompts: view.prompts.map((it) => (it.prompt.prompt === event.prompt ? { ...it, end } : it)),
      };
    }
    case 'prompt-withheld':
      return view.withheld.some((it) => it.id === event.intent.id)
        ? view
        : { ...view, withheld: [...view.withheld, event.intent].slice(-WITHHELD_MAX) };
    default:
      return undefined;
  }
}

const PATIENCE_MS = 60_000;
const STALE_MS = 600_000;

/** How much an open question weighs: askers times one and the minutes waited, falling as the square of the age once it is
 *  stale. The same as `question::rank::weight` of the room, by which a new view comes ordered. */
export function weight(question: Pick<Question, 'people' | 'at'>, now: number): number {
  const age = Math.max(0, now - question.at);
  const fresh = Math.max(1, question.people) * (1000 + Math.floor((Math.min(age, STALE_MS) * 1000) / PATIENCE_MS));
  return age <= STALE_MS ? fresh : Math.floor((fresh * STALE_MS * STALE_MS) / (age * age));
}

/** What weighs most first, then the older number first. */
function byWeight(questions: readonly Question[], now: number): readonly Question[] {
  return questions
    .toSorted((a, b) => weight(b, now) - weight(a, now) || a.question - b.question)
    .slice(0, QUESTIONS_MAX);
}
