// An experiment as the form holds it, and as the server takes it; the metrics that the form offers. Knows no layout.
export type Unit = 'viewer' | 'host' | 'shop' | 'room';
export type Kind = 'string' | 'boolean' | 'number' | 'object';
export type Place = 'rooms' | 'servers' | 'pages';

export interface Term {
  event: string;
  outcome?: string;
  take?: string;
  currency?: string;
  less?: boolean;
}
export interface Metric {
  key: string;
  primary?: boolean;
  wanted?: 'more' | 'less';
  is: { kind: 'mean' | 'ratio' | 'quantile' | 'hazard'; of?: Term[]; over?: Term[] };
}
export interface Design {
  hypothesis: string;
  flag: string;
  unit: Unit;
  places: Place[];
  arms: { key: string; weight: number; value: unknown }[];
  programme: string;
  slot: { layer: string; from: number; to: number } | null;
  hold_out: number;
  coverage: number;
  steps: number[];
  metrics: Metric[];
  detect: { effect: number; alpha: number; power: number; units: number; once: boolean };
  switch: { stretch_s_min: number; stretch_s_max: number; burn_in_s: number } | null;
}

const once = (event: string): Metric['is'] => ({ kind: 'mean', of: [{ event, take: 'once' }] });
const paid = (currency: string): Term[] => [{ event: 'order.paid', take: 'amount', currency }];
const net = (currency: string): Term[] => [...paid(currency), { event: 'order.refunded', take: 'amount', currency, less: true }];

/** The metrics of the form, by the names that reports have for them. What was paid is without what coupons took off. */
export const READY: Record<string, (currency: string) => Omit<Metric, 'key'>> = {
  orders: () => ({ is: { kind: 'mean', of: [{ event: 'order.paid' }] } }),
  buyers: () => ({ is: once('order.paid') }),
  money: (currency) => ({ is: { kind: 'mean', of: net(currency) } }),
  'order-value': (currency) => ({ is: { kind: 'ratio', of: paid(currency), over: [{ event: 'order.paid' }] } }),
  'taking-part': () => ({ is: once('room.interacted') }),
  cards: () => ({ is: { kind: 'mean', of: [{ event: 'card.clicked', take: 'units' }] } }),
  leaving: () => ({ wanted: 'less', is: { kind: 'hazard' } }),
  refunds: () => ({ wanted: 'less', is: once('order.refunded') }),
};
export const SHARES = ['buyers', 'taking-part', 'refunds'];
export const MONEY = ['money', 'order-value'];

/** The flags that rooms know, with what each may be. */
export const ROOM_FLAGS = ['say-hint', 'card-order'];

/** What the form calls an experiment that sets no flag: rules alone are its arms. */
export const RULES = '~rules';

/** The form. Shares are in per cent, times of stretches in minutes, as people say them. */
export interface Draft {
  key: string;
  hypothesis: string;
  flag: string;
  otherFlag: string;
  unit: Unit;
  places: Place[];
  kind: Kind;
  arms: { key: string; weight: number; value: string }[];
  primary: string;
  guardrails: string[];
  currency: string;
  programme: string;
  holdOut: number;
  coverage: number;
  steps: string;
  layer: string;
  layerFrom: number;
  layerTo: number;
  stretchMin: number;
  stretchMax: number;
  burnIn: number;
  smallest: number;
  units: number;
  /** Metrics that the form has no name for; they stay as they are. */
  others: Metric[];
  detect: Omit<Design['detect'], 'effect' | 'units'>;
}

export function emptyDraft(): Draft {
  return {
    key: '',
    hypothesis: '',
    flag: 'say-hint',
    otherFlag: '',
    unit: 'viewer',
    places: ['rooms'],
    kind: 'string',
    arms: [
      { key: 'today', weight: 1, value: '' },
      { key: 'new', weight: 1, value: '' },
    ],
    primary: 'taking-part',
    guardrails: ['leaving'],
    currency: 'CNY',
    programme: '',
    holdOut: 0,
    coverage: 100,
    steps: '',
    layer: '',
    layerFrom: 0,
    layerTo: 100,
    stretchMin: 10,
    stretchMax: 20,
    burnIn: 60,
    smallest: 5,
    units: 0,
    others: [],
    detect: { alpha: 0.05, power: 0.8, once: false },
  };
}

const percent = (share: number) => Math.round(share * 1e6) / 1e4;
const kindOf = (value: unknown): Kind => (typeof value === 'object' ? 'object' : (typeof value as Kind));
const shown = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value));

/** The form of an experiment that is there. */
export function draftOf(key: string, design: Design): Draft {
  const named = design.metrics.filter((it) => it.key in READY);
  const primary = design.metrics.find((it) => it.primary);
  const currency = design.metrics.flatMap((it) => [...(it.is.of ?? []), ...(it.is.over ?? [])]).find((it) => it.currency);
  const known = ROOM_FLAGS.includes(design.flag);
  return {
    ...emptyDraft(),
    key,
    hypothesis: design.hypothesis,
    flag: design.places.length === 0 ? RULES : known ? design.flag : '',
    otherFlag: known ? '' : design.flag,
    unit: design.unit,
    places: [...design.places],
    kind: kindOf(design.arms[0]?.value),
    arms: design.arms.map((it) => ({ key: it.key, weight: it.weight, value: shown(it.value) })),
    primary: primary?.key ?? 'orders',
    guardrails: named.filter((it) => !it.primary).map((it) => it.key),
    currency: currency?.currency ?? 'CNY',
    programme: design.programme,
    holdOut: percent(design.hold_out),
    coverage: percent(design.coverage),
    steps: design.steps.map(percent).join(', '),
    layer: design.slot?.layer ?? '',
    layerFrom: percent(design.slot?.from ?? 0),
    layerTo: percent(design.slot?.to ?? 1),
    stretchMin: (design.switch?.stretch_s_min ?? 600) / 60,
    stretchMax: (design.switch?.stretch_s_max ?? 1200) / 60,
    burnIn: design.switch?.burn_in_s ?? 60,
    smallest: percent(design.detect.effect),
    units: design.detect.units,
    others: design.metrics.filter((it) => !(it.key in READY)),
    detect: { alpha: design.detect.alpha, power: design.detect.power, once: design.detect.once },
  };
}

/** A value as it was written; undefined when it is none of its kind. */
export function valueOf(kind: Kind, text: string): unknown {
  if (kind === 'string') return text;
  try {
    const value: unknown = JSON.parse(text);
    return kindOf(value) === kind && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What the server takes. A value that cannot be read goes as `null`, so that the answer names its field. */
export function designOf(draft: Draft): Design {
  const metric = (key: string): Metric[] => {
    const ready = READY[key];
    return ready ? [{ key, primary: key === draft.primary, ...ready(draft.currency) }] : [];
  };
  const keys = [draft.primary, ...draft.guardrails.filter((it) => it !== draft.primary)];
  const others = draft.others.map((it) => ({ ...it, primary: it.key === draft.primary }));
  const alone = draft.unit === 'room';
  const rules = draft.flag === RULES;
  return {
    hypothesis: draft.hypothesis.trim(),
    flag: rules ? '' : draft.flag || draft.otherFlag.trim(),
    unit: draft.unit,
    places: rules ? [] : draft.places,
    // Nobody is told a value where rules alone are the arms: the first is without them.
    arms: draft.arms.map((it, at) => ({ key: it.key.trim(), weight: it.weight, value: rules ? at > 0 : (valueOf(draft.kind, it.value) ?? null) })),
    programme: draft.programme.trim(),
    slot: draft.layer && !alone ? { layer: draft.layer.trim(), from: draft.layerFrom / 100, to: draft.layerTo / 100 } : null,
    hold_out: alone ? 0 : draft.holdOut / 100,
    coverage: alone ? 1 : draft.coverage / 100,
    steps: alone ? [] : draft.steps.split(/[,，、\s]+/).filter(Boolean).map((it) => Number(it) / 100),
    metrics: [...keys.flatMap(metric), ...others],
    detect: { ...draft.detect, effect: draft.smallest / 100, units: draft.units },
    switch: alone ? { stretch_s_min: draft.stretchMin * 60, stretch_s_max: draft.stretchMax * 60, burn_in_s: draft.burnIn } : null,
  };
}
