// A report as the server gives it, and how its figures are said. Knows no layout.
import { count, decimal, percent, t, told, wordFor } from '../../kit/i18n.svelte';
import type { Ends } from './axis';
import { MONEY, SHARES } from './design';

export interface Saying {
  code: string;
  arm?: string;
  metric?: string;
  have?: number;
  need?: number;
  would_have_seen?: number;
  chance?: number;
}
export interface Between {
  arm: string;
  relative: boolean;
  effect: { estimate: number; once: Ends; always: Ends; p_once: number; p_always: number; p_together: number } | null;
  adjusted: boolean;
  verdict: Saying;
}
export interface MetricReport {
  key: string;
  primary: boolean;
  kind: 'mean' | 'ratio' | 'quantile' | 'hazard';
  arms: (({ value: number } & Ends) | null)[];
  against: Between[];
  course: string | null;
}
export interface Report {
  key: string;
  version: number;
  status: string;
  from_ms: number | null;
  to_ms: number;
  verdict: Saying;
  notes: string[];
  counted: string;
  arms: { key: string; share: number; units: number; people: number }[];
  held_out: number;
  crossed: number;
  sample_ratio: number | null;
  metrics: MetricReport[];
  holdings: { of: string; held: number; measured: number; uplift: Between }[];
}

/** A figure of a metric, in the unit that people say it in. */
export function figure(metric: MetricReport, value: number): string {
  if (metric.kind === 'hazard') return t('experiments.perHour', { n: decimal(value, 1) });
  if (SHARES.includes(metric.key)) return percent(value, 1);
  if (MONEY.includes(metric.key)) return decimal(value / 100, 2);
  return decimal(value, Math.abs(value) < 10 ? 2 : 1);
}

const signed = (n: number, text: string) => (n > 0 ? `+${text}` : text.replace('-', '−'));

/** How far one arm lies above another. */
export function effectOf(between: Between, value: number): string {
  return signed(value, between.relative ? percent(value, Math.abs(value) < 0.1 ? 1 : 0) : decimal(value, 2));
}

export function effectSays(between: Between | undefined): string {
  if (!between?.effect) return t('experiments.noFigure');
  const { estimate, always } = between.effect;
  const say = (value: number) => effectOf(between, value);
  return t('experiments.effectSays', { effect: say(estimate), low: say(always.low), high: say(always.high) });
}

export const chance = (p: number): string => (p < 0.001 ? '< 0.001' : decimal(p, 3));
export const metricName = (key: string): string => wordFor('expMetric', key);

/** The answer as one sentence. */
export function sentenceOf(report: Report): string {
  const { verdict } = report;
  const metric = report.metrics.find((it) => it.key === verdict.metric) ?? report.metrics.find((it) => it.primary);
  const between = metric?.against.find((it) => it.arm === verdict.arm) ?? metric?.against[0];
  return told('expVerdict', verdict.code, {
    arm: verdict.arm ?? '',
    first: report.arms[0]?.key ?? '',
    metric: metric ? metricName(metric.key) : '',
    effect: effectSays(between),
    have: count(verdict.have ?? 0),
    need: count(verdict.need ?? 0),
    seen: between && verdict.would_have_seen != null ? effectOf(between, verdict.would_have_seen).replace('+', '') : '',
    chance: verdict.chance == null ? '' : chance(verdict.chance),
  });
}
