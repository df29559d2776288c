-- Key material moves as little as possible: rows are appended in the order of `key_id` and never deleted, and both
-- blobs have a fixed length, so that destroying a key overwrites its bytes where they lie (see src/keeper.rs).
CREATE TABLE person_keys (
    key_id  INTEGER PRIMARY KEY NOT NULL,
    -- The person's id, big endian; eight zeros once the key is destroyed.
    person  BLOB NOT NULL CHECK (length(person) = 8),
    -- Nonce, encrypted key, tag; sixty zeros once the key is destroyed.
    wrapped BLOB NOT NULL CHECK (length(wrapped) = 60)
);
CREATE UNIQUE INDEX person_keys_alive ON person_keys (person) WHERE person <> x'0000000000000000';

-- One row: something sealed under the master key, to tell a wrong master key at once.
CREATE TABLE proof (
    one    INTEGER PRIMARY KEY NOT NULL CHECK (one = 1),
    sealed BLOB NOT NULL
);
