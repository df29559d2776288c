// Whether the list of a shuffle was served as it was committed to: recomputed on the device of whoever looks, from the proof
// alone. The rule stands at the head of `sale/lot.rs`. Knows no socket and no page.
import type { ShuffleProof } from '../wire';

/** `kept`, or the first thing that is not as it was promised. */
export type ShuffleVerdict = 'kept' | 'other-seed' | 'other-list' | 'twice' | 'other-order';

const LABEL = new TextEncoder().encode('linger-lot-v1');

function bytes(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16));
}

function word(n: number): Uint8Array {
  const four = new Uint8Array(4);
  new DataView(four.buffer).setUint32(0, n);
  return four;
}

async function sha256(parts: readonly Uint8Array[]): Promise<Uint8Array> {
  const whole = new Uint8Array(parts.reduce((sum, it) => sum + it.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', whole));
}

const same = (one: Uint8Array, other: Uint8Array) => one.length === other.length && one.every((it, at) => it === other[at]);

/** A number below `among`, every one equally likely. */
async function below(proof: { seed: Uint8Array; digest: Uint8Array; sale: number }, among: bigint, place: number): Promise<number> {
  const surplus = (1n << 64n) % among;
  for (let attempt = 0; ; attempt++) {
    const hash = await sha256([LABEL, proof.seed, proof.digest, word(proof.sale), word(place), word(attempt)]);
    const x = new DataView(hash.buffer).getBigUint64(0);
    if (x < (1n << 64n) - surplus) return Number(x % among);
  }
}

export async function verifyShuffle(told: ShuffleProof): Promise<ShuffleVerdict> {
  const proof = { seed: bytes(told.seed), digest: bytes(told.digest), sale: told.sale };
  if (!same(await sha256([proof.seed]), bytes(told.commit))) return 'other-seed';
  if (!same(await sha256(told.people.map(bytes)), proof.digest)) return 'other-list';
  if (new Set(told.people).size !== told.people.length) return 'twice';
  const list = [...told.people];
  for (let place = 0; place < list.length; place++) {
    const at = place + (await below(proof, BigInt(list.length - place), place));
    [list[place], list[at]] = [list[at]!, list[place]!];
  }
  return list.join() === told.order.join() ? 'kept' : 'other-order';
}
