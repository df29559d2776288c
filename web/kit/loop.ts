// The sentences of prompts, of what rules were seen to do, of keys and of the way to the server, brought by whatever shows
// them; and figures of rules in words. Knows no page.
import * as en from '../messages/loop.en.json';
import * as zh from '../messages/loop.zh.json';
import { tellingSigns, type Telling } from '../room';
import type { Sign } from '../wire';
import { add, count, decimal, percent, span, t, told } from './i18n.svelte';

const pick = ({ sign, loop, tele, wall, keys, latency, group }: typeof en) => ({ sign, loop, tele, wall, keys, latency, group });
add(pick(en), pick(zh));

/** A figure by itself, with its unit. */
function figure(metric: string, value: number): string {
  if (metric.endsWith('_s')) return span(Math.round(value));
  if (metric.endsWith('_share') || metric.startsWith('leave_hazard')) return percent(value, value < 0.1 ? 1 : 0);
  return Number.isInteger(value) ? count(value) : decimal(value, value < 10 ? 1 : 0);
}

/** A figure that spoke for something, in words. */
export function signWords({ metric, value, usual }: Telling): string {
  const sign = told('sign', metric, { n: figure(metric, value) });
  return usual === undefined ? sign : t('loop.withUsual', { sign, usual: figure(metric, usual) });
}

/** Why a rule acted, in words; nothing when no figure was told. */
export function whyWords(why: readonly Sign[], max = 2): string {
  const words = tellingSigns(why, max).map(signWords).reduce((one, other) => (one ? t('loop.andSigns', { one, other }) : other), '');
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}
