"""Asks other engines what `linger bench cohort` asks, of the same Parquet, and holds all to the same answers.

Owns: the questions in the words of DuckDB, ClickHouse (chDB) and Polars, and the table of ratios. It does not know how
Linger answers: it runs the bench first, in the same session of the machine, and compares.

    pip install duckdb==2.0.1 chdb==4.4.0 polars==2.1.0
    python bench/peers/cohort_peers.py --linger PATH [--events 10000000] [--dir DIR]

Each engine may use two threads; each question is asked three times and the best time counts. "own" is the engine's best
layout of its own: DuckDB's and ClickHouse's tables sorted by (person, at).
"""

import argparse
import json
import pathlib
import subprocess
import tempfile
import time

import chdb.session
import duckdb
import polars

DAY_MS = 86_400_000
FROM_MS = 1_767_225_600_000
THREE = ["room.entered", "card.clicked", "order.paid"]
FIVE = ["room.entered", "card.seen", "card.clicked", "cart.added", "order.paid"]
PATTERN = ["card.seen", "cart.added", "order.paid"]


def best(ask):
    """The best time of three, and the answer."""
    times, answer = [], None
    for _ in range(3):
        began = time.perf_counter()
        answer = ask()
        times.append(time.perf_counter() - began)
    return min(times), answer


def matrix(rows):
    """The figures that tell one retention matrix from another, from rows of (cohort day, distance, people)."""
    rows = [tuple(map(int, row)) for row in rows]
    return {
        "people": sum(n for _, d, n in rows if d == 0),
        "back": sum(n for _, _, n in rows),
        "weighed": sum((c + 1) * (d + 1) * n for c, d, n in rows),
    }


def sticky(rows):
    """People by month and days active, from rows of (month, days, people)."""
    return sorted((str(m), int(d), int(n)) for m, d, n in rows)


# ClickHouse

FIRST_DAY = FROM_MS // DAY_MS


def clickhouse(session, table):
    """ClickHouse's own functions for such questions, over a table."""

    def rows(sql):
        text = str(session.query(sql + " SETTINGS max_threads=2", "TabSeparated"))
        return [line.split("\t") for line in text.splitlines() if line]

    ms = "toUInt64(toUnixTimestamp64Milli(at))"

    def funnel(steps):
        conditions = ", ".join(f"name = '{step}'" for step in steps)
        counts = ", ".join(f"countIf(level >= {n})" for n in range(1, len(steps) + 1))
        [row] = rows(
            f"SELECT {counts} FROM (SELECT windowFunnel({DAY_MS})({ms}, {conditions}) AS level FROM {table} GROUP BY person)"
        )
        return list(map(int, row))

    def sequence():
        conditions = ", ".join(f"name = '{step}'" for step in PATTERN)
        pattern = ".*".join(f"(?{n})" for n in range(1, len(PATTERN) + 1))
        [[n]] = rows(
            f"SELECT countIf(hit) FROM (SELECT sequenceMatch('{pattern}')({ms}, {conditions}) AS hit FROM {table} GROUP BY person)"
        )
        return int(n)

    return {
        "retention": lambda: matrix(
            rows(
                f"""SELECT first, day - first AS d, count() FROM (
                    SELECT arrayMin(days) AS first, arrayJoin(days) AS day FROM (
                        SELECT groupUniqArray(toUInt16(toDate(at)) - {FIRST_DAY}) AS days FROM {table} GROUP BY person))
                    GROUP BY first, d"""
            )
        ),
        "funnel_3": lambda: funnel(THREE),
        "funnel_5": lambda: funnel(FIVE),
        "sequence": sequence,
        "stickiness": lambda: sticky(
            rows(
                f"""SELECT month, days, count() FROM (
                    SELECT person, formatDateTime(at, '%Y-%m') AS month, uniqExact(toDate(at)) AS days FROM {table}
                    GROUP BY person, month) GROUP BY month, days"""
            )
        ),
    }


# DuckDB


def duck(connection, table):
    """DuckDB: grouped times for funnels and sequences, as it has no function for them."""
    run = lambda sql: connection.execute(sql).fetchall()

    def chain(steps, window):
        """Each start with the earliest ways on from it, by as-of joins."""
        sql = [f"""WITH s0 AS (SELECT person, "at" AS t, "at" AS began FROM {table} WHERE name = '{steps[0]}')"""]
        for n, step in enumerate(steps[1:], 1):
            sql.append(
                f"""s{n} AS (SELECT p.person, e."at" AS t, p.began FROM s{n - 1} p ASOF JOIN
                    (SELECT person, "at" FROM {table} WHERE name = '{step}') e
                    ON p.person = e.person AND p.t <= e."at"
                    {f"WHERE e.at <= p.began + INTERVAL 1 DAY" if window else ""})"""
            )
        return ", ".join(sql)

    def funnel(steps):
        counts = ", ".join(f"(SELECT count(DISTINCT person) FROM s{n})" for n in range(len(steps)))
        return list(map(int, run(f"{chain(steps, True)} SELECT {counts}")[0]))

    return {
        "retention": lambda: matrix(
            run(
                f"""WITH d AS (SELECT DISTINCT person, epoch_ms("at") // {DAY_MS} - {FIRST_DAY} AS day FROM {table}),
                    f AS (SELECT person, min(day) AS first FROM d GROUP BY person)
                    SELECT first, day - first, count(*) FROM d JOIN f USING (person) GROUP BY ALL"""
            )
        ),
        "funnel_3": lambda: funnel(THREE),
        "funnel_5": lambda: funnel(FIVE),
        "sequence": lambda: int(
            run(f"{chain(PATTERN, False)} SELECT count(DISTINCT person) FROM s{len(PATTERN) - 1}")[0][0]
        ),
        "stickiness": lambda: sticky(
            run(
                f"""SELECT month, days, count(*) FROM (
                    SELECT person, strftime("at", '%Y-%m') AS month, count(DISTINCT epoch_ms("at") // {DAY_MS}) AS days
                    FROM {table} GROUP BY person, month) GROUP BY ALL"""
            )
        ),
    }


# Polars


def polar(files):
    """Polars, where the question can be said in it without a loop of Python's."""
    scan = lambda: polars.scan_parquet(files)
    day = (polars.col("at").dt.epoch("ms") // DAY_MS - FIRST_DAY).alias("day")

    def retention():
        days = scan().select("person", day).unique()
        first = days.group_by("person").agg(polars.col("day").min().alias("first"))
        counted = days.join(first, on="person").group_by("first", (polars.col("day") - polars.col("first")).alias("d"))
        return matrix(counted.len().collect(engine="streaming").rows())

    def stickiness():
        month = polars.col("at").dt.strftime("%Y-%m").alias("month")
        days = scan().select("person", month, day).unique().group_by("person", "month").len("days")
        return sticky(days.group_by("month", "days").len("n").collect(engine="streaming").rows())

    return {"retention": retention, "stickiness": stickiness}


def expected(report):
    """Linger's answers in the peers' form."""
    found = {name: report[name]["answer"] for name in ["retention", "funnel_3", "funnel_5", "sequence"]}
    found["stickiness"] = sorted(
        (month["month"], n + 1, people)
        for month in report["stickiness"]["answer"]
        for n, people in enumerate(month["days"])
        if people
    )
    return found


def main():
    """Runs the bench and the peers, and prints the table and one JSON object."""
    flags = argparse.ArgumentParser()
    flags.add_argument("--linger", required=True)
    flags.add_argument("--events", type=int, default=2_000_000)
    flags.add_argument("--dir")
    given = flags.parse_args()
    made = None if given.dir else tempfile.TemporaryDirectory()
    folder = pathlib.Path(given.dir or made.name)
    bench = [given.linger, "bench", "cohort", "--events", str(given.events), "--dir", str(folder)]
    report = json.loads(subprocess.run(bench, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1])
    files = sorted(map(str, folder.glob("*.parquet")))
    connection = duckdb.connect(str(folder / "peer.duckdb"))
    connection.execute("SET TimeZone = 'UTC'; SET threads = 2")
    connection.execute(
        f"""CREATE OR REPLACE TABLE own AS SELECT person, "at", name FROM read_parquet('{folder}/*.parquet') ORDER BY person, "at" """
    )
    session = chdb.session.Session(str(folder / "peer.chdb"))
    session.query("CREATE DATABASE IF NOT EXISTS peer")
    session.query("DROP TABLE IF EXISTS peer.own")
    session.query(
        "CREATE TABLE peer.own (person UInt64, at DateTime64(3, 'UTC'), name LowCardinality(String)) ENGINE = MergeTree ORDER BY (person, at)"
    )
    session.query(f"INSERT INTO peer.own SELECT person, at, name FROM file('{folder}/*.parquet', Parquet)")
    session.query("OPTIMIZE TABLE peer.own FINAL")
    peers = {
        "DuckDB, Parquet": duck(connection, f"read_parquet('{folder}/*.parquet')"),
        "DuckDB, own": duck(connection, "own"),
        "chDB, Parquet": clickhouse(session, f"file('{folder}/*.parquet', Parquet)"),
        "chDB, own": clickhouse(session, "peer.own"),
        "Polars, Parquet": polar(files),
    }
    answers, table = expected(report), {}
    for peer, questions in peers.items():
        for name, question in questions.items():
            seconds, answer = best(question)
            if answer != answers[name]:
                raise SystemExit(f"{peer} answers {name} differently: {str(answer)[:200]} for {str(answers[name])[:200]}")
            table.setdefault(name, {})[peer] = seconds
            ratio = seconds / report[name]["s"]
            print(f"{name:12} {peer:16} {seconds:9.3f} s   {ratio:7.1f} x Linger's {report[name]['s']:.3f} s", flush=True)
    fastest = {name: min(times.values()) / report[name]["s"] for name, times in table.items()}
    print(json.dumps({"linger": report, "peers_s": table, "best_peer_over_linger": fastest}))


main()
