// The curves of a show that is looked back at, and what can be said about a range of them. Pure; it does not know how
// moments are found on the server nor how anything is drawn.
import type { Review, TimeLine } from '../wire';

/** The row of a second. */
export function rowAt(line: TimeLine, second: number): number {
  return Math.max(0, Math.min(line.here.length - 1, Math.floor(second / line.step_s)));
}

/** Fewer people than this, on average over half a minute, make a share that only jumps about. */
const PEOPLE_MIN = 12;

/** A count for each row as a rate a minute, over the last `windowS` seconds. */
export function perMinute(counts: readonly number[], stepS: number, windowS = 30): number[] {
  return windowed(counts, stepS, windowS).map(({ sum, rows }) => (sum / (rows * stepS)) * 60);
}

/** The share of those there that a count for each row is a minute; null where there are too few people to tell. */
export function sharePerMinute(counts: readonly number[], personS: readonly number[], stepS: number, windowS = 30): (number | null)[] {
  const people = windowed(personS, stepS, windowS);
  return windowed(counts, stepS, windowS).map(({ sum, rows }, i) => {
    const personSeconds = people[i]!.sum;
    return personSeconds < PEOPLE_MIN * rows * stepS ? null : (sum / personSeconds) * 60;
  });
}

function windowed(counts: readonly number[], stepS: number, windowS: number): { sum: number; rows: number }[] {
  const rows = Math.max(1, Math.round(windowS / stepS));
  let sum = 0;
  return counts.map((n, i) => {
    sum += n;
    if (i >= rows) sum -= counts[i - rows]!;
    return { sum: Math.max(0, sum), rows: Math.min(i + 1, rows) };
  });
}

/** What happened in a range of rows. */
export interface RowSum {
  fromS: number;
  toS: number;
  hereMean: number;
  herePeak: number;
  left: number;
  expected: number;
  comments: number;
  asked: number;
  answered: number;
  clicks: number;
  orders: number;
  paid: number;
  gmvMinor: number;
  /** Share of watched time that was stalled, people weighing alike. */
  stalled: number;
}

/** Adds up the rows between two seconds, both included; undefined when there are none. */
export function sumRows(line: TimeLine, fromS: number, toS: number): RowSum | undefined {
  if (!line.here.length || toS < fromS) return undefined;
  const [from, to] = [rowAt(line, fromS), rowAt(line, toS) + 1];
  const add = (column: readonly number[]) => column.slice(from, to).reduce((sum, n) => sum + n, 0);
  const here = line.here.slice(from, to);
  const watched = add(line.at_risk_s);
  const stalled = line.stalled.slice(from, to).reduce((sum, share, i) => sum + share * line.at_risk_s[from + i]!, 0);
  return {
    fromS: from * line.step_s,
    toS: to * line.step_s - 1,
    hereMean: here.reduce((sum, n) => sum + n, 0) / here.length,
    herePeak: Math.max(...here),
    left: add(line.left),
    expected: add(line.expected),
    comments: add(line.comments),
    asked: add(line.asked),
    answered: add(line.answered),
    clicks: add(line.clicks),
    orders: add(line.orders),
    paid: add(line.paid),
    gmvMinor: add(line.gmv_minor),
    stalled: watched > 0 ? stalled / watched : 0,
  };
}

/** The curves as lines of comma-separated values, with a head. */
export function reviewAsCsv(review: Review): string {
  const { step_s, ...columns } = review.timeline;
  const names = Object.keys(columns) as (keyof typeof columns)[];
  const rows = columns.here.map((_, i) => {
    const time = new Date(review.show.began_at + i * step_s * 1000).toISOString();
    return [time, i * step_s, ...names.map((name) => columns[name][i])].join(',');
  });
  return [['time', 's', ...names].join(','), ...rows].join('\n') + '\n';
}
