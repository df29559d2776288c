-- Rules of the house, every version of each: who wrote what when. A version without a text takes the rule away.
CREATE TABLE rules (
    code       TEXT NOT NULL,
    version    INTEGER NOT NULL,
    rule       TEXT,
    changed_at BIGINT NOT NULL,
    changed_by BIGINT NOT NULL,
    PRIMARY KEY (code, version)
) WITHOUT ROWID;
