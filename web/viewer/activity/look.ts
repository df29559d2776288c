// How each game looks in small, and which activities are worth showing. Knows no page.
import type { IconName } from '../../kit/icons';
import type { Activity } from '../../wire';

export const ICON: Record<Activity['game']['kind'], IconName> = {
  vote: 'chart',
  quiz: 'question',
  guess: 'search',
  task: 'check',
  first: 'flag',
  packet: 'gift',
  pk: 'people',
  wheel: 'reload',
  reflex: 'light',
};

/** How long a result stays among the chips, ms. */
const RESULT_MS = 60_000;

/** The activities that have a chip at this moment: all that run, and of those that ended lately the last one. */
export function chips(activities: readonly Activity[], now: number): readonly Activity[] {
  const last = activities.findLast((it) => it.phase === 'settled');
  const fresh = (it: Activity) => now - Math.max(it.step_at, it.until) < RESULT_MS;
  return activities.filter((it) => it.phase !== 'settled' || (it === last && fresh(it)));
}
