// A review in sentences: figures with their units, causes with their evidence. Knows no layout.
import { decimal, percent, secondOfDay, span, t, told } from '../../kit/i18n.svelte';
import type { LikelyCause, Moment, Review, TellingFigure } from '../../wire';

/** A figure with the unit that its code ends in. */
export function amount(what: string, n: number): string {
  if (what.endsWith('-share')) return percent(n, n < 0.1 ? 1 : 0);
  if (what.endsWith('-s')) return span(n);
  if (what.endsWith('-ms')) return t('control.ms', { n: decimal(n, 0) });
  return decimal(n, n < 10 ? 1 : 0);
}

/** A figure in words, next to what is usual where that is known. */
export function figureText({ what, here, usual }: TellingFigure): string {
  const filling = { what: told('figure', what), here: amount(what, here) };
  return usual == null ? t('review.plain', filling) : t('review.usually', { ...filling, usual: amount(what, usual) });
}

/** A cause in words. */
export function causeText({ cause, name, item }: LikelyCause): string {
  return told('cause', cause, { name: name || t('review.item', { n: item ?? 0 }) });
}

/** When a moment was, as people's clocks said. */
export function whenText(review: Review, atS: number): string {
  return secondOfDay(review.show.began_at + atS * 1000);
}

export function spanOf(moment: Moment): string {
  return span(moment.to_s + 1 - moment.from_s);
}

/** A sentence's beginning as it stands within another sentence. */
function within(text: string): string {
  return text.charAt(0).toLocaleLowerCase() + text.slice(1);
}

/** The question of the page, answered in two sentences at most. */
export function answer(review: Review): string {
  const worst = review.losses.find((it) => it.moment.beyond_chance);
  if (!worst) return review.looks ? t('review.answerNone', { looks: review.looks }) : t('review.answerFew');
  const { moment, causes } = worst;
  const first = t('review.answerWorst', { when: whenText(review, moment.from_s), n: Math.round(moment.excess), span: spanOf(moment) });
  const cause = causes[0];
  if (!cause || cause.cause === 'unexplained') return `${first} ${t('review.answerUnexplained')}`;
  const figure = cause.figures[0];
  const filling = { cause: causeText(cause) };
  const second = figure ? t('review.answerCauseFigure', { ...filling, figure: within(figureText(figure)) }) : t('review.answerCause', filling);
  return `${first} ${second}`;
}
