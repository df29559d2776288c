//! Names of things. It does not know who hands them out.

use minicbor::{Decode, Encode};
use std::{fmt, str::FromStr, sync::Arc};

/// Why a text is not an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadId {
    /// Which kind of id was wanted.
    pub kind: &'static str,
    /// What such an id looks like.
    pub form: &'static str,
}

impl fmt::Display for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a {} id: {} expected", self.kind, self.form)
    }
}

impl std::error::Error for BadId {}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $max:literal, $form:literal, $ok:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks and keeps a text as an id.
            pub fn new(text: &str) -> Result<$name, BadId> {
                let ok: fn(u8) -> bool = $ok;
                if text.is_empty() || text.len() > $max || !text.bytes().all(ok) {
                    return Err(BadId { kind: $kind, form: $form });
                }
                Ok($name(text.into()))
            }

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<$name, BadId> {
                $name::new(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.str(&self.0)?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<$name, minicbor::decode::Error> {
                $name::new(d.str()?).map_err(|_| minicbor::decode::Error::message(concat!("bad ", $kind, " id")))
            }
        }
    };
}

macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident, $int:ty, $digits:literal, $kind:literal, $form:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $int);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!("{:0", $digits, "x}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<$name, BadId> {
                let bad = BadId { kind: $kind, form: $form };
                let lower = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
                if text.len() != $digits || !text.bytes().all(lower) {
                    return Err(bad);
                }
                <$int>::from_str_radix(text, 16).map($name).map_err(|_| bad)
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0.to_be_bytes())?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<$name, minicbor::decode::Error> {
                let bytes = d.bytes()?.try_into();
                let bytes = bytes.map_err(|_| minicbor::decode::Error::message(concat!("bad ", $kind, " id")))?;
                Ok($name(<$int>::from_be_bytes(bytes)))
            }
        }
    };
}

macro_rules! counted_id {
    ($(#[$doc:meta])* $name:ident, $int:ty) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
        #[cbor(transparent)]
        pub struct $name(#[n(0)] pub $int);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

text_id! {
    /// A live room, for ever: its name in addresses and in the log.
    RoomId, "room", 64, "1 to 64 of a-z, 0-9 and -",
    |b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'
}
text_id! {
    /// A payment as the provider names it.
    PaymentId, "payment", 64, "1 to 64 of A-Z, a-z, 0-9, - and _",
    |b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'
}
text_id! {
    /// Money that goes back, as the house names it: whoever asks again under it asks for the same money. One payment may go
    /// back in parts, each under its own name.
    RefundId, "refund", 80, "1 to 80 of A-Z, a-z, 0-9, - and _",
    |b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'
}

impl RefundId {
    const WHOLE: &str = "whole-";

    /// The one refund by which a payment goes back wholly, as one that came too late does: named by the payment, so that
    /// whoever asks again asks for the same.
    pub fn whole(payment: &PaymentId) -> RefundId {
        RefundId(format!("{}{payment}", RefundId::WHOLE).into())
    }
}
hex_id! {
    /// A person, guest or staff: random, says nothing about who it is.
    PersonId, u64, 16, "person", "16 lower-case hexadecimal digits"
}
hex_id! {
    /// One stay of one person in one room, from arrival to departure.
    SessionId, u64, 16, "session", "16 lower-case hexadecimal digits"
}
hex_id! {
    /// An order, named by the buyer's own device, so that asking twice orders once.
    OrderId, u128, 32, "order", "32 lower-case hexadecimal digits"
}
hex_id! {
    /// A picture that somebody sent: made from its sealed bytes, says nothing about what it shows.
    ImageId, u128, 32, "image", "32 lower-case hexadecimal digits"
}
hex_id! {
    /// A parcel, named by whoever packs it.
    ParcelId, u128, 32, "parcel", "32 lower-case hexadecimal digits"
}
hex_id! {
    /// A return, named by the buyer's own device.
    ReturnId, u128, 32, "return", "32 lower-case hexadecimal digits"
}
hex_id! {
    /// A ticket, named by the device of whoever opens it.
    TicketId, u128, 32, "ticket", "32 lower-case hexadecimal digits"
}
hex_id! {
    /// One giving of a rating, named by the buyer's own device.
    RatingId, u128, 32, "rating", "32 lower-case hexadecimal digits"
}
text_id! {
    /// A kind of gift, such as `flower`.
    GiftId, "gift", 24, "1 to 24 of a-z, 0-9 and -",
    |b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'
}
text_id! {
    /// A campaign of coupons, such as `autumn-10`.
    CampaignId, "campaign", 32, "1 to 32 of a-z, 0-9 and -",
    |b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'
}
text_id! {
    /// A coupon that is given, named by who gives it, so that giving twice gives once.
    GrantId, "grant", 64, "1 to 64 of A-Z, a-z, 0-9, - and _",
    |b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'
}
text_id! {
    /// Units that go from the shop to a room or back, named by who moves them, so that moving twice moves once.
    TransferId, "transfer", 64, "1 to 64 of A-Z, a-z, 0-9, - and _",
    |b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'
}
impl PersonId {
    /// The first bit of a person's number says who gave it: set for the house's own staff, clear for guests and for
    /// the customers of shops that sign their own tokens. So nobody can sign themselves into a member of staff.
    const STAFF_BIT: u64 = 1 << 63;

    /// A member of staff with these random bits.
    pub fn staff(bits: u64) -> PersonId {
        PersonId(bits | PersonId::STAFF_BIT)
    }

    /// A guest with these random bits.
    pub fn guest(bits: u64) -> PersonId {
        PersonId(bits & !PersonId::STAFF_BIT)
    }

    /// Whether this is a member of staff.
    pub fn is_staff(self) -> bool {
        self.0 & PersonId::STAFF_BIT != 0
    }
}

counted_id! {
    /// A product of the catalogue.
    ItemId, u64
}
counted_id! {
    /// A comment: the how-manyeth of its room, from 1.
    CommentId, u64
}
counted_id! {
    /// A question, asked once or many times: the how-manyeth of its room, from 1.
    QuestionId, u32
}
counted_id! {
    /// A draw: the how-manyeth of its room, from 1.
    DrawId, u32
}
counted_id! {
    /// A prompt to the host: the how-manyeth of its room, from 1.
    PromptId, u32
}
counted_id! {
    /// An activity: the how-manyeth of its room, from 1.
    ActivityId, u32
}
