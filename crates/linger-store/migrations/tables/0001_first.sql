-- Times are milliseconds since 1970; persons are the 64 bits of their id as a signed integer.

CREATE TABLE staff (
    person        BIGINT PRIMARY KEY NOT NULL,
    -- Lower case: two logins that differ only in case are one.
    login         TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    role          TEXT NOT NULL,
    password_hash TEXT,
    created_at    BIGINT NOT NULL,
    disabled_at   BIGINT
);

CREATE TABLE invites (
    -- SHA-256 of the token in the link; the token itself is nowhere.
    token_hash BLOB PRIMARY KEY NOT NULL CHECK (length(token_hash) = 32),
    role       TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT
);

-- No foreign key: viewers may have sessions, and viewers are not staff.
CREATE TABLE sessions (
    id_hash     BLOB PRIMARY KEY NOT NULL CHECK (length(id_hash) = 32),
    person      BIGINT NOT NULL,
    csrf_secret BLOB NOT NULL CHECK (length(csrf_secret) = 32),
    created_at  BIGINT NOT NULL,
    last_seen   BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL
);
CREATE INDEX sessions_by_person ON sessions (person, created_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE passkeys (
    credential_id BLOB PRIMARY KEY NOT NULL,
    person        BIGINT NOT NULL REFERENCES staff (person) ON DELETE CASCADE,
    passkey_json  TEXT NOT NULL,
    label         TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    last_used     BIGINT
);
CREATE INDEX passkeys_by_person ON passkeys (person, created_at);

CREATE TABLE rooms (
    room       TEXT PRIMARY KEY NOT NULL,
    title      TEXT NOT NULL,
    host       BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    epoch      BIGINT NOT NULL
);
CREATE INDEX rooms_by_age ON rooms (created_at, room);

-- No foreign key: a room lives in the log, the directory above only lists it.
CREATE TABLE ingest_keys (
    room     TEXT PRIMARY KEY NOT NULL,
    -- SHA-256 of the key.
    key_hash BLOB NOT NULL CHECK (length(key_hash) = 32)
);

CREATE TABLE products (
    item        BIGINT PRIMARY KEY NOT NULL,
    title       TEXT NOT NULL,
    price_minor BIGINT NOT NULL CHECK (price_minor >= 0),
    currency    TEXT NOT NULL,
    seller      TEXT NOT NULL,
    image       TEXT NOT NULL,
    description TEXT NOT NULL,
    category    TEXT NOT NULL,
    -- One tag a line.
    tags        TEXT NOT NULL,
    rating      DOUBLE PRECISION,
    changed_at  BIGINT NOT NULL
);

CREATE TABLE settings (
    name       TEXT PRIMARY KEY NOT NULL,
    value      TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE TABLE audit (
    entry   INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    at      BIGINT NOT NULL,
    actor   BIGINT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL
);
