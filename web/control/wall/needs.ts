// Which of several rooms needs somebody, and why: worst first. Pure; knows no page.
import { slipping, sumRange } from '../../room';
import type { Insight } from '../../wire';
import type { View } from '../../room';

/** What speaks for looking at a room. */
export type Need = 'lost' | 'rising' | 'waits' | 'questions';

/** Open questions from which on somebody should help. */
const QUESTIONS_MANY = 5;
/** How much of the curve a tile shows, s. */
const LINE_S = 600;

/** Why a room needs somebody, the strongest reason first; none when it is calm. */
export function needsOf(link: string, view: View | undefined, insight: Insight | undefined): Need[] {
  const needs: Need[] = [];
  if (link === 'waiting' || link === 'closed') needs.push('lost');
  if (insight && slipping(insight).kind === 'rising') needs.push('rising');
  if (view && waitingIn(view) > 0) needs.push('waits');
  if (view && view.questions.length >= QUESTIONS_MANY) needs.push('questions');
  return needs;
}

/** What waits for a decision of a moderator or an adviser. */
export function waitingIn(view: View): number {
  return view.around.held.length + view.around.waiting.length + (view.seat.desk?.calls_waiting ?? 0);
}

/** The share that left in the last minute; undefined while too little was seen. */
export function leavingIn(insight: Insight | undefined): number | undefined {
  const lastS = insight?.seconds.at(-1)?.s;
  if (!insight || lastS === undefined || lastS < 30) return undefined;
  return sumRange(insight.seconds, lastS - 59, lastS)?.leaving;
}

/** The people here in the last ten minutes, as at most so many points, for a line of this width and height. */
export function lineOf(insight: Insight | undefined, width: number, height: number, points = 60): string {
  const lastS = insight?.seconds.at(-1)?.s ?? 0;
  const shown = (insight?.seconds ?? []).filter((it) => it.s > lastS - LINE_S);
  if (shown.length < 2) return '';
  const every = Math.max(1, Math.ceil(shown.length / points));
  const kept = shown.filter((_, place) => place % every === 0 || place === shown.length - 1);
  const most = Math.max(4, ...kept.map((it) => it.here));
  const [from, to] = [kept[0]!.s, kept.at(-1)!.s];
  const at = (s: number) => ((s - from) / Math.max(1, to - from)) * width;
  return kept.map((it) => `${at(it.s).toFixed(1)},${(height - (it.here / most) * (height - 2) - 1).toFixed(1)}`).join(' ');
}

/** The order in which rooms are shown: those on air first, then by people, then by name. */
export function inOrder<T extends { live: boolean; here: number; room: string }>(rooms: readonly T[]): T[] {
  return rooms.toSorted((a, b) => Number(b.live) - Number(a.live) || b.here - a.here || (a.room < b.room ? -1 : 1));
}
