// How an answer is coloured, and how far an axis goes. Knows no words.
export interface Ends {
  low: number;
  high: number;
}

/** How bad the answer is, for its colour. */
export function moodOf(code: string): 'good' | 'bad' | 'plain' {
  if (code === 'better') return 'good';
  return ['worse', 'better-but', 'broken-assignment', 'crossed'].includes(code) ? 'bad' : 'plain';
}

/** From where to where an axis goes so that all of this fits with some room; zero among it when wanted. */
export function axisOf(values: readonly number[], withZero: boolean): Ends {
  const all = withZero ? [...values, 0] : [...values];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const room = (high - low || Math.abs(high) || 1) * 0.08;
  return { low: low - room, high: high + room };
}
