-- Whom webhooks go to, and those that wait. Secrets stand here as they are: they are ours to sign with.
CREATE TABLE endpoints (
    id TEXT NOT NULL PRIMARY KEY,
    url TEXT NOT NULL,
    secret BLOB NOT NULL,
    topics TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    -- Why nothing is sent any more; NULL while it is.
    ended TEXT,
    last_ok_at INTEGER,
    last_failed_at INTEGER
) STRICT;

CREATE TABLE deliveries (
    id TEXT NOT NULL,
    endpoint TEXT NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
    body TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL,
    PRIMARY KEY (id, endpoint)
) STRICT;

CREATE INDEX deliveries_due ON deliveries (due_at);
