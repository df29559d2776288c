-- Keys of gateways: servers of shops that order in one room for their own customers.
CREATE TABLE gateway_keys (
    id         INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    -- SHA-256 of the key; the key itself is nowhere.
    key_hash   BLOB NOT NULL UNIQUE CHECK (length(key_hash) = 32),
    -- The first letters of the key, to tell it from others.
    hint       TEXT NOT NULL,
    name       TEXT NOT NULL,
    -- The one room it opens.
    room       TEXT NOT NULL,
    -- Whose customers it speaks for.
    shop       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used  BIGINT,
    revoked_at BIGINT
);
