//! The bodies of the sandbox's notices. It does not know signatures or how they travel.

use crate::payments::{Notice, NoticeError};
use linger_protocol::{Currency, Money, PaymentId, RefundId};
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
    refund: Option<String>,
    amount_minor: Option<i64>,
    currency: Option<String>,
}

impl Notice {
    /// The body that says this.
    pub(crate) fn to_json(&self) -> String {
        let (kind, room, order, payment, refund, amount) = match self {
            Notice::Paid { room, order, payment, amount } => {
                ("payment.paid", room, order, payment, None, Some(amount))
            }
            Notice::Refunded { room, order, payment, refund } => {
                ("payment.refunded", room, order, payment, Some(refund), None)
            }
            Notice::RefundFailed { room, order, payment, refund } => {
                ("refund.failed", room, order, payment, Some(refund), None)
            }
        };
        let data = serde_json::json!({
            "room": room.as_str(),
            "order": order.to_string(),
            "payment": payment.as_str(),
            "refund": refund.map(RefundId::as_str),
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
        let payment: PaymentId = data.payment.parse().map_err(|_| BAD)?;
        let refund = || match &data.refund {
            Some(refund) => refund.parse().map_err(|_| BAD),
            // Notices that waited since refunds had no names of their own.
            None => Ok(RefundId::whole(&payment)),
        };
        match r#type.as_str() {
            "payment.paid" => {
                let minor = data.amount_minor.filter(|minor| *minor > 0).ok_or(BAD)?;
                let currency = data.currency.as_deref().and_then(Currency::new).ok_or(BAD)?;
                Ok(Notice::Paid { room, order, payment, amount: Money::new(minor, currency) })
            }
            "payment.refunded" => Ok(Notice::Refunded { room, order, refund: refund()?, payment }),
            "refund.failed" => Ok(Notice::RefundFailed { room, order, refund: refund()?, payment }),
            _ => Err(BAD),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linger_protocol::{OrderId, RoomId};

    #[test]
    fn what_is_written_is_read_again() {
        let (room, order) = (RoomId::new("summer-sale").unwrap(), OrderId(7));
        let payment = PaymentId::new("sandbox-1").unwrap();
        let (amount, refund) = (Money::new(1999, Currency::CNY), RefundId::new("half-1").unwrap());
        for notice in [
            Notice::Paid { room: room.clone(), order, payment: payment.clone(), amount },
            Notice::Refunded { room: room.clone(), order, payment: payment.clone(), refund: refund.clone() },
            Notice::RefundFailed { room, order, payment, refund },
        ] {
            assert_eq!(Notice::from_json(notice.to_json().as_bytes()), Ok(notice));
        }
    }

    #[test]
    fn a_notice_from_before_refunds_had_names_is_about_the_whole_payment() {
        let body =
            br#"{"type":"payment.refunded","data":{"room":"a","order":"00000000000000000000000000000007",
            "payment":"p","amount_minor":null,"currency":null}}"#;
        let read = Notice::from_json(body).unwrap();
        assert!(matches!(read, Notice::Refunded { refund, .. } if refund.as_str() == "whole-p"));
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
