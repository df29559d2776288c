-- What collects events and asks about them: keys of senders, what each tells, how far rooms' logs are read, questions
-- that are kept.

CREATE TABLE write_keys (
    id         INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    -- SHA-256 of the key; the key itself is nowhere.
    key_hash   BLOB NOT NULL UNIQUE CHECK (length(key_hash) = 32),
    -- The first letters of the key, to tell it from others.
    hint       TEXT NOT NULL,
    name       TEXT NOT NULL,
    source     TEXT NOT NULL,
    currency   TEXT,
    trusted    BIGINT NOT NULL,
    per_second BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used  BIGINT,
    revoked_at BIGINT
);

-- One row for each field of each event that a key told; the row without a field is the event itself.
CREATE TABLE event_fields (
    key_id   BIGINT NOT NULL,
    event    TEXT NOT NULL,
    field    TEXT NOT NULL,
    -- Bits of the JSON types that were seen, and of those that are as expected.
    types    BIGINT NOT NULL,
    expected BIGINT NOT NULL,
    told     BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL,
    PRIMARY KEY (key_id, event, field)
) WITHOUT ROWID;

-- How far a room's log has become events.
CREATE TABLE room_readers (
    room     TEXT PRIMARY KEY NOT NULL,
    position TEXT NOT NULL
);

CREATE TABLE saved_questions (
    id         INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name       TEXT NOT NULL,
    question   TEXT NOT NULL,
    author     BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
