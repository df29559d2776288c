-- A payment may go back in parts, each under its own name.
CREATE TABLE sandbox_refunds (
    refund       TEXT PRIMARY KEY NOT NULL,
    payment      TEXT NOT NULL REFERENCES sandbox_payments (payment),
    amount_minor BIGINT NOT NULL,
    -- When the money is back; NULL while the sandbox has only refused to give it.
    done_at      BIGINT
);
CREATE INDEX sandbox_refunds_payment ON sandbox_refunds (payment);

INSERT INTO sandbox_refunds (refund, payment, amount_minor, done_at)
SELECT 'whole-' || payment, payment, amount_minor, refunded_at FROM sandbox_payments WHERE refunded_at IS NOT NULL;

ALTER TABLE sandbox_payments DROP COLUMN refunded_at;
