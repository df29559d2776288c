#!/usr/bin/env bash
# What Linger keeps, read by engines that are not Linger: DuckDB and ClickHouse over the Parquet of a small import; then
# every kind of question, answered by the house and by ClickHouse over HTTP. Needs a `linger` (LINGER_BIN) and what
# scripts/setup.sh installs.
set -euo pipefail
cd "$(dirname "$0")/.."
python="${XDG_CACHE_HOME:-$HOME/.cache}/linger/venv/bin/python"
data="$(mktemp -d)"
trap 'rm -rf "$data"' EXIT
"$LINGER_BIN" import --data "$data" bench/oracles/readers/orders.csv bench/oracles/readers/events.jsonl >/dev/null
found="$("$python" bench/oracles/parquet_readers.py "$data"/events/segments/*.parquet)"
echo "$found"
for engine in duckdb clickhouse; do
  grep -qF "{\"engine\": \"$engine\", $(cat bench/oracles/readers/expected.txt)}" <<<"$found" ||
    { echo "$engine does not find what was imported" >&2; exit 1; }
done
"$python" bench/oracles/clickhouse_door.py
