// The answers, as far as the pages draw them. Knows no drawing.
export interface Group {
  value: string | null;
  rest: boolean;
  hidden: boolean;
}
export interface When {
  label: string;
  from_ms: number;
  unfinished: boolean;
}
export interface Retained {
  answer: 'retention';
  edges: number[];
  groups: { group: Group; cohorts: { cohort: string; people: number | null; unfinished: boolean; hidden: boolean; cells: { people: number | null; unfinished: boolean }[] }[] }[];
}
export interface Funnelled {
  answer: 'funnel';
  groups: { group: Group; steps: { people: number | null; time: { median_ms: number; p90_ms: number } | null }[] }[];
}
export interface Matched {
  answer: 'sequence';
  groups: { group: Group; people: number[] }[];
}
export interface Pathways {
  answer: 'paths';
  people: number | null;
  levels: { nodes: { name: string; people: number }[]; rest: number; ended: number }[];
}
export interface Sticky {
  answer: 'stickiness';
  periods: { when: When; people: number | null; days: number[]; daily: number | null; ratio: number | null }[];
}
export interface Lives {
  answer: 'life_cycle';
  periods: { when: When; new: number | null; returning: number | null; resurrected: number | null; dormant: number | null }[];
}
export interface Stayed {
  answer: 'survival';
  groups: { group: Group; people: number | null; stays: number | null; median_s: number | null; mean_s: number | null; curve: { age_s: number; share: number; low: number; high: number }[] }[];
}
export interface Trended {
  answer: 'trend';
  periods: When[];
  groups: { group: Group; figures: { events: number | null; people: number | null }[] }[];
}
export type Answer = Retained | Funnelled | Matched | Pathways | Sticky | Lives | Stayed | Trended;
/** A figure whose people are wanted, as the server names it. */
export type Cell = { of: string } & Record<string, unknown>;

/** The share back in each bracket over all cohorts for which the bracket is over; absent when there are none. */
export function overall(cohorts: Retained['groups'][number]['cohorts'], brackets: number): (number | undefined)[] {
  return Array.from({ length: brackets }, (_, i) => {
    let [back, of] = [0, 0];
    for (const row of cohorts) {
      const cell = row.cells[i];
      if (row.people == null || !cell || cell.people == null || cell.unfinished) continue;
      back += cell.people;
      of += row.people;
    }
    return of ? back / of : undefined;
  });
}

/** Which of two neighbouring steps loses most people, by number; absent when nobody is lost. */
export function worstStep(people: readonly (number | null)[]): number | undefined {
  let worst: number | undefined;
  let lost = 0;
  for (let i = 1; i < people.length; i++) {
    const before = people[i - 1];
    const here = people[i];
    if (before == null || here == null || before - here <= lost) continue;
    lost = before - here;
    worst = i;
  }
  return worst;
}

/** On how many days people were active on average, from how many were on exactly 1, 2, 3… days. */
export function meanDays(days: readonly number[]): number {
  const people = days.reduce((sum, it) => sum + it, 0);
  return people ? days.reduce((sum, it, i) => sum + it * (i + 1), 0) / people : 0;
}
