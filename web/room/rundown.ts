// The run of show on a page: what is on, what comes next, how long until the next climax. Pure; times are the server's.
// Knows no socket, clock or page.
import type { Backstage, Climax, RoomEvent, RundownStep } from '../wire';

/** What the view keeps of it. */
export interface RundownView {
  /** The moment that people stay for, while it is announced or on. */
  readonly climax: Climax | null;
  /** Staff: the plan and where the room stands in it. */
  readonly backstage: Backstage | null;
}

/** Takes one event in; undefined when it is about something else. */
export function foldRundown<V extends RundownView>(view: V, event: RoomEvent): V | undefined {
  if (event.k === 'climax') return { ...view, climax: event.climax ?? null };
  if (event.k !== 'rundown') return undefined;
  const { k: _, ...backstage } = event;
  return { ...view, backstage };
}

/** How many times faster than written it goes. */
export function paceOf(backstage: Backstage): number {
  return backstage.rundown.pace ?? 1;
}

/** A length of the plan as it passes, at the plan's pace. */
export function paced(backstage: Backstage, ms: number): number {
  return Math.max(1, Math.floor(ms / paceOf(backstage)));
}

/** What is left of what is on, ms; below zero for the moment until the room says what comes. */
export function leftMs(backstage: Backstage, serverNow: number): number {
  const run = backstage.run;
  if (!run) return 0;
  return run.until == null ? run.left_ms : run.until - serverNow;
}

/** The step that is on; while something is put in between, the step whose rest follows. */
export function stepOn(backstage: Backstage): RundownStep | undefined {
  return backstage.run ? backstage.rundown.steps[backstage.run.step] : undefined;
}

/** What comes when this is over: after something put in between, the rest of the step that it interrupted. */
export function stepNext(backstage: Backstage): RundownStep | undefined {
  const run = backstage.run;
  if (!run) return undefined;
  return backstage.rundown.steps[run.free == null ? run.step + 1 : run.step];
}

/** When the next climax starts, in ms from now: zero while one is on, undefined when none comes any more. */
export function toClimaxMs(backstage: Backstage, serverNow: number): number | undefined {
  const run = backstage.run;
  if (!run) return undefined;
  const { steps } = backstage.rundown;
  const between = run.free != null;
  if (!between && steps[run.step]?.climax) return 0;
  let ms = Math.max(0, leftMs(backstage, serverNow));
  if (between) {
    if (steps[run.step]?.climax) return ms;
    ms += run.rest_ms;
  }
  for (const step of steps.slice(run.step + 1)) {
    if (step.climax) return ms;
    ms += paced(backstage, step.lasts_ms);
  }
  return undefined;
}

/** When the whole show is over, in ms from now. */
export function toEndMs(backstage: Backstage, serverNow: number): number {
  const run = backstage.run;
  const steps = backstage.rundown.steps.slice(run ? run.step + 1 : 0);
  const coming = steps.reduce((sum, step) => sum + paced(backstage, step.lasts_ms), 0);
  return coming + (run ? Math.max(0, leftMs(backstage, serverNow)) + run.rest_ms : 0);
}

/** A step moved from one place to another. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const next = list.toSpliced(from, 1);
  const item = list[from];
  return item === undefined || to < 0 || to >= list.length ? [...list] : next.toSpliced(to, 0, item);
}
