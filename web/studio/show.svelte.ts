// A show from the host's side: the room, the camera, the way up, and the acts behind every key. Knows no layout.
import { getContext, setContext } from 'svelte';
import { t } from '../kit/i18n.svelte';
import { Devices } from '../kit/media/devices.svelte';
import { Publisher, type Uplink } from '../kit/media/publish';
import { notes } from '../kit/notes.svelte';
import { complain, LiveRoom } from '../kit/room.svelte';
import type { Session } from '../kit/session.svelte';
import type { IngestKey, PromptEnd, Question, SeatAsk, ShelfEntry } from '../wire';

export class Show {
  readonly live: LiveRoom;
  readonly devices = new Devices();
  readonly #publisher = new Publisher();
  /** `off`, on the way up, on air from this page, or trying to get back on air. */
  air: 'off' | 'starting' | 'on' | 'again' = $state('off');
  /** An end of the show that can still be undone. */
  ending = $state(false);
  /** Sales whose end can still be undone. */
  closing: readonly number[] = $state.raw([]);
  uplink: Uplink | undefined = $state();
  key: IngestKey | undefined = $state.raw();
  /** When the prompt that was put off last is asked again. */
  putOffUntil = $state(0);
  /** The question whose answer is being written. */
  writing: number | undefined = $state();

  constructor(
    readonly room: string,
    readonly session: Session,
  ) {
    this.live = new LiveRoom({ room, token: async () => undefined, insight: true, quiet: true });
  }

  get view() {
    return this.live.view;
  }

  /** Opens everything; gives what closes it. */
  start(): () => void {
    const leave = this.live.start();
    const timer = setInterval(async () => {
      this.uplink = this.air === 'on' ? await this.#publisher.uplink() : undefined;
    }, 1000);
    return () => {
      clearInterval(timer);
      this.#publisher.stop();
      this.devices.close();
      leave();
    };
  }

  async goLive(): Promise<void> {
    if (this.air !== 'off') return;
    const stream = this.devices.stream ?? (await this.devices.open());
    if (!stream) return;
    this.air = 'starting';
    await this.#publish(stream, 0);
  }

  async #publish(stream: MediaStream, attempt: number): Promise<void> {
    const url = `/whip/${encodeURIComponent(this.room)}`;
    try {
      await this.#publisher.start(url, { csrf: this.session.rest.csrf }, stream, () => this.#lost(stream, 0));
      this.air = 'on';
    } catch (error) {
      if (this.air === 'again' && attempt < 20) return this.#lost(stream, attempt + 1);
      this.air = 'off';
      complain(error);
    }
  }

  /** The way up broke: the show is not over, so it is tried again. */
  #lost(stream: MediaStream, attempt: number): void {
    if (this.air === 'off') return;
    this.air = 'again';
    setTimeout(() => this.air === 'again' && void this.#publish(stream, attempt), Math.min(8000, 500 * 2 ** attempt));
  }

  /** Ends the show in ten seconds unless it is undone. */
  endShow(): void {
    if (this.air === 'off' || this.ending) return;
    this.ending = true;
    const end = () => {
      this.ending = false;
      this.air = 'off';
      this.#publisher.stop();
    };
    notes.later(t('studio.endingShow'), end, { undone: () => (this.ending = false), key: 'Z' });
  }

  toggleAir(): void {
    if (this.air === 'off') void this.goLive();
    else this.endShow();
  }

  /** Takes the chosen camera and microphone, on air too. */
  async changeDevices(): Promise<void> {
    const stream = await this.devices.open();
    if (stream && this.air !== 'off') await this.#publisher.swap(stream);
  }

  async newKey(): Promise<void> {
    try {
      this.key = await this.session.rest.ingestKey(this.room);
    } catch (error) {
      complain(error);
    }
  }

  /** Shows the card of a shelf place, or takes it away when it is the one shown. */
  pin(entry: ShelfEntry | undefined): void {
    if (!entry) return;
    const shown = this.view?.pinned === entry.item.id;
    void this.live.ask(shown ? { kind: 'unpin-card' } : { kind: 'pin-card', item: entry.item.id });
  }

  /** Ends a sale in ten seconds unless it is undone. */
  closeSale(entry: ShelfEntry): void {
    const { id, title } = entry.item;
    if (this.closing.includes(id)) return;
    this.closing = [...this.closing, id];
    const settled = () => (this.closing = this.closing.filter((it) => it !== id));
    const close = () => {
      settled();
      void this.live.ask({ kind: 'close-sale', item: id });
    };
    notes.later(t('studio.closingSale', { title }), close, { undone: settled, key: 'Z' });
  }

  answeredOnAir(question: Question | undefined): void {
    if (question) void this.live.ask({ kind: 'answer-on-air', question: question.question });
  }

  /** Asks for something about the stage. */
  seat(act: SeatAsk): void {
    void this.live.ask({ kind: 'seat', ...act });
  }

  /** The first of the line who is not invited yet. */
  get nextInLine() {
    return this.view?.seat.desk?.line.find((it) => it.invited_until == null);
  }

  /** Answers the prompt: yes, no, or later while it can be put off. */
  async endPrompt(end: PromptEnd): Promise<void> {
    const prompt = this.view?.prompt;
    if (!prompt || (end === 'later' && prompt.later_ms == null)) return;
    const done = await this.live.ask({ kind: 'close-prompt', prompt: prompt.prompt, end });
    if (done && end === 'later') this.putOffUntil = this.live.serverTime(Date.now()) + prompt.later_ms!;
  }

  /** What the rule of the prompt was seen to do in this room. */
  get promptArms() {
    return this.live.insight?.arms.find((it) => it.rule === this.view?.prompt?.intent.rule);
  }

  /** What was asked, where the prompt is about a question. */
  get promptQuestion(): string | undefined {
    const proposal = this.view?.prompt?.intent.proposal;
    if (proposal?.kind !== 'answer-question') return undefined;
    return this.view?.questions.find((it) => it.question === proposal.question)?.first?.text || undefined;
  }
}

const KEY = Symbol('show');

export function setShow(show: Show): Show {
  return setContext(KEY, show);
}

export function getShow(): Show {
  return getContext(KEY);
}
