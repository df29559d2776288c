// How long things took lately: a minute of samples, of which the middle and the slow end are told. Pure; times are handed in.

/** The last minute, told by its median and the time that 95 % stay under, ms. */
export interface Spread {
  readonly p50: number;
  readonly p95: number;
  readonly n: number;
  /** The samples, oldest first, to be drawn. */
  readonly line: readonly number[];
}

const WINDOW_MS = 60_000;
const SAMPLES_MAX = 240;

export class Latency {
  #samples: { at: number; ms: number }[] = [];

  /** Takes in how long something took that ended at `at`. */
  note(at: number, ms: number): void {
    if (!Number.isFinite(ms)) return;
    this.#samples.push({ at, ms: Math.max(0, ms) });
    if (this.#samples.length > SAMPLES_MAX) this.#samples.shift();
  }

  /** The last minute as of `now`; undefined when nothing was noted in it. */
  spread(now: number): Spread | undefined {
    this.#samples = this.#samples.filter((it) => it.at > now - WINDOW_MS);
    if (!this.#samples.length) return undefined;
    const line = this.#samples.map((it) => it.ms);
    const sorted = line.toSorted((a, b) => a - b);
    // The smallest that at least so many stay under.
    const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
    return { p50: rank(0.5), p95: rank(0.95), n: sorted.length, line };
  }
}

/** From here on a line is called slow: the round trip that 95 % stay under, and the way from server to screen, ms. */
export const SLOW_TRIP_MS = 400;
export const SLOW_SCREEN_MS = 1_500;

export function isSlow(trip: Spread | undefined, screen: Spread | undefined): boolean {
  return (trip?.p95 ?? 0) > SLOW_TRIP_MS || (screen?.p95 ?? 0) > SLOW_SCREEN_MS;
}
