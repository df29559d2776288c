#!/usr/bin/env bash
# Installs what the tests need beyond Rust and Node: a browser, fonts it can show Chinese with, and FFmpeg with WHIP.
# Says clearly what is missing where it may not install.
set -euo pipefail

need() { command -v "$1" >/dev/null 2>&1 || { echo "missing: $1 ($2)" >&2; exit 1; }; }
need cargo "Rust 1.95 or later, from rustup"
need node "Node.js 20 or later"
need npm "comes with Node.js"
need python3 "Python 3.11 or later"

missing=()
command -v chromium >/dev/null 2>&1 || missing+=(chromium)
find /usr/share/fonts /usr/local/share/fonts -iname 'noto*cjk*' 2>/dev/null | grep -q . || missing+=(fonts-noto-cjk)
python3 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3-venv)
if [ ${#missing[@]} -gt 0 ]; then
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "please install: ${missing[*]} (this script knows only Debian's apt-get)" >&2
    exit 1
  fi
  sudo=""
  [ "$(id -u)" = 0 ] || sudo="sudo"
  echo "installing: ${missing[*]}"
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

# FFmpeg with WHIP comes inside a Python package; Debian's has none.
venv="${XDG_CACHE_HOME:-$HOME/.cache}/linger/venv"
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
fi
"$venv/bin/python" -c 'import importlib.metadata as m, sys; sys.exit(m.version("imageio-ffmpeg") < "0.8")' 2>/dev/null ||
  "$venv/bin/pip" install --quiet --disable-pip-version-check 'imageio-ffmpeg>=0.8'

# Engines that read what the event store keeps, and that its answers are held to.
"$venv/bin/python" -c 'import chdb, duckdb' 2>/dev/null ||
  "$venv/bin/pip" install --quiet --disable-pip-version-check 'duckdb==2.0.1' 'chdb==4.4.0'

# What asks the server whatever its document allows.
"$venv/bin/python" -c 'import importlib.metadata as m, sys; sys.exit(m.version("schemathesis") != "4.32.5")' 2>/dev/null ||
  "$venv/bin/pip" install --quiet --disable-pip-version-check 'schemathesis==4.32.5'
