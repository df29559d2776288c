//! The bodies of the sandbox's notices. It does not know signatures or how they travel.

use crate::payments::{Notice, NoticeError};
use linger_protocol::{Currency, Money};
use serde::{Deserialize, Serialize};

/// The longest body of a notice (the Standard Webhooks specification advises to keep them below 20 kB).
pub const NOTICE_BYTES_MAX: usize = 20_000;

#[derive(Serialize, Deserialize)]
struct Body {
    r#type: String,
    data: Data,
}

#[derive(Serialize, Deserialize)]
struct Data {
    room: String,
    order: String,
    payment: String,
    amount_minor: Option<i64>,
    currency: Option<String>,
}

impl Notice {
    /// The body that says this.
    pub(crate) fn to_json(&self) -> String {
        let (kind, room, order, payment, amount) = match self {
            Notice::Paid { room, order, payment, amount } => {
                ("payment.paid", room, order, payment, Some(amount))
            }
            Notice::Refunded { room, order, payment } => ("payment.refunded", room, order, payment, None),
        };
        let data = serde_json::json!({
            "room": room.as_str(),
            "order": order.to_string(),
            "payment": payment.as_str(),
            "amount_minor": amount.map(|amount| amount.minor),
            "currency": amount.map(|amount| amount.currency.as_str()),
        });
        serde_json::json!({ "type": kind, "data": data }).to_string()
    }

    /// Reads a body whose signature holds.
    pub(crate) fn from_json(body: &[u8]) -> Result<Notice, NoticeError> {
        const BAD: NoticeError = NoticeError::BadBody;
        let Body { r#type, data } = serde_json::from_slice(body).map_err(|_| BAD)?;
        let room = data.room.parse().map_err(|_| BAD)?;
        let order = data.order.parse().map_err(|_| BAD)?;
        let payment = data.payment.parse().map_err(|_| BAD)?;
        match r#type.as_str() {
            "payment.paid" => {
                let minor = data.amount_minor.filter(|minor| *minor > 0).ok_or(BAD)?;
                let currency = data.currency.as_deref().and_then(Currency::new).ok_or(BAD)?;
                Ok(Notice::Paid { room, order, payment, amount: Money::new(minor, currency) })
            }
            "payment.refunded" => Ok(Notice::Refunded { room, order, payment }),
            _ => Err(BAD),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linger_protocol::{OrderId, PaymentId, RoomId};

    #[test]
    fn what_is_written_is_read_again() {
        let (room, order) = (RoomId::new("summer-sale").unwrap(), OrderId(7));
        let payment = PaymentId::new("sandbox-1").unwrap();
        let amount = Money::new(1999, Currency::CNY);
        for notice in [
            Notice::Paid { room: room.clone(), order, payment: payment.clone(), amount },
            Notice::Refunded { room, order, payment },
        ] {
            assert_eq!(Notice::from_json(notice.to_json().as_bytes()), Ok(notice));
        }
    }

    #[test]
    fn a_body_of_another_form_is_no_notice() {
        let good = r#"{"type":"payment.paid","data":{"room":"a","order":"00000000000000000000000000000007",
            "payment":"p","amount_minor":5,"currency":"CNY"}}"#;
        assert!(Notice::from_json(good.as_bytes()).is_ok());
        for (part, other) in [
            ("payment.paid", "payment.lost"),
            ("\"a\"", "\"A b\""),
            ("7\"", "x\""),
            ("\"p\"", "\"\""),
            (":5", ":0"),
            (":5", ":-5"),
            (":5", ":5.5"),
            ("CNY", "cny"),
            ("}}", "}"),
        ] {
            let bad = good.replace(part, other);
            assert_ne!(bad, good);
            assert_eq!(Notice::from_json(bad.as_bytes()), Err(NoticeError::BadBody), "{bad}");
        }
    }
}
