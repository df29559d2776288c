// How long to wait before the next attempt. Knows nothing of what is attempted.

/** Waits that double up to a limit, each spread at random so that a full room does not come back in one instant. */
export class Backoff {
  #attempts = 0;

  constructor(
    private readonly random: () => number,
    private readonly firstMs = 400,
    private readonly maxMs = 15_000,
  ) {}

  /** The next wait in ms: between half and all of the doubled wait, and never less than what the server asked for. */
  next(atLeastMs = 0): number {
    const full = Math.min(this.maxMs, this.firstMs * 2 ** this.#attempts);
    this.#attempts = Math.min(this.#attempts + 1, 16);
    const spread = full / 2 + (this.random() * full) / 2;
    return Math.round(atLeastMs > 0 ? atLeastMs + this.random() * Math.min(full, atLeastMs) : spread);
  }

  /** Attempts since the last success. */
  get attempts(): number {
    return this.#attempts;
  }

  /** It worked. */
  reset(): void {
    this.#attempts = 0;
  }
}
