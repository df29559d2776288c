"""Asks a running Linger every kind of question twice, of itself and of ClickHouse over HTTP, and holds both to one answer.

Owns: the events of the case file as an import, the view over the files they end in, the asking through Linger's own
door, and what goes wrong on the way to ClickHouse. It does not know any answer.

    LINGER_BIN=PATH python bench/oracles/clickhouse_door.py
"""

import contextlib
import http.cookiejar
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from clickhouse_http import Front

ROOT = pathlib.Path(__file__).resolve().parents[2]
CASES = ROOT / "crates/linger-behaviour/tests/engines/cases.json"
LINGER = os.environ["LINGER_BIN"]
# As docs/operators.md has it.
VIEW = "CREATE OR REPLACE VIEW shop.linger_events AS {}"
EVENTS = """SELECT * REPLACE (assumeNotNull(person) AS person, assumeNotNull(at) AS at,
                  assumeNotNull(name) AS name, assumeNotNull(seq) AS seq)
FROM file('{}/*.parquet', 'Parquet')"""
# Views that cost more than a question may: time, and an answer of more than 64 MiB.
SLOW = "CREATE OR REPLACE VIEW shop.linger_events AS SELECT f.* FROM ({}) AS f CROSS JOIN numbers(1000000000) AS n"
WIDE = """CREATE OR REPLACE VIEW shop.linger_events AS
SELECT f.* REPLACE (concat(repeat('x', 500), toString(f.person), '-', toString(f.seq), '-', toString(n.number)) AS source)
FROM ({}) AS f CROSS JOIN numbers(1000) AS n"""
MAPPING = """kind = "events"
time = ["unix_ms"]
[fields]
customer = "person"
at = "at"
event = "name"
message_id = "id"
source = "source"
units = "units"
duration_ms = "duration_ms"
outcome = "outcome"
"""


def kept(history, folder, data):
    """Imports a history; its facts are in files then."""
    (folder / "map.toml").write_text(MAPPING)
    with (folder / "events.jsonl").open("w") as out:
        for nth, (person, at, name, properties) in enumerate(history):
            row = {"person": f"p{person}", "at": at, "name": name, "id": f"m{nth}"}
            out.write(json.dumps(row | properties, ensure_ascii=False) + "\n")
    command = [LINGER, "import", "--data", str(data), "--map", str(folder / "map.toml"), str(folder / "events.jsonl")]
    subprocess.run(command, check=True, capture_output=True)


class Door:
    """A running Linger and somebody who may ask it."""

    def __init__(self, base, token):
        self.base = base
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        who = {"login": "oracle", "password": "only-for-this-run-1"}
        self.heads = {"content-type": "application/json", "origin": base}
        self.post("/api/invites/use", {"token": token, "name": "Oracle"} | who)
        self.post("/api/sign-in", who)
        self.heads["x-csrf"] = self.ask("/api/me")[1]["csrf"]

    def post(self, path, body):
        return self.ask(path, json.dumps(body).encode())

    def ask(self, path, body=None):
        """The status and the answer."""
        request = urllib.request.Request(self.base + path, body, self.heads)
        try:
            with self.opener.open(request, timeout=60) as said:
                return said.status, json.loads(said.read() or b"null")
        except urllib.error.HTTPError as said:
            return said.code, json.loads(said.read() or b"null")


@contextlib.contextmanager
def linger(data, clickhouse):
    """Linger on this folder, told where ClickHouse is, until the end."""
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        port = it.getsockname()[1]
    log = data.parent / "server.log"
    command = [
        LINGER, "serve", "--data", str(data), "--listen", f"127.0.0.1:{port}", "--media-udp", "127.0.0.1:0",
        "--media-tcp", "off", "--clickhouse-table", "shop.linger_events",
    ]
    with log.open("wb") as out:
        secret = os.environ | {"LINGER_CLICKHOUSE_URL": clickhouse}
        process = subprocess.Popen(command, stdout=out, stderr=out, env=secret)
    try:
        end = time.monotonic() + 60
        while not (token := re.search(r"/invite#(\S+)", log.read_text(errors="replace"))):
            assert process.poll() is None and time.monotonic() < end, log.read_text(errors="replace")
            time.sleep(0.05)
        yield Door(f"http://127.0.0.1:{port}", token.group(1)), log
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def same(door, questions):
    """Asks each question twice."""
    kinds = {}
    for case in questions:
        status, native = door.post("/api/questions", case["ask"])
        assert status == 200, (case["name"], native)
        status, there = door.post("/api/questions?engine=clickhouse", case["ask"])
        assert status == 200, (case["name"], there)
        if native != there:
            sys.exit(f"{case['name']}: answers differ\n{json.dumps(native)}\n{json.dumps(there)}")
        kinds[case["ask"]["ask"]] = kinds.get(case["ask"]["ask"], 0) + 1
    return kinds


def refused(door, ask, what, seconds):
    """The question has no answer, within a time, for one clear reason; afterwards the house still answers itself."""
    begun = time.monotonic()
    status, said = door.post("/api/questions?engine=clickhouse", ask)
    took = time.monotonic() - begun
    assert (status, said["code"]) == (503, "clickhouse-failed"), (what, status, said)
    assert took < seconds, f"{what}: {took:.1f} s"
    assert door.post("/api/questions", ask)[0] == 200
    print(f"{what}: refused after {took:.1f} s")


def what_goes_wrong(door, front, log, plain, events):
    front.password = "another"
    refused(door, plain, "a wrong password", 5)
    front.password = "hunter2"
    front.close()
    refused(door, plain, "a server that is gone", 5)
    front.open(front.port)
    front.run_s_max = 1
    front.run(SLOW.format(events))
    refused(door, plain, "a statement that takes too long", 15)
    assert "TIMEOUT_EXCEEDED" in front.last_fault, front.last_fault
    front.run_s_max = None
    front.run(WIDE.format(events))
    refused(door, plain | {"sum": None, "breakdown": {"by": "source", "of": "event", "groups_max": 20}}, "an answer too large", 60)
    front.run("DROP VIEW shop.linger_events")
    refused(door, plain, "a view that is not there", 5)
    told = log.read_text(errors="replace")
    for why in ("it refused", "it cannot be reached", "it failed", "its answer is too large"):
        assert why in told, f"{why}: not in the log\n{told}"
    for secret in ("hunter2", "SELECT", "DB::Exception"):
        assert secret not in told, f"{secret} is in the log"


def main():
    cases = json.loads(CASES.read_text())
    questions = [case for case in cases["questions"] if case["of"] == "room"]
    front = Front("reader", "hunter2").open()
    with tempfile.TemporaryDirectory() as folder:
        data = pathlib.Path(folder) / "data"
        kept(cases["histories"]["room"]["facts"], pathlib.Path(folder), data)
        front.run("CREATE DATABASE shop")
        events = EVENTS.format(data / "events/segments")
        front.run(VIEW.format(events))
        with linger(data, f"http://reader:hunter2@127.0.0.1:{front.port}/") as (door, log):
            kinds = same(door, questions)
            assert front.asked == len(questions)
            print(f"{front.asked} questions, one answer each from both: {kinds}")
            plain = next(case["ask"] for case in questions if case["ask"]["ask"] == "trend")
            what_goes_wrong(door, front, log, plain, events)


if __name__ == "__main__":
    main()
