"""Reference numbers for linger-stats and linger-insight, from independent implementations.

Owns: the data sets that the stored references are computed from, and the call of each reference implementation
(lifelines for survival, scipy for Welch, statsmodels for proportions, numpy for the spread of the restricted mean).
It does not know Linger's code: what it reads are numbers, what it writes are numbers.

    python3 -m venv .venv && .venv/bin/pip install -r bench/oracles/requirements.txt
    .venv/bin/python bench/oracles/lifelines_reference.py generated
    cargo run -p linger-insight --example stays_csv > evening.csv
    .venv/bin/python bench/oracles/lifelines_reference.py evening evening.csv

The first writes crates/linger-stats/tests/reference/, the second crates/linger-insight/tests/reference/.
"""

import csv
import json
import pathlib
import sys

import lifelines
import numpy as np
import scipy
import scipy.stats
import statsmodels
from lifelines.utils import restricted_mean_survival_time
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

ROOT = pathlib.Path(__file__).resolve().parents[2]
VERSIONS = {
    "lifelines": lifelines.__version__,
    "numpy": np.__version__,
    "scipy": scipy.__version__,
    "statsmodels": statsmodels.__version__,
}


def survival_case(name, duration, observed, entry, horizon):
    """One data set and what lifelines says about it."""
    duration, observed, entry = (np.asarray(it, dtype=int) for it in (duration, observed, entry))
    truncated = bool((entry > 0).any())
    fit = lifelines.KaplanMeierFitter().fit(duration, observed, entry=entry if truncated else None)
    low, high = (fit.confidence_interval_.iloc[:, i].to_numpy() for i in (0, 1))
    greenwood = fit._cumulative_sq_.to_numpy().ravel()
    survival = fit.survival_function_.iloc[:, 0].to_numpy()
    steps = [
        {
            "age_s": int(age),
            "survival": float(s),
            "greenwood_variance": float(s * s * g),
            "low": float(lo),
            "high": float(hi),
        }
        for age, s, g, lo, hi in zip(fit.timeline, survival, greenwood, low, high)
    ]
    median = float(fit.median_survival_time_)
    ended = observed == 1
    return {
        "name": name,
        "duration_s": duration.tolist(),
        "observed": observed.tolist(),
        "entry_s": entry.tolist(),
        "steps": steps,
        "median_s": None if np.isinf(median) else int(median),
        "horizon_s": horizon,
        "restricted_mean_s": float(restricted_mean_survival_time(fit, t=horizon)),
        "restricted_mean_standard_error_s": spread(duration, observed, entry, fit, horizon),
        "naive_mean_s": float(duration[ended].mean()),
    }


def spread(duration, observed, entry, fit, horizon):
    """Klein and Moeschberger (2003), 4.5.2, written down plainly: sum over the deaths before the horizon."""
    variance = 0.0
    for age in np.unique(duration[(observed == 1) & (duration < horizon)]):
        at_risk = int(((duration >= age) & ((entry < age) | (entry == 0))).sum())
        died = int(((duration == age) & (observed == 1)).sum())
        if at_risk == died:
            continue
        area = sum(float(fit.predict(second)) for second in range(int(age), horizon))
        variance += area**2 * died / (at_risk * (at_risk - died))
    return float(np.sqrt(variance))


def generated(seed=20_260_101):
    """Data sets of several shapes: plain, censored, truncated, with ties, and with everybody gone."""
    draw = np.random.default_rng(seed)

    def watched(n):
        # Half bounce within a minute, half stay: the usual shape of a live room.
        return np.where(draw.random(n) < 0.5, draw.exponential(20, n), draw.exponential(400, n)).astype(int)

    # An odd number, because lifelines adds logarithms and may miss a curve that falls to exactly a half.
    life = watched(61)
    yield survival_case("all_left", life, np.ones(61, int), np.zeros(61, int), 120)

    life, seen = watched(300), draw.integers(1, 600, 300)
    yield survival_case(
        "censored", np.minimum(life, seen), (life <= seen).astype(int), np.zeros(300, int), 300
    )

    life, seen = watched(800), draw.integers(50, 900, 800)
    entry = np.where(draw.random(800) < 0.4, draw.integers(1, 300, 800), 0)
    end, left = np.minimum(life, seen), (life <= seen).astype(int)
    kept = (entry == 0) | (end > entry)
    yield survival_case("truncated_and_censored", end[kept], left[kept], entry[kept], 400)

    # As recorded in a room: an hour, arrivals in bursts, everybody who is still there censored at its end, and a third
    # observed only from a card's appearance on.
    came = np.sort(np.concatenate([draw.integers(0, 3_600, 900), draw.integers(1_200, 1_260, 300)]))
    life = watched(1_200)
    end, left = np.minimum(life, 3_600 - came), (life <= 3_600 - came).astype(int)
    card = 1_230
    entry = np.where((came < card) & (draw.random(1_200) < 0.34), card - came, 0)
    kept = (entry == 0) | (end > entry)
    yield survival_case("one_hour", end[kept], left[kept], entry[kept], 600)


def differences(seed=20_260_102):
    draw = np.random.default_rng(seed)
    shares = []
    for trials_a, hits_a, trials_b, hits_b in [
        (400, 322, 100, 61), (40, 40, 11, 7), (12, 0, 15, 0), (25, 3, 1_000, 90), (1, 1, 1, 0),
        (1_000_000, 300_000, 250_000, 74_000),
    ]:
        low, high = confint_proportions_2indep(
            hits_a, trials_a, hits_b, trials_b, compare="diff", method="newcomb"
        )
        wilson = proportion_confint(hits_a, trials_a, method="wilson")
        shares.append({
            "a": [trials_a, hits_a], "b": [trials_b, hits_b],
            "estimate": hits_a / trials_a - hits_b / trials_b, "low": float(low), "high": float(high),
            "wilson_a": [float(it) for it in wilson],
        })
    means = []
    for n_a, n_b, scale in [(2, 2, 10), (3, 50, 1_000), (40, 11, 120), (400, 100, 60_000), (20_000, 5_000, 500)]:
        a = np.rint(draw.gamma(1.5, scale, n_a)).astype(int)
        b = np.rint(draw.gamma(1.2, scale * 1.3, n_b)).astype(int)
        if n_a == 2:
            a, b = np.array([3, 8]), np.array([11, 29])
        test = scipy.stats.ttest_ind(a, b, equal_var=False)
        interval = test.confidence_interval(0.95)
        case = {"estimate": float(a.mean() - b.mean()), "low": float(interval.low), "high": float(interval.high)}
        # Each figure with how often it occurs: shorter than the samples, and all that counts.
        for key, sample in (("a_runs", a), ("b_runs", b)):
            case[key] = [[int(x), int(n)] for x, n in zip(*np.unique(sample, return_counts=True))]
        means.append(case)
    quantiles = [[float(df), float(scipy.stats.t.ppf(0.975, df))] for df in
                 (1, 1.5, 2, 3.7, 10, 29.99, 100, 1234.5, 1e5, 1e7)]
    return {"versions": VERSIONS, "shares": shares, "means": means, "student_975": quantiles}


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, separators=(",", ":")) + "\n")
    print(path.relative_to(ROOT), path.stat().st_size, "bytes")


def main(arguments):
    if arguments[:1] == ["generated"]:
        folder = ROOT / "crates/linger-stats/tests/reference"
        write(folder / "survival.json", {"versions": VERSIONS, "cases": list(generated())})
        write(folder / "differences.json", differences())
    elif arguments[:1] == ["evening"] and len(arguments) == 2:
        with open(arguments[1], newline="") as file:
            rows = list(csv.DictReader(file))
        case = survival_case(
            "evening",
            [int(row["duration_s"]) for row in rows],
            [int(row["observed"]) for row in rows],
            [0] * len(rows),
            600,
        )
        for key in ("duration_s", "observed", "entry_s"):
            del case[key]
        case["stays"] = len(rows)
        write(ROOT / "crates/linger-insight/tests/reference/evening.json", {"versions": VERSIONS, "case": case})
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
