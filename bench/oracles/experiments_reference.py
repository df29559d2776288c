"""Reference numbers for the experiments of linger-stats: gbstats, statsmodels, scipy, lifelines and plain numpy.

Owns: the made-up samples, and the calls of the libraries. It does not know Linger's code.

    python3 -m venv .venv
    .venv/bin/pip install -r bench/oracles/experiments_requirements.txt
    .venv/bin/pip install --no-deps gbstats==0.8.0
    .venv/bin/python bench/oracles/experiments_reference.py

It writes crates/linger-stats/tests/reference/experiments.json.
"""

import itertools
import json
import pathlib

import lifelines
import numpy as np
import pandas as pd
import scipy
import scipy.optimize
import scipy.stats
import statsmodels
import statsmodels.formula.api as smf
from gbstats.frequentist.tests import (
    FrequentistConfig,
    SequentialConfig,
    SequentialTwoSidedTTest,
    TwoSidedTTest,
)
from gbstats.models.statistics import (
    ProportionStatistic,
    QuantileClusteredStatistic,
    RatioStatistic,
    RegressionAdjustedStatistic,
    SampleMeanStatistic,
    compute_theta,
)
from gbstats.utils import check_srm
from lifelines.statistics import logrank_test
from lifelines.utils import restricted_mean_survival_time
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower

ROOT = pathlib.Path(__file__).resolve().parents[2]
DRAW = np.random.default_rng(20_261_127)


def whole(values):
    return [int(it) for it in np.rint(values)]


def gb_results(a, b):
    """What gbstats says of b against a: both kinds of difference, one look and many."""
    found = []
    for kind, alpha, tuned in itertools.product(("absolute", "relative"), (0.05, 0.01), (None, 5000, 800)):
        if tuned is None:
            test = TwoSidedTTest(a, b, FrequentistConfig(alpha=alpha, difference_type=kind))
        else:
            test = SequentialTwoSidedTTest(
                a, b, SequentialConfig(alpha=alpha, difference_type=kind, sequential_tuning_parameter=tuned)
            )
        result = test.compute_result()
        found.append({
            "kind": kind, "alpha": alpha, "tuned_for": tuned, "estimate": float(result.expected),
            "low": float(result.ci[0]), "high": float(result.ci[1]), "p": float(result.p_value),
            "standard_error": float(result.uplift.stddev),
        })
    return found


def mean_statistic(values):
    values = np.asarray(values, dtype=float)
    return SampleMeanStatistic(n=len(values), sum=values.sum(), sum_squares=(values**2).sum())


def means():
    for n_a, n_b, lift in [(60, 40, 30), (300, 310, -60), (250, 30, 0)]:
        held = whole(DRAW.gamma(1.4, 200, n_a))
        treated = whole(DRAW.gamma(1.4, 200, n_b) + lift)
        yield {"held_out": held, "treated": treated,
               "results": gb_results(mean_statistic(held), mean_statistic(treated))}


def shares():
    for held, treated in [((400, 61), (300, 72)), ((5000, 300), (20000, 1190)), ((90, 80), (80, 60))]:
        a, b = (ProportionStatistic(n=n, sum=hits) for n, hits in (held, treated))
        yield {"held_out": held, "treated": treated, "results": gb_results(a, b)}


def people(n, lift):
    """Orders and revenue of people, in the experiment and before it; what people are stays with them."""
    keen = DRAW.gamma(2.0, 1.0, n)
    before_orders = DRAW.poisson(keen) + 1
    orders = DRAW.poisson(keen) + 1
    before = whole(before_orders * keen * 40 + DRAW.gamma(1.0, 30, n))
    now = whole(orders * keen * (40 + lift) + DRAW.gamma(1.0, 30, n))
    return [list(it) for it in zip(now, whole(orders), before, whole(before_orders))]


def ratio_statistic(rows, over, under):
    rows = np.asarray(rows, dtype=float)
    return RatioStatistic(
        n=len(rows), m_statistic=mean_statistic(rows[:, over]), d_statistic=mean_statistic(rows[:, under]),
        m_d_sum_of_products=(rows[:, over] * rows[:, under]).sum(),
    )


def ratios_and_adjusted():
    for n_a, n_b, lift in [(150, 120, 6), (400, 90, 0)]:
        held, treated = people(n_a, 0), people(n_b, lift)
        adjusted = []
        for rows in (held, treated):
            rows = np.asarray(rows, dtype=float)
            adjusted.append(RegressionAdjustedStatistic(
                n=len(rows), post_statistic=mean_statistic(rows[:, 0]), pre_statistic=mean_statistic(rows[:, 2]),
                post_pre_sum_of_products=(rows[:, 0] * rows[:, 2]).sum(), theta=0,
            ))
        theta = compute_theta(*adjusted)
        for it in adjusted:
            it.theta = theta
        yield {
            "held_out": held, "treated": treated,
            "ratio": gb_results(ratio_statistic(held, 0, 1), ratio_statistic(treated, 0, 1)),
            "adjusted_mean": gb_results(*adjusted),
            "adjusted_ratio": adjusted_ratio(held, treated),
            "net": net(held, treated),
        }


def adjusted_ratio(held, treated):
    """Person by person, plainly: each ratio is linearised, then regressed on what it was before, in both arms together."""
    held, treated = np.asarray(held, dtype=float), np.asarray(treated, dtype=float)
    both = np.concatenate([held, treated])

    def lines(rows):
        def line(over, under):
            ratio = over.sum() / under.sum()
            return (over - ratio * under) / under.mean()

        return line(rows[:, 0], rows[:, 1]), line(rows[:, 2], rows[:, 3])

    now, then = lines(both)
    theta = np.cov(now, then)[0, 1] / then.var(ddof=1)
    figures, errors = [], []
    for rows in (held, treated):
        now, then = lines(rows)
        figures.append(rows[:, 0].sum() / rows[:, 1].sum() - theta * rows[:, 2].sum() / rows[:, 3].sum())
        errors.append((now - theta * then).var(ddof=1) / len(rows))
    return {"estimate": float(figures[1] - figures[0]), "standard_error": float(np.sqrt(sum(errors)))}


def net(held, treated):
    """Revenue less three times the orders, as if those were coupons."""
    held, treated = (np.asarray(it) @ np.array([1, -3, 0, 0]) for it in (held, treated))
    test = scipy.stats.ttest_ind(treated, held, equal_var=False)
    interval = test.confidence_interval(0.95)
    return {"estimate": float(treated.mean() - held.mean()), "low": float(interval.low),
            "high": float(interval.high), "p": float(test.pvalue)}


def jackknife(frame, figure):
    without = np.array([figure(frame[frame.room != room]) for room in frame.room.unique()])
    g = len(without)
    return float(np.sqrt((g - 1) / g * ((without - without.mean()) ** 2).sum()))


def clusters():
    """Viewers in rooms. Mixed: each viewer was drawn. Whole: each room was."""
    for mixed in (True, False):
        rows = []
        for room in range(24):
            mood = DRAW.normal(0, 60)
            for _ in range(int(DRAW.integers(3, 15))):
                arm = int(DRAW.integers(0, 2)) if mixed else room % 2
                rows.append([room, arm, int(round(300 + mood + 40 * arm + DRAW.normal(0, 100)))])
        frame = pd.DataFrame(rows, columns=["room", "arm", "y"])
        n = len(frame)
        fit = smf.ols("y ~ arm", frame).fit(cov_type="cluster", cov_kwds={"groups": frame.room})
        # CR1 has G / (G - 1) alone; statsmodels multiplies with (N - 1) / (N - K) too.
        case = {"mixed": mixed, "rows": rows, "estimate": float(fit.params["arm"]),
                "standard_error": float(fit.bse["arm"] * np.sqrt((n - 2) / (n - 1)))}
        case["jackknife"] = jackknife(frame, lambda it: it[it.arm == 1].y.mean() - it[it.arm == 0].y.mean())
        if not mixed:
            case["jackknife_of_arms"] = [jackknife(frame[frame.arm == arm], lambda it: it.y.mean()) for arm in (1, 0)]
            parts = []
            for arm in (1, 0):
                of_arm = frame[frame.arm == arm]
                alone = smf.ols("y ~ 1", of_arm).fit(cov_type="cluster", cov_kwds={"groups": of_arm.room})
                parts.append(float(alone.bse["Intercept"]))
            case["standard_error_of_arms"] = parts
        yield case


def switchbacks():
    rows = []
    for room in range(7):
        mood = DRAW.normal(0, 5)
        for _ in range(10):
            arm = int(DRAW.integers(0, 2))
            rows.append([room, arm, float(np.round(20 + mood + 1.5 * arm + DRAW.normal(0, 2), 3))])
    frame = pd.DataFrame(rows, columns=["room", "arm", "y"])
    formula = "y ~ arm + C(room)"
    over_blocks = smf.ols(formula, frame).fit(cov_type="HC1")
    over_rooms = smf.ols(formula, frame).fit(cov_type="cluster", cov_kwds={"groups": frame.room})
    n, k = len(frame), 8
    # Constants of rooms lie within the clusters and are not counted against them.
    room_error = over_rooms.bse["arm"] * np.sqrt((n - k) / (n - 1))
    yield {"rows": rows, "estimate": float(over_blocks.params["arm"]),
           "error_over_blocks": float(over_blocks.bse["arm"]), "error_over_rooms": float(room_error)}


def randomisation():
    """One room, eleven blocks, all 2048 draws; the chance of as far for no effect, and for a few constant effects."""
    arms = np.array([0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 1])
    outcomes = np.array([10.2, 13.1, 12.2, 11.0, 13.9, 9.1, 10.7, 12.8, 10.1, 11.9, 14.2])

    def difference(arms, values):
        return values[arms == 1].mean() - values[arms == 0].mean()

    draws = [np.array(it) for it in itertools.product((0, 1), repeat=11) if 0 < sum(it) < 11]

    def chance(effect):
        base = outcomes - effect * arms
        seen = abs(difference(arms, base))
        return float(np.mean([abs(difference(it, base)) >= seen - 1e-9 for it in draws]))

    grid = np.arange(0, 5, 0.005)
    inside = [it for it in grid if chance(it) > 0.05]
    return {"arms": arms.tolist(), "outcomes": outcomes.tolist(), "estimate": float(difference(arms, outcomes)),
            "p": chance(0.0), "low": float(inside[0]), "high": float(inside[-1])}


def quantiles():
    rows = []
    for unit in range(90):
        slow = DRAW.normal(0, 0.5)
        for _ in range(int(DRAW.integers(1, 9))):
            rows.append([unit, int(round(np.exp(6 + slow + DRAW.normal(0, 0.6))))])
    values = np.array([it[1] for it in rows])
    units = np.array([it[0] for it in rows])
    n = len(values)
    for nu in (0.5, 0.9):
        cut = np.quantile(values, nu, method="inverted_cdf")
        around = scipy.stats.norm.ppf(0.975) * np.sqrt(nu * (1 - nu) / n)
        low, high = (np.quantile(values, it, method="inverted_cdf") for it in (nu - around, nu + around))
        below = np.array([(values[units == unit] <= cut).sum() for unit in range(90)])
        counts = np.array([(units == unit).sum() for unit in range(90)])
        statistic = QuantileClusteredStatistic(
            n=n, n_star=n, nu=nu, quantile_hat=float(cut), quantile_lower=float(low), quantile_upper=float(high),
            main_sum=float(below.sum()), main_sum_squares=float((below**2).sum()),
            denominator_sum=float(counts.sum()), denominator_sum_squares=float((counts**2).sum()),
            main_denominator_sum_product=float((below * counts).sum()), n_clusters=90,
        )
        yield {"rows": rows, "level": nu, "value": float(cut),
               "standard_error": float(np.sqrt(statistic.variance / n))}


def leaving():
    for truncated in (False, True):
        frame = pd.DataFrame({"arm": DRAW.integers(0, 2, 260)})
        life = np.where(frame.arm == 1, DRAW.exponential(90, 260), DRAW.exponential(60, 260)).astype(int)
        seen = DRAW.integers(20, 200, 260)
        frame["end"], frame["left"] = np.minimum(life, seen), (life <= seen).astype(int)
        frame["entry"] = np.where(DRAW.random(260) < 0.3, DRAW.integers(1, 40, 260), 0) if truncated else 0
        frame = frame[(frame.entry == 0) | (frame.end > frame.entry)]
        if not truncated:
            frame["end"] += 1
        else:
            # lifelines takes who enters at 0 and leaves at 0 for never at risk.
            frame = frame[frame.end > 0]
        frame = frame.reset_index(drop=True)
        cox = lifelines.CoxPHFitter().fit(
            frame[["arm", "end", "left", "entry"]], "end", "left", entry_col="entry" if truncated else None,
            formula="arm", fit_options={"precision": 1e-12},
        )
        case = {"rows": frame[["arm", "entry", "end", "left"]].to_numpy().tolist(),
                "log_ratio": float(cox.params_["arm"]), "standard_error": float(cox.standard_errors_["arm"])}
        if not truncated:
            treated, held = frame[frame.arm == 1], frame[frame.arm == 0]
            test = logrank_test(treated.end, held.end, treated.left, held.left)
            case["chi_squared"], case["p"] = float(test.test_statistic), float(test.p_value)
        yield case


def restricted_means():
    rows = []
    for room in range(6):
        pace = DRAW.gamma(4.0, 20)
        for life in DRAW.exponential(pace, 25):
            seen = int(DRAW.integers(100, 300))
            rows.append([room, min(int(life), seen), int(int(life) <= seen)])
    rows = np.array(rows)

    def mean(part):
        fit = lifelines.KaplanMeierFitter().fit(part[:, 1], part[:, 2])
        return float(restricted_mean_survival_time(fit, t=90))

    without = np.array([mean(rows[rows[:, 0] != room]) for room in range(6)])
    error = np.sqrt(5 / 6 * ((without - without.mean()) ** 2).sum())
    return {"rows": rows.tolist(), "horizon_s": 90, "value": mean(rows), "standard_error": float(error)}


def multiple():
    for chances in ([0.01, 0.04, 0.03, 0.005], [0.2, 0.2, 0.9, 0.0004, 0.03, 0.051], [0.5]):
        yield {"chances": chances, "holm": multipletests(chances, method="holm")[1].tolist(),
               "benjamini_hochberg": multipletests(chances, method="fdr_bh")[1].tolist()}


def sample_ratios():
    for observed, weights in [([500, 520], [1, 1]), ([5000, 5400], [0.5, 0.5]), ([100, 210, 330], [1, 2, 3]),
                              ([90, 12], [0.9, 0.1]), ([10000, 9000, 9900], [1, 1, 1])]:
        expected = np.array(weights) / sum(weights) * sum(observed)
        chance = float(scipy.stats.chisquare(observed, expected).pvalue)
        assert abs(chance - check_srm(observed, weights)) < 1e-12
        yield {"observed": observed, "weights": weights, "p": chance}


def plans():
    solver = NormalIndPower()
    for effect, variance, treated, alpha, power in [(5.0, 900.0, 0.5, 0.05, 0.8), (0.01, 0.09, 0.2, 0.01, 0.9),
                                                    (4.0, 100.0, 0.3, 0.05, 0.55)]:
        size = effect / np.sqrt(variance)
        ratio = (1 - treated) / treated
        nobs1 = solver.solve_power(size, None, alpha, power, ratio)
        units = 700
        # Its own search for the size ends a few millionths early.
        smallest = np.sqrt(variance) * scipy.optimize.brentq(
            lambda it: solver.power(it, units * treated, alpha, ratio) - power, 1e-9, 5, xtol=1e-14
        )
        yield {"effect": effect, "variance": variance, "treated": treated, "alpha": alpha, "power": power,
               "units": float(nobs1 / treated), "smallest_of_700": float(smallest),
               "power_of_700": float(solver.power(size, units * treated, alpha, ratio))}


def off_policy():
    rows = []
    for _ in range(120):
        logged, other = DRAW.uniform(0.1, 0.9), DRAW.uniform(0, 1)
        reward = float(DRAW.random() < 0.4)
        rows.append([round(float(it), 4) for it in (logged, other, reward, DRAW.uniform(0.2, 0.6), DRAW.uniform(0.2, 0.6))])
    logged, other, reward, expected, of_other = np.array(rows).T
    weight = other / logged
    value = (weight * reward).sum() / weight.sum()
    residual = weight * (reward - value) / weight.mean()
    robust = of_other + weight * (reward - expected)
    error = lambda it: float(it.std(ddof=1) / np.sqrt(len(it)))
    return {"rows": rows, "ips": [float((weight * reward).mean()), error(weight * reward)],
            "snips": [float(value), error(residual)], "dr": [float(robust.mean()), error(robust)],
            "effective": float(weight.sum() ** 2 / (weight**2).sum())}


def main():
    value = {
        "versions": {"gbstats": "0.8.0", "lifelines": lifelines.__version__, "numpy": np.__version__,
                     "scipy": scipy.__version__, "statsmodels": statsmodels.__version__},
        "means": list(means()), "shares": list(shares()), "people": list(ratios_and_adjusted()),
        "clusters": list(clusters()), "switchbacks": list(switchbacks()), "randomisation": randomisation(),
        "quantiles": list(quantiles()), "leaving": list(leaving()), "restricted_means": restricted_means(),
        "multiple": list(multiple()), "sample_ratios": list(sample_ratios()), "plans": list(plans()),
        "off_policy": off_policy(),
    }
    path = ROOT / "crates/linger-stats/tests/reference/experiments.json"
    path.write_text(json.dumps(value, separators=(",", ":")) + "\n")
    print(path.relative_to(ROOT), path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
