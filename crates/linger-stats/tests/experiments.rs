//! Effects against gbstats, statsmodels, scipy, lifelines and plain numpy (stored by
//! `bench/oracles/experiments_reference.py`). It does not know what was tried in them.

#![allow(clippy::unwrap_used, reason = "what a test did not expect is its failure")]

use linger_stats::{
    Block, Decision, Effect, Level, Lifetimes, Looks, Metric, OffPolicy, Plan, Sample, Shares, Sums,
    Switchback, adjusted, benjamini_hochberg, effect_within_clusters, effect_within_many_clusters, holm,
    level_of_clusters, log_hazard_ratio, log_rank, restricted_mean_of_clusters, sample_ratio,
};
use serde_json::Value;
use std::collections::BTreeMap;

const CLOSE: f64 = 1e-9;

fn reference(part: &str) -> Value {
    let text = include_str!("reference/experiments.json");
    serde_json::from_str::<Value>(text).expect("the stored reference is JSON")[part].clone()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    list(value).iter().map(number).collect()
}

fn whole(value: &Value) -> i64 {
    value.as_i64().unwrap()
}

fn rows<const K: usize>(value: &Value) -> Vec<[i64; K]> {
    list(value).iter().map(|row| std::array::from_fn(|it| whole(&row[it]))).collect()
}

#[track_caller]
fn near(mine: f64, theirs: f64, tolerance: f64, what: &str) {
    let allowed = tolerance * theirs.abs().max(1e-3);
    assert!((mine - theirs).abs() <= allowed, "{what}: {mine} here, {theirs} there");
}

#[track_caller]
fn close(mine: f64, theirs: &Value, what: &str) {
    near(mine, number(theirs), CLOSE, what);
}

/// Everything that gbstats says of two arms, for one look and for many, absolute and relative.
#[track_caller]
fn agree_with_gbstats(treated: &Level, held_out: &Level, results: &Value) {
    assert_eq!(list(results).len(), 12);
    for case in list(results) {
        let relative = case["kind"] == "relative";
        let effect = if relative { treated.relative_to(held_out) } else { treated.minus(held_out) }.unwrap();
        let alpha = number(&case["alpha"]);
        let looks = match case["tuned_for"].as_u64() {
            None => Looks::Once,
            Some(tuned_for) => Looks::Always { tuned_for },
        };
        close(effect.estimate, &case["estimate"], "estimate");
        close(effect.standard_error, &case["standard_error"], "standard error");
        let interval = effect.interval(alpha, looks);
        close(interval.low, &case["low"], "low");
        close(interval.high, &case["high"], "high");
        near(effect.p_value(alpha, looks), number(&case["p"]), 1e-8, "chance");
    }
}

fn one_by_one(figures: &Value) -> Level {
    let mut sums = Sums::default();
    list(figures).iter().for_each(|it| sums.add([whole(it)]));
    Metric::per_unit([1.0]).of(&sums).unwrap()
}

#[test]
fn means_agree_with_gbstats_at_one_look_and_at_many() {
    for case in list(&reference("means")) {
        agree_with_gbstats(&one_by_one(&case["treated"]), &one_by_one(&case["held_out"]), &case["results"]);
    }
}

#[test]
fn shares_agree_with_gbstats() {
    for case in list(&reference("shares")) {
        let level = |arm: &str| {
            let [trials, hits] = std::array::from_fn(|it| case[arm][it].as_u64().unwrap());
            Shares { trials, hits }.level().unwrap()
        };
        agree_with_gbstats(&level("treated"), &level("held_out"), &case["results"]);
    }
}

#[test]
fn ratios_nets_and_adjusted_figures_agree_with_gbstats_scipy_and_plain_arithmetic() {
    for case in list(&reference("people")) {
        let sums = |arm: &str| {
            let mut sums = Sums::default();
            rows::<4>(&case[arm]).into_iter().for_each(|it| sums.add(it));
            sums
        };
        let (treated, held_out) = (sums("treated"), sums("held_out"));

        let ratio = Metric::ratio([1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]);
        agree_with_gbstats(&ratio.of(&treated).unwrap(), &ratio.of(&held_out).unwrap(), &case["ratio"]);

        let (now, before) = (Metric::per_unit([1.0, 0.0, 0.0, 0.0]), Metric::per_unit([0.0, 0.0, 1.0, 0.0]));
        let [with, without] = adjusted(&treated, &held_out, &now, &before).unwrap();
        agree_with_gbstats(&with, &without, &case["adjusted_mean"]);

        let ratio_before = Metric::ratio([0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]);
        let [with, without] = adjusted(&treated, &held_out, &ratio, &ratio_before).unwrap();
        let effect = with.minus(&without).unwrap();
        close(effect.estimate, &case["adjusted_ratio"]["estimate"], "adjusted ratio");
        // They linearise each arm around its own figures, as is done here.
        close(effect.standard_error, &case["adjusted_ratio"]["standard_error"], "its error");

        let net = Metric::per_unit([1.0, -3.0, 0.0, 0.0]);
        let effect = net.of(&treated).unwrap().minus(&net.of(&held_out).unwrap()).unwrap();
        let interval = effect.interval(0.05, Looks::Once);
        close(effect.estimate, &case["net"]["estimate"], "net");
        close(interval.low, &case["net"]["low"], "net, low");
        close(interval.high, &case["net"]["high"], "net, high");
        close(effect.p_value(0.05, Looks::Once), &case["net"]["p"], "net, chance");
    }
}

#[test]
fn clusters_agree_with_statsmodels() {
    let reference = reference("clusters");
    assert_eq!(list(&reference).len(), 2);
    for case in list(&reference) {
        let mut rooms: BTreeMap<i64, [i64; 4]> = BTreeMap::new();
        for [room, arm, figure] in rows(&case["rows"]) {
            let sums = rooms.entry(room).or_default();
            let place = if arm == 1 { 0 } else { 2 };
            sums[place] += figure;
            sums[place + 1] += 1;
        }
        let mut clusters = Sums::default();
        rooms.values().for_each(|it| clusters.add(*it));
        let treated = Metric::ratio([1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]);
        let held_out = Metric::ratio([0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]);
        let effect = effect_within_many_clusters(&clusters, &treated, &held_out).unwrap();
        close(effect.estimate, &case["estimate"], "estimate");
        close(effect.standard_error, &case["standard_error"], "CR1");
        assert_eq!((effect.freedom, effect.units), (23.0, 24));
        let few: Vec<[i64; 4]> = rooms.values().copied().collect();
        let effect = effect_within_clusters(&few, &treated, &held_out).unwrap();
        close(effect.standard_error, &case["jackknife"], "CR3");
        let people = few.iter().map(|it| (it[1] + it[3]) as f64);
        let worth = people.clone().sum::<f64>().powi(2) / people.map(|it| it * it).sum::<f64>();
        near(effect.freedom, worth - 1.0, CLOSE, "degrees of freedom");
        let Some(of_arms) = case.get("standard_error_of_arms") else { continue };
        for (arm, place) in [0, 2].into_iter().enumerate() {
            let clusters: Vec<[i64; 2]> =
                rooms.values().filter(|it| it[place + 1] > 0).map(|it| [it[place], it[place + 1]]).collect();
            let mut sums = Sums::default();
            clusters.iter().for_each(|it| sums.add(*it));
            let mean = Metric::ratio([1.0, 0.0], [0.0, 1.0]);
            close(mean.of(&sums).unwrap().squared_error.sqrt(), &of_arms[arm], "one arm, CR1");
            let level = level_of_clusters(&clusters, &mean).unwrap();
            close(level.squared_error.sqrt(), &case["jackknife_of_arms"][arm], "one arm, CR3");
        }
    }
}

#[test]
fn switchbacks_agree_with_statsmodels() {
    for case in list(&reference("switchbacks")) {
        let blocks: Vec<Block> = list(&case["rows"])
            .iter()
            .map(|it| Block {
                room: whole(&it[0]) as u32,
                treated: whole(&it[1]) == 1,
                outcome: number(&it[2]),
            })
            .collect();
        let switchback = Switchback::new(&blocks).unwrap();
        let over_blocks = switchback.effect_over_blocks().unwrap();
        let over_rooms = switchback.effect_over_rooms().unwrap();
        close(over_blocks.estimate, &case["estimate"], "estimate");
        close(over_blocks.standard_error, &case["error_over_blocks"], "HC1");
        close(over_rooms.standard_error, &case["error_over_rooms"], "CR1");
        assert_eq!((over_blocks.freedom, over_rooms.freedom), (62.0, 6.0));
    }
}

#[test]
fn redrawing_the_arms_agrees_with_all_draws() {
    let case = reference("randomisation");
    let blocks: Vec<Block> = numbers(&case["arms"])
        .into_iter()
        .zip(numbers(&case["outcomes"]))
        .map(|(arm, outcome)| Block { room: 1, treated: arm == 1.0, outcome })
        .collect();
    let found = Switchback::new(&blocks).unwrap().randomised(0.5, 0.05, 40_000, 7).unwrap();
    close(found.estimate, &case["estimate"], "estimate");
    // 40,000 redraws miss a chance of 0.005 by 0.0004 with one standard deviation.
    assert!((found.p_value - number(&case["p"])).abs() < 0.002, "{found:?}");
    assert!((found.interval.low - number(&case["low"])).abs() < 0.1, "{found:?}, {}", case["low"]);
    assert!((found.interval.high - number(&case["high"])).abs() < 0.1, "{found:?}, {}", case["high"]);
}

#[test]
fn quantiles_of_units_agree_with_gbstats() {
    for case in list(&reference("quantiles")) {
        let mut sample = Sample::default();
        rows(&case["rows"]).into_iter().for_each(|[unit, figure]| sample.add(unit as u64, figure));
        let level = sample.quantile(number(&case["level"])).unwrap();
        close(level.value, &case["value"], "quantile");
        close(level.squared_error.sqrt(), &case["standard_error"], "its error");
        assert_eq!(level.units, 90);
    }
}

#[test]
fn leaving_faster_agrees_with_lifelines() {
    for case in list(&reference("leaving")) {
        let mut arms = [Lifetimes::default(), Lifetimes::default()];
        for [arm, entry, end, left] in rows(&case["rows"]) {
            let lifetimes = &mut arms[arm as usize];
            let (entry, end) = (entry as u32, end as u32);
            if left == 1 { lifetimes.left(entry, end, 1) } else { lifetimes.censored(entry, end, 1) }
                .unwrap();
        }
        let [held_out, treated] = &arms;
        let ratio = log_hazard_ratio(treated, held_out).unwrap();
        near(ratio.estimate, number(&case["log_ratio"]), 1e-6, "log hazard ratio");
        near(ratio.standard_error, number(&case["standard_error"]), 1e-6, "its error");
        let back = log_hazard_ratio(held_out, treated).unwrap();
        assert!((back.estimate + ratio.estimate).abs() < 1e-9);
        if case.get("p").is_some() {
            let test = log_rank(treated, held_out).unwrap();
            close(test.chi_squared, &case["chi_squared"], "log-rank");
            close(test.p_value, &case["p"], "log-rank, chance");
        }
    }
}

#[test]
fn restricted_means_of_clusters_agree_with_leaving_rooms_out_by_hand() {
    let case = reference("restricted_means");
    let mut rooms = vec![Lifetimes::default(); 6];
    for [room, end, left] in rows(&case["rows"]) {
        let lifetimes = &mut rooms[room as usize];
        let end = end as u32;
        if left == 1 { lifetimes.left(0, end, 1) } else { lifetimes.censored(0, end, 1) }.unwrap();
    }
    let level = restricted_mean_of_clusters(&rooms, case["horizon_s"].as_u64().unwrap() as u32).unwrap();
    close(level.value, &case["value"], "mean");
    close(level.squared_error.sqrt(), &case["standard_error"], "jackknife");
}

#[test]
fn many_comparisons_agree_with_statsmodels() {
    for case in list(&reference("multiple")) {
        let chances = numbers(&case["chances"]);
        for (mine, theirs) in [(holm(&chances), "holm"), (benjamini_hochberg(&chances), "benjamini_hochberg")]
        {
            assert_eq!(mine.len(), chances.len());
            mine.iter().zip(list(&case[theirs])).for_each(|(mine, it)| close(*mine, it, theirs));
        }
    }
}

#[test]
fn sizes_of_arms_agree_with_gbstats_and_scipy() {
    for case in list(&reference("sample_ratios")) {
        let observed: Vec<u64> = list(&case["observed"]).iter().map(|it| it.as_u64().unwrap()).collect();
        let chance = sample_ratio(&observed, &numbers(&case["weights"])).unwrap();
        near(chance, number(&case["p"]), 1e-9, "chance");
    }
}

#[test]
fn plans_agree_with_statsmodels() {
    for case in list(&reference("plans")) {
        let [variance, treated, alpha, power, effect] =
            ["variance", "treated", "alpha", "power", "effect"].map(|it| number(&case[it]));
        let plan = Plan { variance, treated, alpha, power };
        assert_eq!(plan.units_for(effect).unwrap(), number(&case["units"]).ceil() as u64);
        near(plan.power_of(effect, 700.0), number(&case["power_of_700"]), 1e-9, "power");
        near(plan.smallest_effect(700).unwrap(), number(&case["smallest_of_700"]), 1e-9, "smallest effect");
    }
}

#[test]
fn other_policies_agree_with_plain_arithmetic() {
    let case = reference("off_policy");
    let mut whole = OffPolicy::default();
    let mut halves = [OffPolicy::default(); 2];
    for (place, row) in list(&case["rows"]).iter().enumerate() {
        let [logged, other, reward, expected, expected_of_other] = std::array::from_fn(|it| number(&row[it]));
        let decision = Decision { logged, other, reward, expected, expected_of_other };
        assert!(whole.add(&decision) && halves[place % 2].add(&decision));
    }
    let mut sum = halves[0];
    sum += &halves[1];
    for found in [whole, sum] {
        close(found.effective(), &case["effective"], "effective sample");
        for (level, name) in [
            (found.inverse_propensity(), "ips"),
            (found.self_normalised(), "snips"),
            (found.doubly_robust(), "dr"),
        ] {
            let level = level.unwrap();
            close(level.value, &case[name][0], name);
            close(level.squared_error.sqrt(), &case[name][1], name);
        }
    }
}

#[test]
fn an_effect_is_the_difference_that_other_reports_show() {
    let case = &reference("means")[0];
    let effect: Effect = one_by_one(&case["treated"]).minus(&one_by_one(&case["held_out"])).unwrap();
    let difference = effect.difference();
    close(difference.ci95.low, &case["results"][0]["low"], "low");
    close(difference.ci95.high, &case["results"][0]["high"], "high");
}
