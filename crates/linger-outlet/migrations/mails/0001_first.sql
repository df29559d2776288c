-- Letters, and to whom each still has to go. The number of a letter that went out stays for a while, so that it is not
-- sent again; its text does not.
CREATE TABLE letters (
    id TEXT NOT NULL PRIMARY KEY,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    -- A JSON list of [name, page].
    files TEXT NOT NULL,
    kept_at INTEGER NOT NULL
) STRICT;

CREATE TABLE mails (
    letter TEXT NOT NULL REFERENCES letters (id) ON DELETE CASCADE,
    recipient TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL,
    PRIMARY KEY (letter, recipient)
) STRICT;

CREATE INDEX mails_due ON mails (due_at);
