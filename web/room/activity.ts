// Activities in the view: the last word about each stands, whatever came before. Knows no game.
import type { Activity, MyActivity, RoomEvent } from '../wire';

export interface Activities {
  /** The activities that run, and the last that did, in order of opening. */
  readonly activities: readonly Activity[];
  /** Where this person stands, by the activity's number. */
  readonly myActivities: Readonly<Record<number, MyActivity>>;
}

/** The server shows as many settled ones; a page that stays open forgets older ones too. */
const ACTIVITIES_MAX = 20;

export function activitiesOf(shown: readonly Activity[], mine: readonly MyActivity[]): Activities {
  return { activities: shown, myActivities: Object.fromEntries(mine.map((it) => [it.activity, it])) };
}

export function foldActivity<V extends Activities>(view: V, event: RoomEvent): V | undefined {
  switch (event.k) {
    case 'activity': {
      const { k: _, ...activity } = event;
      const at = view.activities.findIndex((it) => it.activity === activity.activity);
      const activities = at < 0 ? [...view.activities, activity].slice(-ACTIVITIES_MAX) : view.activities.with(at, activity);
      return { ...view, activities };
    }
    case 'you-activity': {
      const { k: _, ...mine } = event;
      return { ...view, myActivities: { ...view.myActivities, [mine.activity]: mine } };
    }
    default:
      return undefined;
  }
}
