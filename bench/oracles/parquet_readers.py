"""Reads Linger's segment tables with engines that are not Linger, and prints what each of them found.

Owns: the totals that DuckDB and ClickHouse (chDB) must agree on over the same Parquet files. It does not know how the
files were written, nor what should be in them: whoever calls it compares the totals with what was stored.

    python3 -m venv .venv && .venv/bin/pip install duckdb==2.0.1 chdb==4.4.0
    .venv/bin/python bench/oracles/parquet_readers.py FILE...

Prints one JSON line for each engine, and fails when they differ.
"""

import json
import pathlib
import sys

import chdb
import duckdb

KEYS = ["facts", "persons", "first_ms", "last_ms", "names", "ids", "props"]


def quoted(path: str) -> str:
    """A path as a text of SQL. Backslashes are refused: the two engines read them differently."""
    if "\\" in path:
        raise SystemExit(f"a path with a backslash cannot be read: {path}")
    return "'" + path.replace("'", "''") + "'"


def by_duckdb(files: list[str]) -> dict[str, int]:
    """The totals, from DuckDB. `at` is a word of its grammar, so it is quoted."""
    [row] = duckdb.sql(
        f"""SELECT count(*), count(DISTINCT person), min(epoch_ms("at")), max(epoch_ms("at")), count(DISTINCT name),
                   count(DISTINCT id), count(props)
            FROM read_parquet([{", ".join(map(quoted, files))}])"""
    ).fetchall()
    return dict(zip(KEYS, map(int, row)))


def by_clickhouse(files: list[str]) -> dict[str, int]:
    """The totals, from ClickHouse."""
    union = " UNION ALL ".join(f"SELECT person, at, name, id, props FROM file({quoted(it)}, Parquet)" for it in files)
    text = chdb.query(
        f"""SELECT count(), uniqExact(person), min(toUnixTimestamp64Milli(at)), max(toUnixTimestamp64Milli(at)),
                   uniqExact(name), uniqExact(id), count(props)
            FROM ({union})""",
        "TabSeparated",
    )
    return dict(zip(KEYS, map(int, str(text).split())))


def main() -> None:
    """Prints both totals."""
    files = [str(pathlib.Path(it).resolve()) for it in sys.argv[1:]]
    if not files:
        raise SystemExit("usage: parquet_readers.py FILE...")
    found = {"duckdb": by_duckdb(files), "clickhouse": by_clickhouse(files)}
    for engine, totals in found.items():
        print(json.dumps({"engine": engine, **totals}))
    if found["duckdb"] != found["clickhouse"]:
        raise SystemExit("the engines differ")


main()
