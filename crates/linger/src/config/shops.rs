//! The settings of shops elsewhere, meant. It does not repeat what was typed: tokens and secrets stand beside each other.

use crate::settings::Typed;
use anyhow::{Context, ensure};
use linger_protocol::Currency;
use linger_shops::{Secret, medusa, shopify};
use linger_web::{MedusaShop, ShopState, ShopifyShop, Shops};
use std::sync::Arc;
use url::Url;

/// Shops elsewhere, as far as they are set up.
#[derive(Clone)]
pub struct ShopsConfig {
    shopify: Option<Shopify>,
    medusa: Option<(medusa::Settings, Secret)>,
}

#[derive(Clone)]
struct Shopify {
    domain: String,
    token: String,
    secret: Secret,
    currency: String,
    location: String,
}

impl ShopsConfig {
    /// Reads what was typed.
    pub fn of(typed: &Typed) -> anyhow::Result<ShopsConfig> {
        let shopify = match typed.text("shopify-shop") {
            "" => None,
            domain => Some(shopify_of(domain, typed)?),
        };
        let medusa = match typed.text("medusa-url") {
            "" => None,
            url => Some(medusa_of(url, typed)?),
        };
        Ok(ShopsConfig { shopify, medusa })
    }

    /// Their names.
    pub fn sources(&self) -> Vec<&'static str> {
        let shopify = self.shopify.as_ref().map(|_| shopify::SOURCE);
        shopify.into_iter().chain(self.medusa.as_ref().map(|_| medusa::SOURCE)).collect()
    }

    /// The shops, ready to be spoken to.
    pub fn shops(&self) -> anyhow::Result<Shops> {
        let shopify = self.shopify.as_ref().map(|it| {
            let base = Url::parse(&format!("https://{}/", it.domain)).context("`shopify-shop`")?;
            let client = shopify::Client::new(&base, &it.token, &it.location).context("`shopify-shop`")?;
            anyhow::Ok(Arc::new(ShopifyShop {
                domain: it.domain.clone(),
                secret: it.secret.clone(),
                currency: it.currency.clone(),
                location: it.location.clone(),
                client,
                state: ShopState::default(),
            }))
        });
        let medusa = self.medusa.as_ref().map(|(settings, secret)| {
            let client = medusa::Client::new(settings.clone()).context("`medusa-url`")?;
            anyhow::Ok(Arc::new(MedusaShop { secret: secret.clone(), client, state: ShopState::default() }))
        });
        Ok(Shops { shopify: shopify.transpose()?, medusa: medusa.transpose()? })
    }
}

fn shopify_of(domain: &str, typed: &Typed) -> anyhow::Result<Shopify> {
    let fits = domain.ends_with(".myshopify.com")
        && domain.len() <= 100
        && domain.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.');
    ensure!(fits, "`shopify-shop` must be the shop's own address, such as name.myshopify.com");
    let location = typed.text("shopify-location");
    ensure!(location.bytes().all(|b| b.is_ascii_digit()), "`shopify-location` must be a number");
    Ok(Shopify {
        domain: domain.to_owned(),
        token: needed(typed, "shopify-token", "shopify-shop")?,
        secret: secret(typed, "shopify-secret", "shopify-shop")?,
        currency: currency(typed, "shopify-currency")?,
        location: location.to_owned(),
    })
}

fn medusa_of(url: &str, typed: &Typed) -> anyhow::Result<(medusa::Settings, Secret)> {
    let base = url.parse::<Url>().context("`medusa-url` is no address")?;
    ensure!(matches!(base.scheme(), "http" | "https"), "`medusa-url` must begin with https:// or http://");
    ensure!(base.username().is_empty() && base.password().is_none(), "`medusa-url` must carry no password");
    let settings = medusa::Settings {
        base,
        token: needed(typed, "medusa-token", "medusa-url")?,
        currency: currency(typed, "medusa-currency")?,
        location: typed.text("medusa-location").to_owned(),
        region: typed.text("medusa-region").to_owned(),
    };
    Ok((settings, secret(typed, "medusa-secret", "medusa-url")?))
}

fn needed(typed: &Typed, name: &str, of: &str) -> anyhow::Result<String> {
    let text = typed.text(name);
    let printable = !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic());
    ensure!(printable, "`{of}` needs `{name}`");
    Ok(text.to_owned())
}

fn secret(typed: &Typed, name: &str, of: &str) -> anyhow::Result<Secret> {
    Secret::new(&needed(typed, name, of)?).with_context(|| format!("`{name}` must be 16 to 256 characters"))
}

fn currency(typed: &Typed, name: &str) -> anyhow::Result<String> {
    let code = typed.text(name);
    ensure!(Currency::new(code).is_some(), "`{name}` must be three capital letters, such as EUR");
    Ok(code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(args: &[&str]) -> anyhow::Result<ShopsConfig> {
        let command = clap::Command::new("linger").args(Typed::flags());
        ShopsConfig::of(&Typed::gather(&command.try_get_matches_from(["linger"].iter().chain(args))?)?)
    }

    #[test]
    fn what_belongs_together_is_asked_for_by_name_and_no_secret_is_repeated() {
        let shop = ["--shopify-shop", "hill.myshopify.com"];
        let token = ["--shopify-token", "c2VjcmV0"];
        let medusa = ["--medusa-url", "https://shop.example.com"];
        for (args, name) in [
            (vec![shop.as_slice()], "shopify-token"),
            (vec![&shop, &token], "shopify-secret"),
            (vec![&shop, &token, &["--shopify-secret", "c2VjcmV0"]], "shopify-secret"),
            (vec![&["--shopify-shop", "hill.example.com"]], "shopify-shop"),
            (vec![&shop, &token, &["--shopify-location", "gid://x"]], "shopify-location"),
            (vec![&medusa], "medusa-token"),
            (vec![&["--medusa-url", "https://u:c2VjcmV0@shop.example.com"]], "medusa-url"),
            (vec![&medusa, &["--medusa-token", "c2VjcmV0", "--medusa-currency", "eur"]], "medusa-currency"),
        ] {
            let error = of(&args.concat()).err().map(|it| format!("{it:#}")).unwrap_or_default();
            assert!(error.contains(&format!("`{name}`")) && !error.contains("c2VjcmV0"), "{name}: {error}");
        }
    }

    #[test]
    fn shops_that_are_set_up_can_be_spoken_to() -> anyhow::Result<()> {
        assert!(of(&[])?.shops()?.shopify.is_none());
        let shops = of(&[
            "--shopify-shop",
            "hill.myshopify.com",
            "--shopify-token",
            "shpat_1",
            "--shopify-secret",
            "0123456789abcdef",
            "--shopify-location",
            "24826418",
        ])?;
        let shops = shops.shops()?;
        assert!(shops.shopify.is_some() && shops.medusa.is_none());
        assert!(!format!("{shops:?}").contains("shpat"));
        Ok(())
    }
}
