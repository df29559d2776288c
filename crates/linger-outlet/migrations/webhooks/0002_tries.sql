-- What a waiting message is about, and what became of the last tries of each endpoint.
ALTER TABLE deliveries ADD COLUMN topic TEXT NOT NULL DEFAULT '';

CREATE TABLE tries (
    number INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    endpoint TEXT NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
    message TEXT NOT NULL,
    topic TEXT NOT NULL,
    at INTEGER NOT NULL,
    -- 1 for the first.
    try INTEGER NOT NULL,
    -- 'arrived', 'again', 'gone' or 'given-up'.
    outcome TEXT NOT NULL,
    -- What the endpoint answered; NULL when it did not answer.
    status INTEGER
) STRICT;

CREATE INDEX tries_endpoint ON tries (endpoint, number);
