// How the teleprompter is set on this device: the size of its letters, and whether it is read in a mirror. Knows no layout.

const STORED = 'linger.tele';
const SIZES = [60, 75, 90, 100, 115, 130, 150, 175, 200] as const;

/** The next size up or down from one; the same where there is none. */
export function nextSize(size: number, step: 1 | -1): number {
  const at = SIZES.findIndex((it) => it >= size);
  const place = at < 0 ? SIZES.length - 1 : at;
  return SIZES[Math.min(SIZES.length - 1, Math.max(0, place + step))]!;
}

/** What was kept, or how it is set at first. */
export function settingsFrom(text: string | null): { size: number; mirror: boolean } {
  try {
    const kept = JSON.parse(text ?? '{}') as { size?: unknown; mirror?: unknown };
    const size = SIZES.find((it) => it === kept.size) ?? 100;
    return { size, mirror: kept.mirror === true };
  } catch {
    return { size: 100, mirror: false };
  }
}

function kept(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

export class Tele {
  /** Of the usual size, in percent. */
  size = $state(100);
  mirror = $state(false);
  keys = $state(false);

  constructor() {
    ({ size: this.size, mirror: this.mirror } = settingsFrom(kept()));
  }

  resize(step: 1 | -1): void {
    this.size = nextSize(this.size, step);
    this.#keep();
  }

  turn(): void {
    this.mirror = !this.mirror;
    this.#keep();
  }

  #keep(): void {
    try {
      localStorage.setItem(STORED, JSON.stringify({ size: this.size, mirror: this.mirror }));
    } catch {
      // A page without storage forgets; nothing else depends on it.
    }
  }
}
