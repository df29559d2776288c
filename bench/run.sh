#!/usr/bin/env bash
# Every bench in its short form, ours and the peers' in the same run on the same machine. Prints one JSON object a line.
# What a peer needs is unpacked into the user's cache; what cannot be had is said.
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/linger/target}"
linger="$target/release/linger"
# In one go: each selection of packages has its own selection of features, and would build everything anew.
cargo build --release --locked --quiet -p linger -p linger-sim --bins --examples
load="$target/release/examples/load"
show() { echo "== $*" >&2; "$@" 2>/dev/null | tail -n 1; }
show "$linger" bench fanout --sockets "${SOCKETS:-2000}" --rate "${RATE:-50}" --seconds 10
show "$linger" bench fanout --mix flood --sockets "${SOCKETS:-2000}" --rate 100 --seconds 20
show python3 bench/peers/fanout_peers.py --sockets "${SOCKETS:-2000}" --rate "${RATE:-50}" --linger "$linger" --client "$load"
show python3 bench/peers/rush_peers.py --linger "$linger"
show "$linger" bench ingest
show python3 bench/peers/ingest_peers.py --events "${EVENTS:-400000}" --linger "$linger"
show "$linger" bench recover --runs 5
show "$linger" bench video --viewers "${VIEWERS:-200}" --seconds 10
LINGER_BIN="$linger" show node bench/media/glass.mjs 20
