// What an activity did: whom it reached, who took part, what it cost, and whether fewer people left while it ran. Pure; it
// does not know how any of it is drawn.
import type { Activity, Insight, Money, Second } from '../wire';

/** How long before and after an activity leaving is compared with, s. */
const BESIDE_S = 120;
/** Fewer departures on both sides together say nothing. */
const LEFT_LEAST = 10;

/** Share of those here who leave in a minute, over so many people-minutes. */
export interface Leaving {
  readonly left: number;
  readonly minutes: number;
  readonly perMinute: number;
}

export interface Measured {
  /** Those who were here when it opened, and those who came while it ran. */
  readonly reach: number;
  /** Those who took part. */
  readonly players: number;
  /** Of those reached. */
  readonly participation: number | undefined;
  /** Of those who take part, or of what there is to take: who or what came to its end; where that can be said. */
  readonly completion: number | undefined;
  readonly cost: Money | undefined;
  readonly before: Leaving | undefined;
  readonly during: Leaving | undefined;
  readonly after: Leaving | undefined;
  /** Leaving during less leaving before, with its 95 % interval; undefined when too few left to tell. */
  readonly change: { readonly by: number; readonly low: number; readonly high: number } | undefined;
}

export function measure(insight: Insight, activity: Activity, now: number): Measured {
  const second = (at: number) => Math.floor((at - insight.began_at) / 1000);
  const from = second(activity.at);
  const to = second(activity.phase === 'open' ? Math.min(now, activity.until) : activity.until);
  const during = insight.seconds.filter((it) => it.s >= from && it.s <= to);
  const [before, inside, after] = [
    leaving(insight.seconds, from - BESIDE_S, from - 1),
    leaving(insight.seconds, from, to),
    leaving(insight.seconds, to + 1, to + BESIDE_S),
  ];
  const first = during[0];
  const reach = first ? first.here - first.arrived + first.left + during.reduce((sum, it) => sum + it.arrived, 0) : 0;
  return {
    reach: Math.max(reach, activity.players),
    players: activity.players,
    participation: reach > 0 ? Math.min(1, activity.players / reach) : undefined,
    completion: completion(activity),
    cost: cost(activity),
    before,
    during: inside,
    after,
    change: before && inside ? change(before, inside) : undefined,
  };
}

function leaving(seconds: readonly Second[], fromS: number, toS: number): Leaving | undefined {
  const inside = seconds.filter((it) => it.s >= fromS && it.s <= toS);
  const minutes = inside.reduce((sum, it) => sum + it.here, 0) / 60;
  const left = inside.reduce((sum, it) => sum + it.left, 0);
  return minutes > 0 ? { left, minutes, perMinute: left / minutes } : undefined;
}

/** Two rates of rare events: their difference is nearly normal, its variance the sum of n / t² (Rothman and Greenland,
    Modern Epidemiology, on person-time data). */
function change(before: Leaving, during: Leaving): Measured['change'] {
  if (before.left + during.left < LEFT_LEAST) return undefined;
  const by = during.perMinute - before.perMinute;
  const half = 1.96 * Math.sqrt(before.left / before.minutes ** 2 + during.left / during.minutes ** 2);
  return { by, low: by - half, high: by + half };
}

function completion({ game, players, prize, won }: Activity): number | undefined {
  const share = (part: number, whole: number) => (whole > 0 ? Math.min(1, part / whole) : undefined);
  if (game.kind === 'task') return share(game.done, players);
  if (game.kind === 'packet') return share(players, game.parts);
  if (game.kind === 'first') return share(won || players, prize?.count ?? 0);
  if (game.kind === 'quiz' && game.elimination) return share(game.still_in, players);
  return undefined;
}

/** What was given; nothing is known of it before the end. */
function cost({ game, phase, prize, won, rest_minor, winners }: Activity): Money | undefined {
  if (phase !== 'settled') return undefined;
  if (game.kind === 'packet') return { ...game.budget, minor: game.budget.minor - (rest_minor ?? 0) };
  if (game.kind === 'wheel') {
    const prizes = (winners ?? []).map((it) => (it.slice == null ? undefined : game.slices[it.slice]?.prize?.worth));
    const currency = prizes.find((it) => it)?.currency;
    return currency && winners?.length === won
      ? { currency, minor: prizes.reduce((sum, it) => sum + (it?.minor ?? 0), 0) }
      : undefined;
  }
  return prize ? { ...prize.worth, minor: prize.worth.minor * won } : undefined;
}
