// One person's stay in a room: who they are, what they chose, what is open on their screen, and what they do. Knows no
// layout.
import { getContext, setContext } from 'svelte';
import { codeOf, complain, LiveRoom } from '../kit/room.svelte';
import type { PictureState } from '../kit/media/watch';
import { Failed, mentionedIn, newOrderId, Rest } from '../room';
import { notes } from '../kit/notes.svelte';
import { sentenceFor, t } from '../kit/i18n.svelte';
import type { Comment, GuestToken, ImageKept, Order, Play, ShelfEntry } from '../wire';

/** A picture that goes with the next words; `url` shows it on this device alone. */
export interface Attached extends ImageKept {
  url: string;
}

/** What may be open over the picture; one thing at a time. */
export type OpenSheet =
  | { kind: 'bag' }
  | { kind: 'settings' }
  | { kind: 'talk' }
  | { kind: 'draw' }
  | { kind: 'activity'; activity: number }
  | { kind: 'club' }
  | { kind: 'share' }
  | { kind: 'line'; comment: number }
  | { kind: 'stage' }
  | { kind: 'call'; item: number | undefined }
  | { kind: 'gifts' }
  | { kind: 'photos' }
  | { kind: 'buy'; item: number; order: string }
  | { kind: 'order'; order: string }
  | { kind: 'product'; item: number }
  | { kind: 'cart' };

/** What the page around is told: a name, and the time since the show began. */
export type Happened = (name: string, detail: Record<string, unknown>) => void;

export interface StayOptions {
  room: string;
  base: string;
  source: string;
  /** The code of the link that brought them, if it was somebody's. */
  by: string;
  name: string;
  token: string | undefined;
  onhappened: Happened | undefined;
}

const LIKES_MAX = 50;
/** Where a shop's page keeps what our own pages have in a cookie. */
const DEVICE = 'linger.device.';

function kept(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Without storage a person is new at every visit; nothing else depends on it.
  }
}

export class Stay {
  readonly rest: Rest;
  readonly live: LiveRoom;
  guest: GuestToken | undefined = $state.raw();
  sheet: OpenSheet | undefined = $state.raw();
  picture: PictureState = $state('idle');
  delayMs: number | undefined = $state();
  /** Stalls within the last quality report. */
  stalls = $state(0);
  muted = $state(true);
  /** Given by the stage, which has the picture. */
  toggleSound: () => void = () => undefined;
  danmuOn = $state(kept('linger.danmu') !== 'off');
  motionOn = $state(kept('linger.motion') !== 'off');
  hidden: readonly string[] = $state.raw([]);
  /** What the input starts with, such as a name to answer to. */
  draft = $state('');
  /** The comment that the next words reply to. */
  replyTo: Comment | undefined = $state.raw();
  /** Whom the next words may mention, as person and name. */
  named: Readonly<Record<string, string>> = $state.raw({});
  /** The picture that goes with the next words. */
  attached: Attached | undefined = $state.raw();
  #likes = 0;
  #likeTimer: ReturnType<typeof setTimeout> | undefined;
  #cheers: [number, number] = [0, 0];
  #cheerTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly options: StayOptions) {
    this.rest = new Rest(options.base);
    this.live = new LiveRoom({
      room: options.room,
      base: options.base,
      token: (expired) => this.token(expired),
      device: kept(DEVICE + options.base) ?? undefined,
      onDevice: (token) => keep(DEVICE + options.base, token),
    });
  }

  get view() {
    return this.live.view;
  }

  /** A token for this room: the shop's, the one kept from last time, or a new one. */
  async token(anew = false): Promise<string> {
    if (this.options.token) return this.options.token;
    const at = `linger.guest.${this.options.base}.${this.options.room}`;
    if (this.guest && !anew && this.guest.expires_at - Date.now() > 60_000) return this.guest.token;
    const before = this.guest?.token ?? kept(at);
    return this.#guestAs({ name: this.guest?.name ?? this.options.name, token: before }, at);
  }

  async #guestAs(asked: { name: string; token: string | null }, at: string): Promise<string> {
    const source = this.options.source.toLowerCase().replace(/[^a-z0-9-]/g, '').slice(0, 32);
    const by = this.options.by.slice(0, 64) || null;
    try {
      this.guest = await this.rest.guest(this.options.room, { ...asked, source, by });
    } catch (error) {
      // A token of another life of the server is of no use any more.
      if (!(error instanceof Failed) || !asked.token || error.status === 404 || error.status >= 429) throw error;
      if (error.status === 0) throw error;
      this.guest = await this.rest.guest(this.options.room, { ...asked, token: null, source, by });
    }
    keep(at, this.guest.token);
    return this.guest.token;
  }

  /** Goes by another name from now on. */
  async rename(name: string): Promise<void> {
    const at = `linger.guest.${this.options.base}.${this.options.room}`;
    await this.#guestAs({ name, token: this.guest?.token ?? kept(at) }, at);
    this.live.connection.rejoin();
  }

  /** Destroys the key of one's own texts; the person starts anew. */
  async erase(): Promise<void> {
    await this.rest.eraseMe(this.options.room, await this.token());
  }

  setDanmu(on: boolean): void {
    this.danmuOn = on;
    keep('linger.danmu', on ? null : 'off');
  }

  setMotion(on: boolean): void {
    this.motionOn = on;
    keep('linger.motion', on ? null : 'off');
  }

  /** Likes are gathered and told once a second. */
  like(): void {
    this.#likes = Math.min(LIKES_MAX, this.#likes + 1);
    this.#likeTimer ??= setTimeout(() => {
      this.#likeTimer = undefined;
      if (this.live.connection.tell({ t: 'likes', n: this.#likes })) this.happened('like', { n: this.#likes });
      this.#likes = 0;
    }, 1000);
  }

  follow(): void {
    void this.live.ask({ kind: this.view?.following ? 'unfollow' : 'follow' });
  }

  /** Says something; the words stay in the input when it is refused. */
  async say(text: string): Promise<boolean> {
    const { replyTo, attached } = this;
    const answer = await this.live.ask({
      kind: 'say',
      text,
      ...(replyTo && { reply_to: replyTo.id }),
      ...(attached && { image: attached.image }),
      mentions: mentionedIn(text, this.named),
    });
    if (!answer) return false;
    if (answer.held) notes.say(t(attached ? 'viewer.heldPicture' : 'viewer.heldWords'));
    if (this.replyTo === replyTo) this.replyTo = undefined;
    if (this.attached === attached) this.detach();
    this.named = {};
    this.happened('comment', {});
    return true;
  }

  /** Begins an answer to a comment. */
  reply(comment: Comment): void {
    this.replyTo = comment;
    this.mention(comment);
  }

  /** Puts somebody's name into the next words. */
  mention({ person, name }: Comment): void {
    if (!name) return;
    this.named = { ...this.named, [person]: name };
    const before = this.draft && !this.draft.endsWith(' ') ? `${this.draft} ` : this.draft;
    if (!before.includes(`@${name} `)) this.draft = `${before}@${name} `;
  }

  detach(): void {
    if (this.attached) URL.revokeObjectURL(this.attached.url);
    this.attached = undefined;
  }

  /** Where a picture of this room is. */
  imageUrl(image: string): string {
    return this.rest.imageUrl(this.options.room, image);
  }

  /** Sends a picture; undefined when it was refused, and the person was told why. */
  async sendPicture(file: Blob): Promise<Attached | undefined> {
    const { smaller } = await import('./smaller');
    try {
      const picture = await smaller(file);
      const kept = await this.rest.postImage(this.options.room, picture, await this.token());
      return { ...kept, url: URL.createObjectURL(picture) };
    } catch (error) {
      complain(error);
      return undefined;
    }
  }

  entry(item: number | null | undefined): ShelfEntry | undefined {
    return this.view?.shelf.find((it) => it.item.id === item);
  }

  /** A card was touched: opens the sheet to buy, with an order id that stays the same for every attempt in it. */
  openBuy(item: number): void {
    this.live.connection.tell({ t: 'clicked', item });
    this.happened('click', { item });
    this.sheet = { kind: 'buy', item, order: newOrderId() };
  }

  /** A picture was touched: opens the page of the product. */
  openProduct(item: number): void {
    this.live.connection.tell({ t: 'clicked', item });
    this.happened('click', { item });
    this.sheet = { kind: 'product', item };
  }

  /** Goes back to an order that is there. */
  openOrder(order: Order): void {
    const { item, order: id, state } = order;
    this.sheet = state === 'held' ? { kind: 'buy', item, order: id } : { kind: 'order', order: id };
  }

  async place(order: string, item: number, units: number): Promise<Order | undefined> {
    const answer = await this.live.ask({ kind: 'place-order', order, item, units });
    if (answer) this.happened('order', { order, item, units });
    return answer?.order ?? undefined;
  }

  /** Starts a payment, by the usual method when none is named; how it ends is told by the room. */
  async pay(order: string, method?: string): Promise<boolean> {
    try {
      const started = await this.rest.pay(this.options.room, order, method, await this.token());
      if (started.visit) location.assign(started.visit);
      // Without the shop's own page nobody here may ask for a card.
      else if (started.client_secret) notes.say(sentenceFor('no-card-page'), 'bad');
      return !started.client_secret;
    } catch (error) {
      complain(error);
      return false;
    }
  }

  /** Reads an order again, for when the way to the room was broken while it changed. */
  async refresh(order: string): Promise<void> {
    try {
      this.live.connection.orderTold(await this.rest.order(this.options.room, order, await this.token()));
    } catch (error) {
      // It will be told over the socket, or asked again.
      if (codeOf(error) === 'unknown') throw error;
    }
  }

  /** Makes a move in an activity. */
  async play(activity: number, play: Play): Promise<boolean> {
    const answer = await this.live.ask({ kind: 'activity', do: 'play', activity, play });
    if (answer) this.happened('play', { activity });
    return !!answer;
  }

  /** Cheers for a side are gathered and told once a second, like likes. */
  cheer(activity: number, side: 0 | 1): void {
    this.#cheers[side] = Math.min(LIKES_MAX, this.#cheers[side] + 1);
    this.#cheerTimer ??= setTimeout(() => {
      this.#cheerTimer = undefined;
      for (const side of [0, 1] as const) {
        const n = this.#cheers[side];
        if (n > 0) this.live.connection.tell({ t: 'cheer', activity, side, n });
        this.#cheers[side] = 0;
      }
    }, 1000);
  }

  /** Tells the page around, with the time since the show began. */
  happened(name: string, detail: Record<string, unknown>): void {
    const since = this.view?.liveSince;
    const at_ms = since ? Math.max(0, Math.round(this.live.connection.serverNow() - since)) : null;
    this.options.onhappened?.(name, { room: this.options.room, at_ms, ...detail });
  }
}

const KEY = Symbol('stay');

export function setStay(stay: Stay): Stay {
  return setContext(KEY, stay);
}

export function getStay(): Stay {
  return getContext(KEY);
}
