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

/** Whether an activity has a chip at this moment. */
export function isShown(activity: Activity, now: number): boolean {
  return activity.phase !== 'settled' || now - Math.max(activity.step_at, activity.until) < RESULT_MS;
}
