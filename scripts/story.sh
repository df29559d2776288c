#!/usr/bin/env bash
# The evening in a real browser. Needs the pages built, a `linger` (LINGER_BIN) and what scripts/setup.sh installs.
set -euo pipefail
cd "$(dirname "$0")/../web"
venv="${XDG_CACHE_HOME:-$HOME/.cache}/linger/venv"
FFMPEG_WHIP="$("$venv/bin/python" -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')"
export FFMPEG_WHIP
exec node --test --test-reporter=spec --test-timeout=600000 story/
