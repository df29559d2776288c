//! Models of purchases against the figures that their authors publish for the CDNOW data. It does not know other data.

use linger_stats::{BgNbd, DropOut, GammaGamma, Purchases, Spending, Unknown};

fn rows(text: &str) -> Vec<Vec<f64>> {
    text.lines()
        .skip(1)
        .map(|line| line.split(',').map(|it| it.trim().parse().expect("a number")).collect())
        .collect()
}

fn cdnow() -> Vec<Purchases> {
    rows(include_str!("reference/cdnow/cdnow_customers_summary.csv"))
        .iter()
        .map(|row| Purchases { repeats: row[1] as u32, last: row[2], observed: row[3] })
        .collect()
}

fn near(mine: f64, theirs: f64, off: f64, what: &str) {
    assert!((mine - theirs).abs() <= off, "{what}: {mine} here, {theirs} there");
}

#[test]
fn the_purchase_model_of_cdnow_has_the_published_parameters() {
    let model = BgNbd::fit(&cdnow()).unwrap();
    assert_eq!((model.customers, model.drop_out), (2357, DropOut::Identified));
    near(model.r, 0.242593, 2e-6, "r");
    near(model.alpha, 4.413532, 5e-5, "alpha");
    near(model.a, 0.792886, 5e-5, "a");
    near(model.b, 2.425752, 2e-4, "b");
    near(model.log_likelihood, -9582.4256, 5e-3, "log-likelihood");
}

#[test]
fn the_next_39_weeks_of_cdnow_are_predicted_as_by_others() {
    let customers = cdnow();
    let model = BgNbd::fit(&customers).unwrap();
    let predicted: f64 = customers.iter().map(|it| model.expected(it, 39.0)).sum();
    // 1,882 purchases happened.
    near(predicted, 1653.0, 1.0, "purchases predicted");
    // Customer 1 as in the authors' spreadsheet.
    near(model.expected(&customers[0], 39.0), 1.2260, 5e-4, "purchases of customer 1");
    assert!(customers.iter().all(|it| (0.0..=1.0).contains(&model.alive(it))));
}

#[test]
fn the_spending_model_of_cdnow_has_the_published_parameters() {
    let customers: Vec<_> =
        rows(include_str!("reference/cdnow/cdnow_customers_summary_with_transactions.csv"))
            .iter()
            .map(|row| Spending { purchases: row[1] as u32, mean: row[4] })
            .collect();
    let model = GammaGamma::fit(&customers).unwrap();
    assert_eq!(model.customers, 946);
    near(model.p, 6.2495, 1e-3, "p");
    near(model.q, 3.7442, 1e-3, "q");
    near(model.v, 15.448, 5e-3, "v");
    near(model.log_likelihood, -4055.923, 2e-3, "log-likelihood");
    // Without purchases of their own, a customer is expected to spend what all spend.
    let all = model.p * model.v / (model.q - 1.0);
    near(model.expected(&Spending { purchases: 0, mean: 0.0 }).unwrap(), all, 1e-9, "mean of all");
}

#[test]
fn drop_out_that_data_do_not_show_leans_on_a_prior_and_says_so() {
    // Everybody buys every week to the end: nobody drops out.
    let steady: Vec<_> = (0..400)
        .map(|it| {
            let repeats = 5 + it % 30;
            Purchases { repeats, last: 39.0, observed: 39.0 }
        })
        .collect();
    let model = BgNbd::fit(&steady).unwrap();
    assert_eq!(model.drop_out, DropOut::FromPrior);
    assert!(model.a > 1e-4 && model.b < 1e4, "{model:?}");
    assert!(steady.iter().all(|it| model.expected(it, 4.0).is_finite()));
}

#[test]
fn purchases_that_cannot_be_are_refused_by_name() {
    assert_eq!(BgNbd::fit(&[]), Err(Unknown::NothingObserved));
    let once = Purchases { repeats: 0, last: 0.0, observed: 9.0 };
    assert_eq!(BgNbd::fit(&[once; 40]), Err(Unknown::TooFew { have: 0, need: 10 }));
    let late = Purchases { repeats: 1, last: 10.0, observed: 9.0 };
    assert_eq!(BgNbd::fit(&[late; 40]), Err(Unknown::MoreThanAll));
    assert!(GammaGamma::fit(&[Spending { purchases: 2, mean: f64::INFINITY }; 40]).is_err());
}
