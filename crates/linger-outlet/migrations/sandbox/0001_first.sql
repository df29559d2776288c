-- The sandbox provider's own ledger. Times are milliseconds since 1970.

CREATE TABLE sandbox_payments (
    payment      TEXT PRIMARY KEY NOT NULL,
    room         TEXT NOT NULL,
    order_id     TEXT NOT NULL,
    method       TEXT NOT NULL,
    -- 1, unless the method charges anew at every start.
    attempt      BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency     TEXT NOT NULL,
    -- When the money arrives; never, when empty.
    paid_at      BIGINT,
    refunded_at  BIGINT,
    UNIQUE (room, order_id, method, attempt)
);

CREATE TABLE sandbox_notices (
    -- The webhook id: the same at every try.
    notice       TEXT PRIMARY KEY NOT NULL,
    body         TEXT NOT NULL,
    due_at       BIGINT NOT NULL,
    tries        BIGINT NOT NULL DEFAULT 0,
    delivered_at BIGINT
);
CREATE INDEX sandbox_notices_waiting ON sandbox_notices (due_at) WHERE delivered_at IS NULL;
