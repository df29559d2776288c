#!/usr/bin/env python3
"""Recomputes a draw, or the shuffle of a sale, from its published proof, without any code of Linger.

    verify_draw.py proof.json        or        verify_draw.py - < proof.json

The proof is JSON: "draw" (number), "commit", "seed", "digest" (64 hexadecimal digits each), "entrants" (ids of 16
hexadecimal digits, in order of entry), "winners_wanted" (number) and "winners" (ids, in order of drawing). That of a
shuffle has "sale" (number) instead of "draw", "people" (who was on the list, in order of entry) and "order" (in which
they are served). Ends with 0 when it was kept to, with 1 and a reason when it was not, with 2 when the proof cannot be
read.

The rule, from the head of crates/linger-room/src/draw.rs: commit = SHA-256(seed); digest = SHA-256(ids of 8 bytes,
big-endian, in order of entry); for each prize i, the first x = first 8 bytes of SHA-256("linger-draw-v1" + seed +
digest + draw + i + attempt), the last three as 4 bytes big-endian, that is below the largest multiple of m = n - i
within 2^64, swaps places i and i + x mod m of the list. A shuffle (crates/linger-room/src/sale/lot.rs) does the same
for every place, with "linger-lot-v1" and the number of the sale.
"""

import hashlib
import json
import sys


def drawn(label, seed, digest, number, entrants, wanted):
    """The first of the shuffled list, in order of drawing."""
    people = list(entrants)
    count = min(wanted, len(people))
    for place in range(count):
        among = len(people) - place
        end = 2**64 // among * among
        attempt = 0
        while True:
            numbers = b"".join(n.to_bytes(4, "big") for n in (number, place, attempt))
            x = int.from_bytes(hashlib.sha256(label + seed + digest + numbers).digest()[:8], "big")
            if x < end:
                break
            attempt += 1
        other = place + x % among
        people[place], people[other] = people[other], people[place]
    return people[:count]


def fault(proof):
    """What is wrong with a proof, or None."""
    commit, seed, digest = (bytes.fromhex(proof[name]) for name in ("commit", "seed", "digest"))
    entrants, outcome = listed(proof)
    ids = [bytes.fromhex(person) for person in entrants]
    if any(len(id) != 8 for id in ids) or len(seed) != 32:
        raise ValueError("an id has 16 hexadecimal digits, a seed 64")
    if hashlib.sha256(seed).digest() != commit:
        return "the seed is not the one that was committed to"
    if hashlib.sha256(b"".join(ids)).digest() != digest:
        return "the list of entrants is not the one that was frozen"
    if len(set(entrants)) != len(entrants):
        return "somebody is on the list of entrants twice"
    if "sale" in proof:
        if drawn(b"linger-lot-v1", seed, digest, proof["sale"], entrants, len(entrants)) != outcome:
            return "seed and list lead to another order"
    elif drawn(b"linger-draw-v1", seed, digest, proof["draw"], entrants, proof["winners_wanted"]) != outcome:
        return "seed and entrants lead to other winners"
    return None


def listed(proof):
    """Who took part, and what came of it."""
    names = ("people", "order") if "sale" in proof else ("entrants", "winners")
    return proof[names[0]], proof[names[1]]


def main():
    """Reads a proof and says what it is worth."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        with sys.stdin if sys.argv[1] == "-" else open(sys.argv[1], encoding="utf-8") as file:
            proof = json.load(file)
        wrong = fault(proof)
    except (OSError, KeyError, TypeError, ValueError, OverflowError) as error:
        print(f"no readable proof: {error}", file=sys.stderr)
        return 2
    if wrong:
        print(f"not kept to: {wrong}")
        return 1
    entrants, outcome = listed(proof)
    if "sale" in proof:
        print(f"kept to: {len(outcome)} people in this order, recomputed")
    else:
        print(f"kept to: {len(outcome)} of {len(entrants)} entrants, recomputed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
