// What the form holds comes back from the server as it went.
import { describe, expect, test } from 'vitest';
import { designOf, draftOf, emptyDraft, RULES, valueOf } from './design';

describe('the form of an experiment', () => {
  test('goes to the server and comes back the same', () => {
    const draft = { ...emptyDraft(), key: 'hello', hypothesis: 'Warm words help.', primary: 'money', guardrails: ['leaving'], coverage: 10, steps: '25, 50, 100', layer: 'talk', layerTo: 50, programme: 'words' };
    draft.arms = [{ key: 'plain', weight: 1, value: 'Say something' }, { key: 'warm', weight: 3, value: 'Say hello' }];
    const design = designOf(draft);
    expect(design.steps).toEqual([0.25, 0.5, 1]);
    expect(design.slot).toEqual({ layer: 'talk', from: 0, to: 0.5 });
    expect(design.metrics.map((it) => [it.key, !!it.primary])).toEqual([['money', true], ['leaving', false]]);
    expect(designOf(draftOf('hello', design))).toEqual(design);
  });

  test('says of a room that is switched only what may be said of it', () => {
    const design = designOf({ ...emptyDraft(), unit: 'room', coverage: 10, steps: '50', layer: 'talk', holdOut: 5 });
    expect([design.coverage, design.steps, design.slot, design.hold_out]).toEqual([1, [], null, 0]);
    expect(design.switch).toEqual({ stretch_s_min: 600, stretch_s_max: 1200, burn_in_s: 60 });
  });

  test('of rules alone sets no flag anywhere, and comes back the same', () => {
    const draft = { ...emptyDraft(), key: 'cheer', flag: RULES, unit: 'host' as const };
    const design = designOf(draft);
    expect([design.flag, design.places, design.arms.map((it) => it.value)]).toEqual(['', [], [false, true]]);
    expect(draftOf('cheer', design).flag).toBe(RULES);
    expect(designOf(draftOf('cheer', design))).toEqual(design);
  });

  test('keeps metrics that it has no name for', () => {
    const own = { key: 'sign-ups', primary: true, is: { kind: 'mean' as const, of: [{ event: 'signed_up' }] } };
    const design = { ...designOf(emptyDraft()), metrics: [own] };
    expect(designOf(draftOf('x', design)).metrics).toContainEqual(own);
  });

  test('reads values of their kind alone', () => {
    expect(valueOf('number', '3.5')).toBe(3.5);
    expect(valueOf('number', '"3"')).toBeUndefined();
    expect(valueOf('boolean', 'true')).toBe(true);
    expect(valueOf('object', '{"a":1}')).toEqual({ a: 1 });
    expect(valueOf('object', 'null')).toBeUndefined();
    expect(valueOf('object', '[1]')).toBeUndefined();
    expect(valueOf('string', '3')).toBe('3');
  });
});
