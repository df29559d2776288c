// A room as operators watch it: everything the room tells, its figures, and names for what segments stand for. Knows no
// layout.
import { getContext, setContext } from 'svelte';
import { t } from '../kit/i18n.svelte';
import type { Keys } from '../kit/keys';
import { LiveRoom } from '../kit/room.svelte';
import type { Session } from '../kit/session.svelte';
import type { Segment } from '../wire';

export class Watching {
  readonly live: LiveRoom;
  /** When one came: of what was before, only the figures tell. */
  readonly cameAt = Date.now();
  #keys: Keys[] = [];

  constructor(
    readonly room: string,
    readonly session: Session,
  ) {
    this.live = new LiveRoom({ room, token: async () => undefined, insight: true, quiet: true, pingMs: 2_000 });
  }

  get view() {
    return this.live.view;
  }

  get insight() {
    return this.live.insight;
  }

  /** A part brings its keys; gives what takes them away. */
  bring(keys: Keys): () => void {
    this.#keys = [...this.#keys, keys];
    return () => (this.#keys = this.#keys.filter((it) => it !== keys));
  }

  get keys(): Keys {
    return Object.assign({}, ...this.#keys) as Keys;
  }

  /** What a rule is called, where it works or did here. */
  ruleName(rule: string): string {
    return this.insight?.rules?.find((it) => it.rule === rule)?.name ?? rule;
  }

  /** What an item is called. */
  itemName(item: number | null | undefined): string {
    return this.view?.shelf.find((it) => it.item.id === item)?.item.title ?? t('control.itemNumber', { n: item ?? 0 });
  }

  /** What a segment is, in words. */
  segmentName(segment: Segment): string {
    switch (segment.kind) {
      case 'card':
        return segment.label || this.itemName(segment.item);
      case 'draw':
        return t('control.segmentDraw', { name: segment.label });
      case 'prompt':
        return t('control.segmentPrompt', { name: segment.label });
      case 'withheld':
        return t('control.segmentWithheld', { name: segment.label });
      case 'announcement':
        return segment.label || t('control.segmentAnnouncement');
      case 'live':
        return t('control.segmentLive');
      default:
        return segment.label || segment.kind;
    }
  }

  /** The text of a question, where it is still known. */
  questionText(question: number): string {
    const open = this.view?.questions.find((it) => it.question === question)?.first?.text;
    return open ?? this.view?.comments.find((it) => it.question === question)?.text ?? t('control.questionNumber', { n: question });
  }
}

const KEY = Symbol('watching');

export function setWatching(watching: Watching): Watching {
  return setContext(KEY, watching);
}

export function getWatching(): Watching {
  return getContext(KEY);
}
