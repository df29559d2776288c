// A shuffle recomputed on a device agrees with the rule as it stands at the head of `sale/lot.rs`. The numbers were computed with
// Python's hashlib, apart from this code and from the room's.
import { describe, expect, test } from 'vitest';
import type { ShuffleProof } from '../wire';
import { verifyShuffle } from './shuffle';

const proof: ShuffleProof = {
  room: 'tea',
  item: 7,
  sale: 3,
  commit: '630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd',
  seed: '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
  digest: 'a65cc439e0a1efc4186872fe5ffe7ae05b19e99908555e4167c2ff4eb1d81187',
  people: ['0101010101010101', '0202020202020202', '0303030303030303', '0404040404040404', '0505050505050505', '0606060606060606', '0707070707070707'],
  order: ['0101010101010101', '0303030303030303', '0505050505050505', '0202020202020202', '0606060606060606', '0404040404040404', '0707070707070707'],
};

describe('a shuffle', () => {
  test('that was kept to is found to be', async () => {
    expect(await verifyShuffle(proof)).toBe('kept');
  });

  test('is found out, whatever of it is another', async () => {
    const [first, second, ...rest] = proof.order;
    expect(await verifyShuffle({ ...proof, order: [second!, first!, ...rest] })).toBe('other-order');
    expect(await verifyShuffle({ ...proof, people: proof.people.slice(1) })).toBe('other-list');
    expect(await verifyShuffle({ ...proof, seed: proof.digest })).toBe('other-seed');
    expect(await verifyShuffle({ ...proof, sale: 4 })).toBe('other-order');
  });
});
