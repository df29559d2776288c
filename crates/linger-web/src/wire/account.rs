//! Sign-in and people, on the wire. Does not know how they are checked.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RoleName {
    /// Watches and takes part.
    Viewer,
    /// Keeps the talk pleasant.
    Moderator,
    /// Runs the show.
    Host,
    /// Runs rooms, shelf and rules.
    Operator,
    /// May do everything.
    Admin,
}

/// A guest wants to come in.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GuestAsked {
    /// The name to be shown; one is made up when empty.
    #[serde(default)]
    pub name: String,
    /// Where they come from: at most 32 of a-z, 0-9 and -.
    #[serde(default)]
    pub source: String,
    /// A token given earlier, so that a person who comes back stays the same person.
    #[serde(default)]
    pub token: Option<String>,
    /// The code of the link they came by, if it was somebody's: what stood behind `?by=`.
    #[serde(default)]
    pub by: Option<String>,
}

/// What lets a guest into one room.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct GuestToken {
    /// The signed token: `Authorization: Bearer …`, and in the socket's hello.
    pub token: String,
    /// Who they are.
    pub person: String,
    /// The name that is shown.
    pub name: String,
    /// When the token ends.
    pub expires_at: i64,
}

/// Sign-in of staff by password.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The login.
    pub login: String,
    /// The password.
    pub password: String,
}

/// Who is signed in.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct Me {
    /// Who.
    pub person: String,
    /// Their login.
    pub login: String,
    /// Their name.
    pub name: String,
    /// What they are.
    pub role: RoleName,
    /// To be sent as `x-csrf` with every change.
    pub csrf: String,
    /// The shop's time zone, in which its days begin.
    pub zone: String,
}

/// An invitation to be made.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteAsked {
    /// What the invited person will be.
    pub role: RoleName,
}

/// An invitation; shown once.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct Invite {
    /// The address to open.
    pub link: String,
    /// When it ends.
    pub expires_at: i64,
}

/// An invitation is taken up.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteUsed {
    /// The token of the link.
    pub token: String,
    /// The login to be made: 3 to 64 of a-z, 0-9, `.`, `_`, `-`, `@`.
    pub login: String,
    /// The name to be shown.
    pub name: String,
    /// The password: 10 to 200 characters.
    pub password: String,
}

/// A password is changed.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The present one.
    pub present: String,
    /// The new one.
    pub new: String,
}

/// A member of staff.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct StaffMember {
    /// Who.
    pub person: String,
    /// Their login.
    pub login: String,
    /// Their name.
    pub name: String,
    /// What they are.
    pub role: RoleName,
    /// Whether they may sign in.
    pub active: bool,
}

/// A member of staff is changed.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StaffChange {
    /// What they are from now on.
    #[serde(default)]
    pub role: Option<RoleName>,
    /// Whether they may sign in.
    #[serde(default)]
    pub active: Option<bool>,
}

/// A passkey of yours.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct PasskeyInfo {
    /// Its id.
    pub id: String,
    /// What you called it.
    pub label: String,
    /// When it was added.
    pub created_at: i64,
}

/// A passkey ceremony under way.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct PasskeyStarted {
    /// To be sent back when finishing.
    pub ceremony: String,
    /// Options for `navigator.credentials`, as WebAuthn defines them.
    pub options: serde_json::Value,
}

/// Done.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
pub struct Accepted {
    /// Always true.
    pub ok: bool,
}

/// A person's texts are gone.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
pub struct EraseDone {
    /// How many keys were destroyed.
    pub keys: u32,
}
