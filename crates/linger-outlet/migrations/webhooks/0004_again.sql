-- When a message was made, and messages that came to an end: they stay for a while, so that they can be sent again.
ALTER TABLE deliveries ADD COLUMN made_at INTEGER NOT NULL DEFAULT 0;
UPDATE deliveries SET made_at = due_at;

CREATE TABLE kept (
    number INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    id TEXT NOT NULL,
    endpoint TEXT NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
    topic TEXT NOT NULL,
    body TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    -- 1 when it arrived, 0 when it was given up.
    arrived INTEGER NOT NULL,
    UNIQUE (id, endpoint)
) STRICT;

CREATE INDEX kept_endpoint ON kept (endpoint, number);
