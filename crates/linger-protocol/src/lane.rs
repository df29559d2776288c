//! How much a line of the talk matters when there is more of it than anybody can read. It does not know what is thinned
//! or when: that is decided where frames are made.

use minicbor::{Decode, Encode};

/// The lane in which something reaches the screens, the most important first: `a < b` says that `a` goes before `b`.
///
/// 1. `Control`: what the room itself says; nobody writes in it.
/// 2. `Host`: the host, and whoever runs the room.
/// 3. `Paid`: words that came with a paid gift.
/// 4. `Member`: members of the fan club.
/// 5. `Question`: viewers' questions, members' too; never thinned, because an answer is owed to each.
/// 6. `Talk`: everything else that says something.
/// 7. `Reaction`: `666`, `哈哈`, a row of hearts: pleasant in a crowd, and the first to be thinned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Lane {
    /// The room itself.
    #[n(0)]
    Control,
    /// Who runs the room.
    #[n(1)]
    Host,
    /// Words with a paid gift.
    #[n(2)]
    Paid,
    /// Members of the club.
    #[n(3)]
    Member,
    /// A question to the host.
    #[n(4)]
    Question,
    /// Other words.
    #[n(5)]
    Talk,
    /// Applause.
    #[n(6)]
    Reaction,
}

impl Lane {
    /// Every lane, the most important first.
    pub const ALL: [Lane; 7] =
        [Lane::Control, Lane::Host, Lane::Paid, Lane::Member, Lane::Question, Lane::Talk, Lane::Reaction];

    /// The word used over the wire and in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Lane::Control => "control",
            Lane::Host => "host",
            Lane::Paid => "paid",
            Lane::Member => "member",
            Lane::Question => "question",
            Lane::Talk => "talk",
            Lane::Reaction => "reaction",
        }
    }
}
