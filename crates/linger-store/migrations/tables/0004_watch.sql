-- Segments, tags, what a shop expects of its figures, alarms and what they said.
CREATE TABLE segments (
    id         TEXT PRIMARY KEY NOT NULL,
    definition TEXT NOT NULL,
    author     BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE TABLE person_tags (
    person BIGINT NOT NULL,
    tag    TEXT NOT NULL,
    author BIGINT NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (tag, person)
) WITHOUT ROWID;

CREATE TABLE alarms (
    id         INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    rule       TEXT NOT NULL,
    author     BIGINT NOT NULL,
    made_at    BIGINT NOT NULL
);

CREATE TABLE alarm_moments (
    id     INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    alarm  BIGINT NOT NULL REFERENCES alarms (id) ON DELETE CASCADE,
    at     BIGINT NOT NULL,
    kind   TEXT NOT NULL,
    moment TEXT NOT NULL,
    told_at BIGINT NOT NULL,
    UNIQUE (alarm, at, kind)
);
