//! Documents to begin with, written as tables in both languages. It does not know a shop's products: where a table names
//! one, the shop puts in its own.

use super::table;
use crate::{
    language::Language,
    wire::{RundownTemplate, RundownWire},
};
use linger_protocol::Rundown;
use std::collections::BTreeMap;

/// Code, titles and tables, English before Chinese.
const TEMPLATES: [(&str, [&str; 2], [&str; 2]); 3] = [
    (
        "mixed",
        ["90 minutes, twelve products", "九十分钟，十二件商品"],
        [include_str!("templates/mixed.en.csv"), include_str!("templates/mixed.zh.csv")],
    ),
    (
        "fashion",
        ["60 minutes of fashion", "六十分钟穿搭"],
        [include_str!("templates/fashion.en.csv"), include_str!("templates/fashion.zh.csv")],
    ),
    (
        "single",
        ["30 minutes, one product", "三十分钟，一件商品"],
        [include_str!("templates/single.en.csv"), include_str!("templates/single.zh.csv")],
    ),
];

/// All of them.
pub(super) fn all(language: Language) -> Vec<RundownTemplate> {
    let place = match language {
        Language::En => 0,
        Language::Zh => 1,
    };
    let one = |(id, titles, tables): &(&str, [&str; 2], [&str; 2])| {
        let named = Rundown { title: titles[place].to_owned(), ..Rundown::default() };
        // A table of ours that cannot be read fails the test below.
        let read = table::read(tables[place].as_bytes(), &named);
        without_products(id, read.map_or_else(|_| super::told(&named), |(rundown, _)| rundown))
    };
    TEMPLATES.iter().map(one).collect()
}

fn without_products(id: &str, mut rundown: RundownWire) -> RundownTemplate {
    let mut products: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
    for (step, place) in rundown.steps.iter_mut().zip(0..) {
        if let Some(item) = step.item.take() {
            products.entry(item).or_default().push(place);
        }
    }
    RundownTemplate { id: id.to_owned(), rundown, products: products.into_values().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rundown::document::meant;
    use std::collections::BTreeSet;

    #[test]
    fn every_template_is_a_document_as_long_as_its_name_says_in_both_languages() {
        for (template, (minutes, products)) in [(90, 12), (60, 7), (30, 1)].into_iter().enumerate() {
            let [en, zh] = [Language::En, Language::Zh].map(|language| all(language).swap_remove(template));
            for told in [&en, &zh] {
                let document = meant(&told.rundown, &BTreeSet::new(), &[]).unwrap();
                let lasts_ms: u64 = document.steps.iter().map(|step| step.lasts_ms).sum();
                assert_eq!((lasts_ms, told.products.len()), (minutes * 60_000, products), "{}", told.id);
            }
            let form = |it: &RundownTemplate| {
                let steps = it.rundown.steps.iter();
                steps.map(|step| (step.lasts_ms, step.climax, step.points.len())).collect::<Vec<_>>()
            };
            assert_eq!((form(&en), &en.products), (form(&zh), &zh.products), "{}", en.id);
        }
    }

    #[test]
    fn nobody_who_follows_a_template_is_warned_of_a_lull() {
        for template in all(Language::En) {
            let (mut at_ms, mut since_ms) = (0, 0);
            for step in &template.rundown.steps {
                at_ms += step.lasts_ms;
                if step.climax {
                    assert!(at_ms - step.lasts_ms - since_ms < template.rundown.quiet_ms, "{}", template.id);
                    since_ms = at_ms;
                }
            }
        }
    }
}
