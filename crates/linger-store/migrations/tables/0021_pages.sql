-- What pages of products, and what is said of their sellers, said at any time: each distinct content once, under the SHA-256 of
-- its JSON, and from when on which held.

CREATE TABLE page_contents (
    digest  TEXT PRIMARY KEY NOT NULL,
    content TEXT NOT NULL
);
CREATE TRIGGER page_contents_stand BEFORE UPDATE ON page_contents
BEGIN SELECT RAISE(ABORT, 'what a page said is not rewritten'); END;
CREATE TRIGGER page_contents_stay BEFORE DELETE ON page_contents
BEGIN SELECT RAISE(ABORT, 'what a page said is not rewritten'); END;

CREATE TABLE page_turns (
    id     INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    -- `product` or `seller`.
    kind   TEXT NOT NULL,
    number BIGINT NOT NULL,
    at     BIGINT NOT NULL,
    digest TEXT NOT NULL REFERENCES page_contents (digest)
);
CREATE INDEX page_turns_by_number ON page_turns (kind, number, at, id);
CREATE TRIGGER page_turns_stand BEFORE UPDATE ON page_turns
BEGIN SELECT RAISE(ABORT, 'what a page said is not rewritten'); END;
CREATE TRIGGER page_turns_stay BEFORE DELETE ON page_turns
BEGIN SELECT RAISE(ABORT, 'what a page said is not rewritten'); END;
