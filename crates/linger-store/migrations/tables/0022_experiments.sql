-- Experiments as they are, everything that was done with them, and when each version ran.
CREATE TABLE experiments (
    key        TEXT PRIMARY KEY NOT NULL,
    design     TEXT NOT NULL,
    status     TEXT NOT NULL,
    version    BIGINT NOT NULL,
    revision   BIGINT NOT NULL,
    killed     BIGINT NOT NULL,
    changed_by BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE TABLE experiment_steps (
    key      TEXT NOT NULL REFERENCES experiments (key) ON DELETE CASCADE,
    revision BIGINT NOT NULL,
    version  BIGINT NOT NULL,
    what     TEXT NOT NULL,
    design   TEXT NOT NULL,
    actor    BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (key, revision)
) WITHOUT ROWID;

-- Some time in which a version ran with the same coverage; what runs has no end.
CREATE TABLE experiment_spans (
    key      TEXT NOT NULL REFERENCES experiments (key) ON DELETE CASCADE,
    version  BIGINT NOT NULL,
    began_at BIGINT NOT NULL,
    ended_at BIGINT,
    coverage REAL NOT NULL
);
CREATE INDEX experiment_spans_of ON experiment_spans (key, version, began_at);
