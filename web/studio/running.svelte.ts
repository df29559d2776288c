// The acts of the run of show, as keys and buttons call them. Knows no layout.
import { t } from '../kit/i18n.svelte';
import { notes } from '../kit/notes.svelte';
import type { RundownAsk } from '../wire';
import type { Show } from './show.svelte';

/** How long the host improvises unless they say otherwise, ms. */
const IMPROVISE_MS = 3 * 60_000;
const MINUTE_MS = 60_000;

export class Running {
  /** The improvised step is being named. */
  naming = $state(false);
  /** An end of the run of show that can still be undone. */
  stopping = $state(false);

  constructor(readonly show: Show) {}

  get backstage() {
    return this.show.view?.backstage ?? undefined;
  }

  get run() {
    return this.backstage?.run ?? undefined;
  }

  #ask(ask: RundownAsk): Promise<unknown> {
    return this.show.live.ask({ kind: 'rundown', ...ask });
  }

  start(step = 0): void {
    if (this.backstage?.rundown.steps.length && !this.run) void this.#ask({ do: 'start', step });
  }

  /** On to the next step; what is meant is the turn on the screen, so that two hands skip one step only. */
  next(): void {
    if (this.run) void this.#ask({ do: 'next', turn: this.run.turn });
  }

  hold(): void {
    if (this.run) void this.#ask({ do: this.run.until == null ? 'resume' : 'hold' });
  }

  repeat(): void {
    if (this.run) void this.#ask({ do: 'repeat', turn: this.run.turn });
  }

  extend(): void {
    if (this.run) void this.#ask({ do: 'extend', ms: MINUTE_MS });
  }

  improvise(title = ''): void {
    this.naming = false;
    if (!this.run) return;
    void this.#ask({ do: 'improvise', title: title.trim() || t('studio.runImprovised'), lasts_ms: IMPROVISE_MS });
  }

  jump(step: number): void {
    if (this.run) void this.#ask({ do: 'jump', step });
    else this.start(step);
  }

  /** Ends it in ten seconds unless it is undone. */
  stop(): void {
    if (!this.run || this.stopping) return;
    this.stopping = true;
    const settled = () => (this.stopping = false);
    const stop = () => {
      settled();
      void this.#ask({ do: 'stop' });
    };
    notes.later(t('studio.runStopping'), stop, { undone: settled, key: 'Z' });
  }
}
