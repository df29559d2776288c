//! Whoever is erased is in no file any more, and whoever stays is untouched.

use super::*;

fn secretive(trial: &mut Trial, n: i64) -> Incoming {
    let mut secret =
        trial.fact(Who { anonymous: Some("device".into()), known: Some("known-SECRET".into()) }, n);
    secret.fact =
        secret.fact.with(Text::Page, "/page-SECRET").with(Text::Order, &format!("order-SECRET-{n}"));
    secret.fact.name = "name-SECRET".into();
    secret.fact.props = Some(format!(r#"{{"text":"props-SECRET {n}"}}"#).into());
    secret
}

/// A store with a secretive person in several segments, in the tail and in the log, among others.
fn with_a_secret() -> Trial {
    let mut trial = Trial::new();
    for n in 0..60 {
        let other = trial.fact(Who::known(&format!("k{}", n % 9)), n);
        let before = trial.fact(Who::anonymous("device"), n);
        let secret = secretive(&mut trial, n);
        trial.tell(if n == 0 { vec![before, other] } else { vec![secret, other] });
        if n % 16 == 0 {
            assert!(trial.maintain());
        }
    }
    trial
}

#[test]
fn an_erased_person_is_in_no_file_and_the_others_are_as_before() {
    let mut trial = with_a_secret();
    assert!(!trial.world.files_with(b"known-SECRET").is_empty());
    let person = trial.person("known-SECRET").unwrap();
    assert_eq!(trial.store().snapshot().facts_of(person, 1000).unwrap().len(), 60);
    let erased = trial.store().erase(person).unwrap();
    assert!(erased.facts > 0 && erased.segments > 0);
    for needle in ["SECRET", "order-", "/page-"] {
        assert_eq!(trial.world.files_with(needle.as_bytes()), Vec::<std::path::PathBuf>::new(), "{needle}");
    }
    assert_eq!(trial.person("known-SECRET"), None);
    assert_eq!(trial.store().person(&Identity::Anonymous("device".into())), None);
    assert_eq!(trial.store().snapshot().facts_of(person, 1000).unwrap(), []);
    trial.model.erase(person);
    trial.check();
    trial.open();
    trial.check();
    let again = secretive(&mut trial, 99);
    trial.tell(vec![again]);
    assert!(trial.person("known-SECRET").unwrap() > person, "they begin as somebody new");
    trial.check();
}

#[test]
fn an_erasure_stopped_at_any_step_is_finished_at_the_next_opening_or_did_not_begin() {
    for step in 0.. {
        let mut trial = with_a_secret();
        let person = trial.person("known-SECRET").unwrap();
        trial.world.stop_after(step);
        let done = trial.store().erase(person).is_ok();
        trial.open();
        if trial.person("known-SECRET").is_some() {
            assert!(!done && step < 10, "step {step}");
            trial.check();
            continue;
        }
        assert_eq!(trial.world.files_with(b"SECRET"), Vec::<std::path::PathBuf>::new(), "step {step}");
        trial.model.erase(person);
        trial.check();
        if done {
            assert!(step > 25, "there are many steps: {step}");
            break;
        }
    }
}
