//! Products side by side, by their facts. It does not know who chose them.

use crate::Product;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Products that stand side by side, at most.
pub const COMPARED_MAX: usize = 8;

/// A table of facts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Comparison {
    /// The products, in the order they were asked for.
    pub products: Vec<ComparedProduct>,
    /// A line for each fact that any of them has: what most have comes first.
    pub rows: Vec<ComparedFact>,
}

/// The head of a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ComparedProduct {
    /// Its number.
    pub id: u64,
    /// What it is called.
    pub title: String,
}

/// A line of the table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ComparedFact {
    /// The fact.
    pub name: String,
    /// One value for each product; empty where it does not say.
    pub values: Vec<String>,
    /// Whether they differ: what is the same everywhere helps nobody choose.
    pub differs: bool,
}

/// Puts products side by side.
pub fn compare(products: &[Product]) -> Comparison {
    let mut facts: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (place, product) in products.iter().enumerate() {
        for fact in &product.facts {
            let values = facts.entry(fact.name.trim()).or_insert_with(|| vec![String::new(); products.len()]);
            values[place] = fact.value.trim().to_owned();
        }
    }
    let mut rows: Vec<ComparedFact> = facts
        .into_iter()
        .map(|(name, values)| {
            let differs = values.iter().any(|it| *it != values[0]);
            ComparedFact { name: name.to_owned(), values, differs }
        })
        .collect();
    let gaps = |row: &ComparedFact| row.values.iter().filter(|it| it.is_empty()).count();
    rows.sort_by_key(gaps);
    let head = |it: &Product| ComparedProduct { id: it.id, title: it.title.clone() };
    Comparison { products: products.iter().map(head).collect(), rows }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fact;

    fn product(id: u64, facts: &[(&str, &str)]) -> Product {
        let fact = |(name, value): &(&str, &str)| Fact { name: (*name).into(), value: (*value).into() };
        Product { id, facts: facts.iter().map(fact).collect(), ..Product::default() }
    }

    #[test]
    fn what_most_have_comes_first_and_what_is_missing_stays_empty() {
        let table = compare(&[
            product(1, &[("Volume", "300 ml"), ("Material", "Porcelain")]),
            product(2, &[("Material", "Porcelain"), ("Lid", "yes")]),
        ]);
        let rows: Vec<_> = table
            .rows
            .iter()
            .map(|it| {
                (it.name.as_str(), it.values.iter().map(String::as_str).collect::<Vec<_>>(), it.differs)
            })
            .collect();
        assert_eq!(
            rows,
            [
                ("Material", vec!["Porcelain", "Porcelain"], false),
                ("Lid", vec!["", "yes"], true),
                ("Volume", vec!["300 ml", ""], true),
            ]
        );
        assert_eq!(compare(&[]), Comparison::default());
    }
}
