#!/usr/bin/env bash
# What the document allows and a little more, asked of a running demo as everybody who may come. Needs a `linger`
# (LINGER_BIN) and what scripts/setup.sh installs; FUZZ_CASES says how many cases of each operation, FUZZ_SEED which.
set -euo pipefail
cd "$(dirname "$0")/.."
python="${XDG_CACHE_HOME:-$HOME/.cache}/linger/venv/bin/python"
exec "$python" scripts/fuzz/run.py --cases "${FUZZ_CASES:-8}" --seed "${FUZZ_SEED:-1}"
