// A room's shows as they are looked back at: the list, the one that is open and the one beside it. Knows no layout.
import { codeOf } from '../../kit/room.svelte';
import type { Rest } from '../../room';
import type { Review, ShowCard } from '../../wire';

export class Reviewing {
  shows: ShowCard[] = $state.raw([]);
  review: Review | undefined = $state.raw();
  beside: Review | undefined = $state.raw();
  state: 'loading' | 'empty' | 'ready' | 'failed' = $state('loading');
  code: string | undefined = $state();

  // What came for a show that is no longer wanted is let go.
  #wanted = 0;

  constructor(
    readonly room: string,
    readonly rest: Rest,
  ) {}

  /** Reads the list and opens a show: the one asked for, else the latest that is over, else the one that runs. */
  async load(wanted?: number): Promise<void> {
    const turn = ++this.#wanted;
    this.state = 'loading';
    try {
      const shows = await this.rest.shows(this.room);
      if (turn !== this.#wanted) return;
      this.shows = shows;
      const asked = wanted ?? (shows.find((it) => it.over) ?? shows[0])?.number;
      if (asked === undefined) {
        this.state = 'empty';
        return;
      }
      const review = await this.rest.review(this.room, asked);
      if (turn !== this.#wanted) return;
      this.review = review;
      this.state = 'ready';
    } catch (error) {
      if (turn !== this.#wanted) return;
      this.code = codeOf(error);
      this.state = 'failed';
    }
  }

  /** Puts a show beside the open one, or takes it away. */
  async compare(show: number | undefined): Promise<void> {
    if (show === undefined) {
      this.beside = undefined;
      return;
    }
    this.beside = await this.rest.review(this.room, show);
  }
}
