// Requests on their way: each is numbered, waits for its answer, and survives a connection that breaks in between. Knows
// no socket: it is given a way to send and told what arrives.
import type { Act, Answer, Comment, FromClient, RoomEvent } from '../wire';

/** The room, or the way to it, said no. */
export class Refused extends Error {
  constructor(
    /** A code with a sentence in `web/messages`. */
    readonly code: string,
    readonly retryMs?: number,
  ) {
    super(code);
  }
}

interface Waiting {
  id: number;
  act: Act;
  resolve: (answer: Answer) => void;
  reject: (refused: Refused) => void;
  /** Sent on the connection that broke, so it may have been done without our hearing of it. */
  doubtful: boolean;
}

const WAITING_MAX = 100;

/** Whether an event shows that an act of ours was done, though its answer was lost. */
function shows(act: Act, event: RoomEvent, me: string): boolean {
  switch (act.kind) {
    case 'say':
      return isComment(event) && saidBy(event, me, act);
    case 'open-draw':
      return event.k === 'draw-opened' && event.keyword === act.keyword && event.prize === act.prize;
    case 'announce':
      return event.k === 'announced' && event.text === act.text;
    default:
      // The others may be asked twice: the second time changes nothing or is refused by name.
      return false;
  }
}

/** A comment, shown to everybody or thinned out: it was made either way. */
function isComment(event: RoomEvent): event is RoomEvent & { k: 'comment' | 'comment-thinned' } {
  return event.k === 'comment' || event.k === 'comment-thinned';
}

function saidBy(comment: Comment, me: string, act: Act & { kind: 'say' }): boolean {
  return comment.person === me && comment.text === act.text && (comment.image ?? null) === (act.image ?? null) && (comment.answers ?? null) === (act.answers ?? null);
}

/** Refusals that, for an act sent a second time, mean that the first time had worked. */
const DONE_BEFORE: Partial<Record<Act['kind'], string>> = {
  follow: 'already-following',
  unfollow: 'not-following',
  'answer-on-air': 'already-answered',
  'close-prompt': 'no-such-prompt',
  'close-sale': 'not-on-sale',
};

export class Outbox {
  #next = 1;
  #waiting = new Map<number, Waiting>();
  #send: ((message: FromClient) => void) | undefined;

  /** Asks for a change; settles when the room has answered, be it after several connections. */
  ask(act: Act): Promise<Answer> {
    if (this.#waiting.size >= WAITING_MAX) return Promise.reject(new Refused('too-many'));
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      this.#waiting.set(id, { id, act, resolve, reject, doubtful: false });
      this.#send?.({ t: 'ask', id, act });
    });
  }

  /** The connection broke: what was sent may or may not have been done. */
  disconnected(): void {
    this.#send = undefined;
    for (const it of this.#waiting.values()) it.doubtful = true;
  }

  /** The connection is there and everything missed has been taken in: sends again what is still waiting. */
  connected(send: (message: FromClient) => void): void {
    this.#send = send;
    for (const { id, act } of this.#waiting.values()) send({ t: 'ask', id, act });
  }

  /** Everything missed is not known but a whole new view is: its comments tell what was said. */
  caughtUp(comments: readonly Comment[], me: string, position: string): void {
    for (const comment of comments) this.noticed({ k: 'comment', ...comment }, me, position);
  }

  /** An event came; it may be the trace of a doubtful request. */
  noticed(event: RoomEvent, me: string, position: string): void {
    for (const it of this.#waiting.values()) {
      if (!it.doubtful || !shows(it.act, event, me)) continue;
      this.#waiting.delete(it.id);
      it.resolve({ position, comment: isComment(event) ? event.id : null });
      return;
    }
  }

  /** An answer came. */
  answered(id: number, done: Answer | null | undefined, refusal: string | null | undefined, retryMs?: number): void {
    const it = this.#waiting.get(id);
    if (!it) return;
    this.#waiting.delete(id);
    if (done) it.resolve(done);
    else if (it.doubtful && refusal && DONE_BEFORE[it.act.kind] === refusal) it.resolve({ position: '' });
    else it.reject(new Refused(refusal ?? 'unknown', retryMs));
  }

  /** Gives up everything, for a connection that will not come back. */
  close(code: string): void {
    this.#send = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const it of waiting) it.reject(new Refused(code));
  }

  /** Requests without an answer. */
  get size(): number {
    return this.#waiting.size;
  }
}

/** An order id: 128 random bits in hexadecimal, made by the buyer's device so that asking twice orders once. */
export function newOrderId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (it) => it.toString(16).padStart(2, '0')).join('');
}
