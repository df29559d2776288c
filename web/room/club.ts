// The fan club as one person sees it, and how each event changes it. Pure: knows no page and no clock.
import type { ClubRules, MyClub, RoomClub, RoomEvent, RoomView, Sprint } from '../wire';

/** The club's part of a view. */
export interface ClubView {
  /** The club and the sprint of likes; null when the room has neither. */
  readonly club: RoomClub | null;
  /** Levels of members who spoke lately, by person. */
  readonly badges: Readonly<Record<string, number>>;
  readonly myClub: MyClub | null;
}

/** Badges remembered; whoever spoke longest ago is forgotten first. */
const BADGES_MAX = 500;

export function clubOf(view: RoomView): ClubView {
  return { club: view.club ?? null, badges: view.club?.badges ?? {}, myClub: view.mine.club ?? null };
}

/** Takes an event in; undefined when it is not about the club. */
export function foldClub<V extends ClubView>(view: V, event: RoomEvent): V | undefined {
  if (event.k === 'you-club') {
    const { k: _, ...mine } = event;
    // The code of one's own link is told once, with the view.
    return { ...view, myClub: { ...mine, code: mine.code ?? view.myClub?.code } };
  }
  if (event.k !== 'club') return undefined;
  const staff = event.staff ?? event.club?.staff ?? view.club?.staff;
  const club = event.club ?? view.club ?? (event.staff ? { members: 0 } : null);
  return { ...view, club: club && { ...club, staff }, badges: withBadges(view.badges, event.badges ?? {}) };
}

function withBadges(known: Readonly<Record<string, number>>, told: Record<string, number>): Record<string, number> {
  const kept = Object.entries(known).filter(([person]) => !(person in told));
  const all = [...kept, ...Object.entries(told).filter(([, level]) => level > 0)];
  return Object.fromEntries(all.slice(-BADGES_MAX));
}

/** How often a task was done on a day. */
export function doneOn(mine: MyClub, task: string, day: number): number {
  return mine.done_on === day ? (mine.done[task] ?? 0) : 0;
}

/** Days checked in without a gap, as far as they still count on a day. */
export function streakOn(mine: MyClub, day: number): number {
  return mine.checked_in != null && mine.checked_in >= day - 1 ? mine.streak : 0;
}

/** The row of check-ins: how many places are filled, and which one is today's. */
export function rowOn(mine: MyClub, day: number, length: number): { filled: number; today: number; done: boolean } {
  const streak = streakOn(mine, day);
  const done = mine.checked_in != null && mine.checked_in >= day;
  const filled = done ? ((streak - 1) % length) + 1 : streak % length;
  return { filled, today: done ? filled - 1 : filled, done };
}

/** How far somebody is from one level to the next: 0 to 1, and the points still wanted; none at the top. */
export function towardsNext(rules: ClubRules, mine: MyClub): { share: number; wanted: number | undefined } {
  const next = rules.levels.find((from) => from > mine.points);
  if (next === undefined) return { share: 1, wanted: undefined };
  const from = rules.levels.findLast((it) => it <= mine.points) ?? 0;
  return { share: (mine.points - from) / (next - from), wanted: next - mine.points };
}

/** Likes a sprint has brought so far. */
export function sprintLikes(sprint: Sprint, likes: number): number {
  return sprint.state === 'running' ? Math.max(0, likes - sprint.from) : sprint.likes;
}
