"""Stays, walked plainly in Python, and their curve by lifelines.

Owns: what a stay is, said once more, and the call of `KaplanMeierFitter`. It does not know Linger's code.
"""

import lifelines
import numpy as np

DAY_S = 86_400


def holds(it, properties):
    if it["test"] == "between":
        number = properties.get(it["number"])
        low, high = it.get("min"), it.get("max")
        return number is not None and (low is None or number >= low) and (high is None or number <= high)
    listed = properties.get(it["text"]) in it["values"]
    return listed == (it["test"] == "one_of")


def meets(what, fact):
    named = not what.get("event") or fact[2] == what["event"]
    return named and all(holds(it, fact[3]) for it in what.get("where", []))


def stays(facts, ask):
    """For each group, its people and its stays: the ages when observation began and ended, and whether by leaving."""
    scope, breakdown = ask["scope"], ask.get("breakdown")
    people = {}
    for fact in facts:
        if fact[1] < scope["to_ms"] and all(holds(it, fact[3]) for it in scope["where"]):
            people.setdefault(fact[0], []).append(fact)
    groups = {}
    for person, told in people.items():
        # Sorting is stable, so that equal times stay in the order of arrival.
        told = sorted(told, key=lambda fact: fact[1])
        inside = [fact for fact in told if fact[1] >= scope["from_ms"]]
        for began, ended, left, of in (walk_told if "told" in ask["stays"] else walk_seen)(told, inside, ask):
            if ended < scope["from_ms"]:
                continue
            entered, end = max(scope["from_ms"] - began, 0) // 1000, (ended - began) // 1000
            left, end = left and end <= DAY_S, min(end, DAY_S)
            if entered > 0 and entered >= end:
                continue
            names = [None]
            if breakdown:
                if breakdown.get("of", "first_touch") == "first_touch":
                    of = next((it for it in inside if it[3].get(breakdown["by"])), [0, 0, "", {}])
                names.append(of[3].get(breakdown["by"], ""))
            for name in names:
                group = groups.setdefault(name, {"people": set(), "stays": []})
                group["people"].add(person)
                group["stays"].append((entered, end, int(left)))
    return groups


def walk_told(_told, inside, ask):
    for fact in inside:
        lasted = fact[3].get("duration_ms", -1)
        if meets(ask["stays"]["told"]["left"], fact) and lasted >= 0:
            yield fact[1] - lasted, fact[1], fact[3].get("outcome") == "left", fact


def walk_seen(told, _inside, ask):
    entered = None
    for fact in told:
        if entered and meets(ask["stays"]["seen"]["leave"], fact):
            yield entered[1], fact[1], True, entered
            entered = None
        if not entered and meets(ask["stays"]["seen"]["enter"], fact):
            entered = fact
    if entered:
        yield entered[1], ask["scope"]["to_ms"], False, entered


def curve(observed, horizon_s):
    """What lifelines says about stays: steps of the curve, the median, the mean up to the horizon. None when it refuses
    them, as it does when all who were seen early have left before others came under observation."""
    entry, duration, ended = (np.asarray(it, dtype=int) for it in zip(*observed))
    try:
        fit = lifelines.KaplanMeierFitter().fit(duration, ended, entry=entry if entry.any() else None)
    except lifelines.exceptions.StatError:
        return None
    low, high = (fit.confidence_interval_.iloc[:, nth].to_numpy() for nth in (0, 1))
    shares = fit.survival_function_.iloc[:, 0].to_numpy()
    left = set(duration[ended == 1].tolist())
    # lifelines adds logarithms, and may miss a curve that falls to exactly a half.
    half = [int(age) for age, share in zip(fit.timeline, shares) if share <= 0.5 + 1e-12]
    steps = [
        [int(age), float(share), float(lower), float(upper)]
        for age, share, lower, upper in zip(fit.timeline, shares, low, high) if int(age) in left
    ]
    # The area under the curve: lifelines' own sum takes a curve that begins after the horizon for 0.
    ages = [0, *(age for age, *_ in steps if age < horizon_s), horizon_s]
    heights = [1.0, *(share for _, share, *_ in steps)]
    mean_s = sum(height * (end - begin) for begin, end, height in zip(ages, ages[1:], heights))
    return {"steps": steps, "median_s": half[0] if half else None, "mean_s": mean_s}
