#!/usr/bin/env bash
# Screenshots of every page in both languages, from a running demo with its crowd, into docs/screenshots.
set -euo pipefail
cd "$(dirname "$0")/.."
data="$(mktemp -d)"
"${LINGER_BIN:?}" demo --data "$data" --listen 127.0.0.1:7099 --media-udp 127.0.0.1:0 --media-tcp off --webhooks-private yes &
demo=$!
trap 'kill -TERM $demo; wait $demo || true; rm -rf "$data"' EXIT
echo "letting the evening get under way (${SHOTS_AFTER_S:-240} s) …"
sleep "${SHOTS_AFTER_S:-240}"
cd web
npm run --silent shots -- --base http://localhost:7099 --out ../docs/screenshots --password "$(cat "$data/demo-password")"
