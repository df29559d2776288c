// How a chart's series look, from the tokens of the page. Knows no figures.
import type uPlot from 'uplot';

/** One row of values over x, drawn as it says. */
export interface ChartSeries {
  label: string;
  values: readonly (number | null)[];
  /** A token, such as `--accent`. */
  colour: string;
  kind: 'area' | 'line' | 'step' | 'edge';
  /** Fills the room down to the next series. */
  fillTo?: boolean;
}

/** A moment, as an upright line. */
export interface ChartMark {
  x: number;
  colour: string;
  dashed?: boolean;
}

/** A stretch, as an undertone. */
export interface ChartShade {
  from: number;
  to: number;
}

/** What a token stands for on this page now. */
export function colour(box: Element, token: string): string {
  return getComputedStyle(box).getPropertyValue(token).trim() || '#888888';
}

/** uPlot's words for a series. */
export function strokeOf(box: Element, series: ChartSeries): uPlot.Series {
  const stroke = colour(box, series.colour);
  const base: uPlot.Series = { label: series.label, stroke, width: 1.75, points: { show: false } };
  switch (series.kind) {
    case 'area':
      return { ...base, fill: (u) => fade(u, stroke) };
    case 'edge':
      return { ...base, stroke: `${stroke}55`, width: 1 };
    default:
      return base;
  }
}

function fade(u: uPlot, stroke: string): CanvasGradient | string {
  const { top, height } = u.bbox;
  if (!Number.isFinite(height) || !height) return `${stroke}22`;
  const gradient = u.ctx.createLinearGradient(0, top, 0, top + height);
  gradient.addColorStop(0, `${stroke}55`);
  gradient.addColorStop(1, `${stroke}08`);
  return gradient;
}
