// Which area of the control room the address names, and the parts after it: `#shows/3` is the third show. Knows no
// area's inside.
export const AREAS = ['live', 'rooms', 'run', 'shows', 'explore', 'rules', 'experiments', 'board', 'people', 'shelf', 'care', 'campaigns', 'findings', 'webhooks'] as const;
export type Area = (typeof AREAS)[number];

/** What the areas are about; the first group is the show itself, and the last is for everybody. */
export const GROUPS = [
  ['live', ['live', 'rooms']],
  ['data', ['shows', 'explore', 'people']],
  ['strategy', ['rules', 'experiments', 'campaigns']],
  ['execution', ['run', 'shelf', 'care', 'findings', 'webhooks']],
  ['shared', ['board']],
] as const satisfies readonly (readonly [string, readonly Area[]])[];

function read(): { area: Area; parts: string[] } {
  const [name, ...parts] = location.hash.slice(1).split('/');
  return { area: AREAS.find((it) => it === name) ?? 'live', parts };
}

/** Where one is; follows the address. */
export class Place {
  #now: { area: Area; parts: string[] } = $state.raw(read());

  get area(): Area {
    return this.#now.area;
  }

  get parts(): string[] {
    return this.#now.parts;
  }

  /** Goes to a part of an area; the way back leads past it when `quietly`. */
  go(area: Area, parts: readonly (string | number)[] = [], quietly = false): void {
    const hash = `#${[area, ...parts].join('/')}`;
    if (quietly) history.replaceState(null, '', hash);
    else history.pushState(null, '', hash);
    this.#now = read();
  }

  /** Begins to follow; gives what ends it. */
  follow(): () => void {
    const moved = () => (this.#now = read());
    addEventListener('hashchange', moved);
    addEventListener('popstate', moved);
    return () => {
      removeEventListener('hashchange', moved);
      removeEventListener('popstate', moved);
    };
  }
}
