-- Products group variants; the number of a variant is the number of the item on a room's shelf. Lists that are always read
-- and written whole with their row are JSON.

CREATE TABLE sellers (
    id            INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name          TEXT NOT NULL UNIQUE,
    legal_name    TEXT NOT NULL,
    registration  TEXT NOT NULL,
    address       TEXT NOT NULL,
    contact       TEXT NOT NULL,
    licence_image TEXT NOT NULL,
    changed_at    BIGINT NOT NULL
);

ALTER TABLE products RENAME TO items_before;

CREATE TABLE products (
    id             BIGINT PRIMARY KEY NOT NULL,
    title          TEXT NOT NULL,
    description    TEXT NOT NULL,
    category       TEXT NOT NULL,
    tags           TEXT NOT NULL,
    seller         BIGINT REFERENCES sellers (id),
    options        TEXT NOT NULL,
    media          TEXT NOT NULL,
    facts          TEXT NOT NULL,
    returns        TEXT,
    related        TEXT NOT NULL,
    matching       TEXT NOT NULL,
    guarantee_days BIGINT NOT NULL,
    rating         DOUBLE PRECISION,
    changed_at     BIGINT NOT NULL,
    -- Not offered any more. Its number stays taken and its history stays.
    retired_at     BIGINT
);
CREATE INDEX products_by_category ON products (category, id);

CREATE TABLE variants (
    item       BIGINT PRIMARY KEY NOT NULL,
    product    BIGINT NOT NULL REFERENCES products (id),
    place      BIGINT NOT NULL,
    sku        TEXT,
    label      TEXT NOT NULL,
    choices    TEXT NOT NULL,
    barcode    TEXT NOT NULL,
    weight_g   BIGINT,
    -- Free to be sold or allotted; none when they are not counted here.
    units      BIGINT CHECK (units >= 0),
    -- Held by rooms for their shows.
    allotted   BIGINT NOT NULL DEFAULT 0 CHECK (allotted >= 0),
    image      TEXT NOT NULL,
    returns    TEXT,
    retired_at BIGINT
);
CREATE INDEX variants_by_product ON variants (product, place);
CREATE UNIQUE INDEX variants_by_sku ON variants (sku) WHERE sku IS NOT NULL AND retired_at IS NULL;

-- What is asked now: the row without a region, and rows of regions with a price of their own.
CREATE TABLE prices (
    item      BIGINT NOT NULL REFERENCES variants (item),
    region    TEXT NOT NULL,
    minor     BIGINT NOT NULL CHECK (minor >= 0),
    currency  TEXT NOT NULL,
    was_minor BIGINT,
    basis     TEXT,
    evidence  TEXT NOT NULL,
    PRIMARY KEY (item, region),
    CHECK ((was_minor IS NULL) = (basis IS NULL))
) WITHOUT ROWID;

-- Every change of a price, for ever. A step without an amount ends a region's own price; one with an end is a passing offer.
CREATE TABLE price_steps (
    id       INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    item     BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    region   TEXT NOT NULL,
    minor    BIGINT,
    currency TEXT NOT NULL,
    until_at BIGINT,
    source   TEXT NOT NULL
);
CREATE INDEX price_steps_by_item ON price_steps (item, id);
CREATE TRIGGER price_steps_stand BEFORE UPDATE ON price_steps
BEGIN SELECT RAISE(ABORT, 'the history of prices is not rewritten'); END;
CREATE TRIGGER price_steps_stay BEFORE DELETE ON price_steps
BEGIN SELECT RAISE(ABORT, 'the history of prices is not rewritten'); END;

-- Every change of stock under the key of whoever asked for it, so that asking twice changes once.
CREATE TABLE stock_moves (
    key          TEXT PRIMARY KEY NOT NULL,
    item         BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    -- What was asked, as a word and a number.
    asked        TEXT NOT NULL,
    reason       TEXT NOT NULL,
    source       TEXT NOT NULL,
    units        BIGINT NOT NULL,
    allotted     BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX stock_moves_by_item ON stock_moves (item, at);

-- What others call a product, a variant or its stock.
CREATE TABLE outside_names (
    source TEXT NOT NULL,
    kind   TEXT NOT NULL,
    name   TEXT NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (source, kind, name)
) WITHOUT ROWID;
CREATE INDEX outside_names_by_number ON outside_names (kind, number);

-- The newest telling of a shop elsewhere about a thing: what is older is not taken.
CREATE TABLE shop_marks (
    source TEXT NOT NULL,
    thing  TEXT NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (source, thing)
) WITHOUT ROWID;

-- Webhooks that were taken, by the id their sender gave.
CREATE TABLE shop_hooks (
    source TEXT NOT NULL,
    id     TEXT NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (source, id)
) WITHOUT ROWID;
CREATE INDEX shop_hooks_by_age ON shop_hooks (at);

-- What is to be written back to a shop elsewhere.
CREATE TABLE shop_tasks (
    id     INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    source TEXT NOT NULL,
    -- Known to the shop, so that it does the same thing once.
    key    TEXT NOT NULL,
    kind   TEXT NOT NULL,
    item   BIGINT,
    delta  BIGINT NOT NULL,
    body   TEXT NOT NULL,
    tries  BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL,
    -- Why the last try failed; given up when there is no more due.
    error  TEXT,
    state  TEXT NOT NULL DEFAULT 'waiting',
    UNIQUE (source, key)
);
CREATE INDEX shop_tasks_due ON shop_tasks (state, due_at);

-- What went wrong with a shop elsewhere, for people to read.
CREATE TABLE shop_notes (
    id      INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    source  TEXT NOT NULL,
    at      BIGINT NOT NULL,
    code    TEXT NOT NULL,
    subject TEXT NOT NULL
);

INSERT INTO sellers (name, legal_name, registration, address, contact, licence_image, changed_at)
SELECT DISTINCT seller, '', '', '', '', '', 0 FROM items_before WHERE seller <> '';

-- Facts were tags of the form name=value.
CREATE TABLE tags_before AS
WITH RECURSIVE lines (item, place, line, rest) AS (
    SELECT item, 0, '', tags || char(10) FROM items_before
    UNION ALL
    SELECT item, place + 1, substr(rest, 1, instr(rest, char(10)) - 1), substr(rest, instr(rest, char(10)) + 1)
    FROM lines WHERE rest <> ''
)
SELECT item, place, line, instr(line, '=') > 1 AND instr(line, '=') < length(line) AS is_fact
FROM lines WHERE line <> '';

INSERT INTO products (id, title, description, category, tags, seller, options, media, facts, returns, related, matching,
                      guarantee_days, rating, changed_at, retired_at)
SELECT item, title, description, category,
    (SELECT json_group_array(line) FROM (SELECT line FROM tags_before t
        WHERE t.item = b.item AND NOT is_fact ORDER BY place)),
    (SELECT id FROM sellers WHERE name = b.seller), '[]',
    CASE image WHEN '' THEN '[]' ELSE json_array(json_object('kind', 'image', 'url', image, 'alt', '', 'poster', '')) END,
    (SELECT json_group_array(json_object('name', substr(line, 1, instr(line, '=') - 1),
        'value', substr(line, instr(line, '=') + 1))) FROM (SELECT line FROM tags_before t
        WHERE t.item = b.item AND is_fact ORDER BY place)),
    NULL, '[]', '[]', 0, rating, changed_at, NULL
FROM items_before b;

INSERT INTO variants (item, product, place, sku, label, choices, barcode, weight_g, units, image, returns)
SELECT item, item, 0, NULL, '', '[]', '', NULL, NULL, '', NULL FROM items_before;

INSERT INTO prices (item, region, minor, currency, was_minor, basis, evidence)
SELECT item, '', price_minor, currency, NULL, NULL, '' FROM items_before;

INSERT INTO price_steps (item, at, region, minor, currency, until_at, source)
SELECT item, changed_at, '', price_minor, currency, NULL, 'before' FROM items_before;

DROP TABLE tags_before;
DROP TABLE items_before;
