//! Payments through Stripe: payment intents, refunds and signed notices, by the forms that Stripe documents. It does not
//! know rooms or holds, and keeps nothing: what it knows it reads from Stripe.
//!
//! # Methods
//! | name | what the buyer does |
//! |---|---|
//! | `card` | confirms with Stripe's own program on the shop's page ([`Next::Confirm`]), or is sent to the page that the house was told of ([`StripeConfig::page`]); the house never sees a card |
//! | any other, such as `alipay` or `wechat_pay` | is sent to the address that Stripe answers with |
//!
//! # Once
//! Every change carries an idempotency key made from what is asked. Stripe forgets keys after a day, so a refund is also
//! looked for under its name before it is asked for. What is answered from memory is asked for again, because it may
//! have changed since.
//!
//! Payments carry the house, the room and the order as metadata: one account may serve several houses, and each takes
//! only its own.

mod amount;
mod call;
mod read;
mod signature;

pub use call::StripeKey;
pub use signature::StripeSecret;

use crate::payments::{
    Back, BoxFuture, Charge, ClientSecret, Known, KnownPage, Next, NoticeError, PayError, Payments,
    RefundState, Started, Told,
};
use amount::to_stripe;
use call::{Api, Fault};
use linger_protocol::{Millis, PaymentId, RoomId};
use read::{Intent, List, Refund};
use std::fmt;
use url::{Url, form_urlencoded};

/// Bytes of a notice.
pub const STRIPE_NOTICE_BYTES_MAX: usize = 64 << 10;
/// How often a payment is begun anew when the one before came to an end unpaid.
const STARTS_MAX: u32 = 20;
const PAGE: &str = "100";
/// Pages of refunds that are read of one payment.
const REFUND_PAGES_MAX: usize = 10;
/// What payment intents are named by.
const PREFIX: &str = "pi_";

/// How Stripe is reached.
#[derive(Clone)]
pub struct StripeConfig {
    /// Where its interface is; `https://api.stripe.com/`.
    pub url: Url,
    /// The key the shop is known by.
    pub key: StripeKey,
    /// What notices may be signed with: more than one while a secret is being rolled.
    pub secrets: Vec<StripeSecret>,
    /// The address of the house, to which buyers come back.
    pub public_url: Url,
    /// A page of the shop that confirms a payment with Stripe's own program, if there is one. After `#` it is told
    /// `payment_intent`, `payment_intent_client_secret` and `return_url`.
    pub page: Option<Url>,
    /// What tells this house from others that use the same account.
    pub house: Box<str>,
}

impl fmt::Debug for StripeConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StripeConfig").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}

/// The provider.
pub struct Stripe {
    config: StripeConfig,
    api: Api,
}

impl fmt::Debug for Stripe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stripe")
    }
}

impl Stripe {
    /// Sets it up; nothing is called yet.
    pub fn new(config: StripeConfig) -> Result<Stripe, PayError> {
        let api = Api::new(config.url.clone(), config.key.clone())?;
        Ok(Stripe { config, api })
    }

    async fn start_charge(&self, charge: Charge, method: &str) -> Result<Started, PayError> {
        let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        if !(1..=32).contains(&method.len()) || !method.bytes().all(word) {
            return Err(PayError::UnknownMethod);
        }
        let (amount, currency) =
            to_stripe(charge.amount).filter(|(amount, _)| *amount > 0).ok_or(PayError::BadAmount)?;
        let (amount, order, back) =
            (amount.to_string(), charge.order.to_string(), self.back_to(&charge.room)?.to_string());
        let house = &*self.config.house;
        let mut form = vec![
            ("amount", amount.as_str()),
            ("currency", currency.as_str()),
            ("payment_method_types[]", method),
            ("metadata[linger_house]", house),
            ("metadata[linger_room]", charge.room.as_str()),
            ("metadata[linger_order]", &order),
        ];
        let confirmed = method != "card";
        if confirmed {
            form.push(("confirm", "true"));
            form.push(("payment_method_data[type]", method));
            form.push(("return_url", &back));
        }
        if method == "wechat_pay" {
            form.push(("payment_method_options[wechat_pay][client]", "web"));
        }
        for attempt in 1..=STARTS_MAX {
            let key = format!("{house}-pay-{}-{order}-{method}-{attempt}", charge.room);
            let answer = match self.api.post("/v1/payment_intents", &form, &key).await {
                Ok(answer) => answer,
                // That one came to nothing then; a buyer who tries again means it.
                Err(Fault::Said { replayed: true, .. }) => continue,
                Err(fault) => return Err(start_fault(fault)),
            };
            let replayed = answer.replayed;
            let mut intent: Intent = answer.read().map_err(|it| it.unavailable(STARTING))?;
            if replayed {
                intent = self.intent(&intent.id).await?.ok_or(PayError::UnknownPayment)?;
                let over =
                    intent.status == "canceled" || (confirmed && intent.status == "requires_payment_method");
                if over {
                    continue;
                }
            }
            return self.started(intent, &back);
        }
        Err(PayError::Declined)
    }

    /// What the buyer does next about a payment.
    fn started(&self, intent: Intent, back: &str) -> Result<Started, PayError> {
        let odd = |why: &str| PayError::Unavailable { doing: STARTING, retry: false, why: why.into() };
        let payment: PaymentId = intent.id.parse().map_err(|_| odd("a payment without a name"))?;
        let next = match (intent.status.as_str(), intent.next_address(), intent.client_secret) {
            ("succeeded" | "processing", ..) => Next::Done,
            (_, Some(address), _) => Next::Visit(address),
            (_, None, Some(secret)) => match &self.config.page {
                Some(page) => Next::Visit(told(page, payment.as_str(), &secret, back)),
                None => Next::Confirm(ClientSecret(secret.into())),
            },
            (_, None, None) => return Err(odd("nothing that the buyer could do")),
        };
        Ok(Started { payment, next })
    }

    /// Where a buyer comes back to.
    fn back_to(&self, room: &RoomId) -> Result<Url, PayError> {
        self.config.public_url.join(&format!("/r/{room}")).map_err(|error| PayError::Unavailable {
            doing: STARTING,
            retry: false,
            why: error.to_string().into(),
        })
    }

    async fn give_back(&self, back: Back) -> Result<(), PayError> {
        let intent = self.intent(back.payment.as_str()).await?.ok_or(PayError::UnknownPayment)?;
        let whose = intent.whose(&self.config.house).ok_or(PayError::UnknownPayment)?;
        if whose.room != back.room || whose.order != back.order {
            return Err(PayError::UnknownPayment);
        }
        let paid = intent.paid().ok_or(PayError::NotPaid)?;
        if back.amount.currency != paid.currency || back.amount.minor <= 0 {
            return Err(PayError::BadAmount);
        }
        let refunds = self.refunds(back.payment.as_str()).await?;
        let known = read::known(&intent, &refunds, &self.config.house).ok_or(PayError::UnknownPayment)?;
        if let Some(before) = known.refunds.iter().find(|it| it.refund == back.refund) {
            return match before.state {
                _ if before.minor != back.amount.minor => Err(PayError::RefundDiffers),
                RefundState::Failed => Err(PayError::RefundFailed),
                RefundState::Pending | RefundState::Done => Ok(()),
            };
        }
        if back.amount.minor > paid.minor.saturating_sub(known.back_minor()) {
            return Err(PayError::MoreThanPaid);
        }
        let (amount, _) = to_stripe(back.amount).ok_or(PayError::BadAmount)?;
        let (amount, order) = (amount.to_string(), back.order.to_string());
        let form = [
            ("payment_intent", back.payment.as_str()),
            ("amount", amount.as_str()),
            ("metadata[linger_house]", &*self.config.house),
            ("metadata[linger_room]", back.room.as_str()),
            ("metadata[linger_order]", &order),
            ("metadata[linger_refund]", back.refund.as_str()),
        ];
        let key = format!("{}-back-{}", self.config.house, back.refund);
        let answer = self.api.post("/v1/refunds", &form, &key).await.map_err(refund_fault)?;
        let refund: Refund = answer.read().map_err(|it| it.unavailable(GIVING))?;
        match refund.state() {
            RefundState::Failed => Err(PayError::RefundFailed),
            RefundState::Pending | RefundState::Done => Ok(()),
        }
    }

    async fn intent(&self, payment: &str) -> Result<Option<Intent>, PayError> {
        match self.api.get(&format!("/v1/payment_intents/{payment}"), &[]).await {
            Ok(answer) => answer.read().map(Some).map_err(|it| it.unavailable(READING)),
            Err(Fault::Said { status: 404, .. }) => Ok(None),
            Err(fault) => Err(fault.unavailable(READING)),
        }
    }

    async fn refunds(&self, payment: &str) -> Result<Vec<Refund>, PayError> {
        let mut all: Vec<Refund> = vec![];
        for _ in 0..REFUND_PAGES_MAX {
            let mut query = vec![("payment_intent", payment), ("limit", PAGE)];
            let last = all.last().map(|it| it.id().to_owned());
            query.extend(last.as_deref().map(|it| ("starting_after", it)));
            let answer = self.api.get("/v1/refunds", &query).await.map_err(|it| it.unavailable(READING))?;
            let page: List<Refund> = answer.read().map_err(|it| it.unavailable(READING))?;
            let more = page.has_more && !page.data.is_empty();
            all.extend(page.data);
            if !more {
                return Ok(all);
            }
        }
        Err(PayError::Unavailable {
            doing: READING,
            retry: false,
            why: "too many refunds of one payment".into(),
        })
    }

    async fn look_at(&self, payment: &str) -> Result<Option<Known>, PayError> {
        let Some(intent) = self.intent(payment).await? else { return Ok(None) };
        if intent.whose(&self.config.house).is_none() {
            return Ok(None);
        }
        let refunds = if intent.paid().is_some() { self.refunds(payment).await? } else { vec![] };
        Ok(read::known(&intent, &refunds, &self.config.house))
    }

    async fn page_of(&self, since: Millis, next: Option<&str>) -> Result<KnownPage, PayError> {
        let since = since.0.div_euclid(1_000).max(0).to_string();
        let mut query =
            vec![("created[gte]", since.as_str()), ("limit", PAGE), ("expand[]", "data.latest_charge")];
        query.extend(next.map(|it| ("starting_after", it)));
        let answer =
            self.api.get("/v1/payment_intents", &query).await.map_err(|it| it.unavailable(READING))?;
        let list: List<Intent> = answer.read().map_err(|it| it.unavailable(READING))?;
        let mut page = KnownPage::default();
        for intent in &list.data {
            if intent.whose(&self.config.house).is_none() || intent.paid().is_none() {
                continue;
            }
            let refunds = if intent.touched() { self.refunds(&intent.id).await? } else { vec![] };
            page.payments.extend(read::known(intent, &refunds, &self.config.house));
        }
        page.next = list.data.last().filter(|_| list.has_more).map(|it| it.id.as_str().into());
        Ok(page)
    }
}

const STARTING: &str = "start a payment";
const GIVING: &str = "give money back";
const READING: &str = "read payments";

/// The shop's page, told what it needs after `#`, which no server sees.
fn told(page: &Url, payment: &str, secret: &str, back: &str) -> Url {
    let mut page = page.clone();
    let told = form_urlencoded::Serializer::new(String::new())
        .append_pair("payment_intent", payment)
        .append_pair("payment_intent_client_secret", secret)
        .append_pair("return_url", back)
        .finish();
    page.set_fragment(Some(&told));
    page
}

fn start_fault(fault: Fault) -> PayError {
    let Fault::Said { status, kind, code, param, .. } = &fault else { return fault.unavailable(STARTING) };
    match (status, &**kind, &**code, &**param) {
        (402, ..) | (_, "card_error", ..) => PayError::Declined,
        (_, "idempotency_error", ..) => PayError::AmountDiffers,
        (400, _, "amount_too_small" | "amount_too_large", _) | (400, _, _, "amount" | "currency") => {
            PayError::BadAmount
        }
        (400, _, _, param) if param.starts_with("payment_method") => PayError::UnknownMethod,
        _ => fault.unavailable(STARTING),
    }
}

fn refund_fault(fault: Fault) -> PayError {
    let Fault::Said { status, kind, code, param, .. } = &fault else { return fault.unavailable(GIVING) };
    match (status, &**kind, &**code, &**param) {
        (_, "idempotency_error", ..) => PayError::RefundDiffers,
        (400, _, "charge_already_refunded", _) | (400, _, _, "amount") => PayError::MoreThanPaid,
        (404, ..) => PayError::UnknownPayment,
        _ => fault.unavailable(GIVING),
    }
}

impl Payments for Stripe {
    fn name(&self) -> &'static str {
        "stripe"
    }

    fn usual(&self) -> &'static str {
        "card"
    }

    fn names(&self, payment: &PaymentId) -> bool {
        payment.as_str().starts_with(PREFIX)
    }

    fn start<'a>(&'a self, charge: Charge, method: &'a str) -> BoxFuture<'a, Result<Started, PayError>> {
        Box::pin(self.start_charge(charge, method))
    }

    fn refund(&self, back: Back) -> BoxFuture<'_, Result<(), PayError>> {
        Box::pin(self.give_back(back))
    }

    fn verify_notice(&self, headers: &[(&str, &str)], body: &[u8], now: Millis) -> Result<Told, NoticeError> {
        if body.len() > STRIPE_NOTICE_BYTES_MAX {
            return Err(NoticeError::TooLarge { bytes_max: STRIPE_NOTICE_BYTES_MAX });
        }
        signature::check(&self.config.secrets, headers, body, now)?;
        read::event(body, &self.config.house)
    }

    fn look<'a>(&'a self, payment: &'a PaymentId) -> BoxFuture<'a, Result<Option<Known>, PayError>> {
        Box::pin(self.look_at(payment.as_str()))
    }

    fn known<'a>(
        &'a self,
        since: Millis,
        next: Option<&'a str>,
    ) -> BoxFuture<'a, Result<KnownPage, PayError>> {
        Box::pin(self.page_of(since, next))
    }
}
