// A run of show being written: the draft, what was changed of it, and what the server says of it. Knows no layout.
import { language, t } from '../../kit/i18n.svelte';
import { notes } from '../../kit/notes.svelte';
import { codeOf, complain, LiveRoom } from '../../kit/room.svelte';
import type { Rest } from '../../room';
import { moved } from '../../room/rundown';
import type { Rundown, RundownProblem, RundownRead, RundownStep, RundownTemplate, ShelfEntry } from '../../wire';

/** A step with a number of its own, so that a list keeps hold of it while it moves. */
export type Line = RundownStep & { key: number };

const STEP_MS = 5 * 60_000;

export class Draft {
  readonly live: LiveRoom;
  rundown: Required<Omit<Rundown, 'steps'>> = $state({ title: '', ahead_ms: 90_000, quiet_ms: 18 * 60_000, pace: 1 });
  lines: Line[] = $state([]);
  version = $state(0);
  templates: RundownTemplate[] = $state.raw([]);
  problems: readonly RundownProblem[] = $state.raw([]);
  /** Whether the problems are those of a file, whose lines are not the lines on the screen. */
  ofFile = $state(false);
  state: 'loading' | 'ready' | 'failed' = $state('loading');
  code: string | undefined = $state();
  saving = $state(false);
  #keys = 0;
  #kept = $state('');

  constructor(
    readonly room: string,
    readonly rest: Rest,
  ) {
    this.live = new LiveRoom({ room, token: async () => undefined, quiet: true });
  }

  get shelf(): readonly ShelfEntry[] {
    return this.live.view?.shelf ?? [];
  }

  /** How many steps have begun: they stay as they are. */
  get begun(): number {
    const run = this.live.view?.backstage?.run;
    return run ? run.step + 1 : 0;
  }

  /** Somebody else has set another document since. */
  get isOld(): boolean {
    return (this.live.view?.backstage?.version ?? 0) > this.version;
  }

  get document(): Rundown {
    const steps = this.lines.map(({ key: _, ...step }) => step);
    return { ...$state.snapshot(this.rundown), steps: $state.snapshot(steps) as RundownStep[] };
  }

  get isChanged(): boolean {
    return this.state === 'ready' && JSON.stringify(this.document) !== this.#kept;
  }

  async load(): Promise<void> {
    this.state = 'loading';
    try {
      this.#take(await this.rest.rundown(this.room));
      this.templates = await this.rest.rundownTemplates(language());
      this.state = 'ready';
    } catch (error) {
      this.code = codeOf(error);
      this.state = 'failed';
    }
  }

  #take(read: RundownRead): void {
    this.version = read.version;
    this.#write(read.rundown);
    this.problems = [];
    this.#kept = JSON.stringify(this.document);
  }

  #write({ steps, ...rest }: Rundown): void {
    this.rundown = { ...this.rundown, ...rest };
    this.lines = steps.map((step) => this.#line(step));
  }

  #line(step: RundownStep): Line {
    return { ...step, points: step.points ?? [], climax: step.climax ?? false, key: ++this.#keys };
  }

  /** Puts an empty step behind this place. */
  add(after: number): void {
    const step = { title: '', points: [], lasts_ms: STEP_MS, climax: false };
    this.lines = this.lines.toSpliced(after + 1, 0, this.#line(step));
  }

  remove(at: number): void {
    const gone = this.lines[at];
    if (!gone) return;
    this.lines = this.lines.toSpliced(at, 1);
    notes.later(t('control.runRemoved', { title: gone.title || String(at + 1) }), () => {}, {
      undone: () => (this.lines = this.lines.toSpliced(at, 0, gone)),
    });
  }

  /** Moves a step among those that have not begun; gives where it stands then. */
  move(from: number, to: number): number {
    const bound = Math.min(Math.max(to, this.begun), this.lines.length - 1);
    if (from < this.begun || bound === from) return from;
    this.lines = moved(this.lines, from, bound);
    return bound;
  }

  /** Writes a template down, with the shelf's products in their order. */
  use(template: RundownTemplate): void {
    const steps: RundownStep[] = structuredClone(template.rundown.steps);
    template.products.forEach((places, n) => {
      const entry = this.shelf[n];
      if (!entry) return;
      for (const place of places) {
        const step = steps[place];
        if (step) Object.assign(step, { item: entry.item.id, title: this.#named(step.title, entry.item.title) });
      }
    });
    this.#write({ ...template.rundown, pace: this.rundown.pace, steps });
  }

  /** A step that is called after no product in particular is called after this one. */
  #named(title: string, product: string): string {
    return title.replace(/(product|look) \d+$|(商品|穿搭)[一二三四五六七八九十]+$/i, product).slice(0, 120);
  }

  async save(): Promise<void> {
    this.ofFile = false;
    await this.#put(() => this.rest.putRundown(this.room, this.version, this.document));
  }

  /** Takes a file in place of the document: a table, or JSON as it was exported. */
  async bringIn(file: File): Promise<void> {
    if (file.size > 256 * 1024) return notes.say(t('control.runTooLarge'), 'bad');
    this.ofFile = true;
    const text = await file.text();
    if (!/\.json$/i.test(file.name)) return this.#put(() => this.rest.importRundown(this.room, this.version, text));
    try {
      const read = JSON.parse(text) as Rundown | { rundown: Rundown };
      const rundown = 'rundown' in read ? read.rundown : read;
      await this.#put(() => this.rest.putRundown(this.room, this.version, rundown));
    } catch {
      notes.say(t('control.runNoJson'), 'bad');
    }
  }

  async #put(put: () => Promise<RundownRead | RundownProblem[]>): Promise<void> {
    this.saving = true;
    try {
      const answer = await put();
      if (Array.isArray(answer)) this.problems = answer;
      else {
        this.#take(answer);
        notes.say(t('control.runSaved'));
      }
    } catch (error) {
      complain(error);
    } finally {
      this.saving = false;
    }
  }
}

/** The longest time without a climax, and the whole length, ms. */
export function rhythm(lines: readonly RundownStep[]): { lastsMs: number; quietMs: number; climaxes: number } {
  let [lastsMs, quietMs, sinceMs, climaxes] = [0, 0, 0, 0];
  for (const step of lines) {
    if (step.climax) {
      quietMs = Math.max(quietMs, lastsMs - sinceMs);
      climaxes++;
      sinceMs = lastsMs + step.lasts_ms;
    }
    lastsMs += step.lasts_ms;
  }
  return { lastsMs, quietMs: Math.max(quietMs, lastsMs - sinceMs), climaxes };
}
