"""The same batches of events on the peers, each durable before it is acknowledged: NATS JetStream that syncs before each
answer, and PostgreSQL COPY with `synchronous_commit=on`.

Every batch is encoded before the clock starts, so that the generator, one thread a connection, only sends bytes and
reads answers. A connection has one batch under way. At the end the first batches are told once more, and what is stored
is counted: a peer that de-duplicates has each event once. With --linger, `linger bench ingest` runs first. Prints one
JSON object as its last line.
"""

import argparse
import contextlib
import json
import os
import pathlib
import socket
import struct
import subprocess
import sys
import threading
import time

import ground

PEOPLE, PRODUCTS = 100_000, 5_000
MASK = (1 << 64) - 1
# Told twice at the end: batches of the first connection.
AGAIN = 2


def event(n):
    """Event `n` of `linger bench ingest`: id, person, time, name, and everything as Segment's libraries send it."""
    mixed = (n + 0x9E3779B97F4A7C15) & MASK
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    mixed ^= mixed >> 27
    person, product = f"user-{mixed % PEOPLE:08}", (mixed >> 32) % PRODUCTS
    told, at = f"bench-{n:016x}", f"2026-01-15T12:30:00.{n % 1000:03}Z"
    properties = (
        f'{{"product_id":"sku-{product}","category":"c{product % 40}","price":19.99,"currency":"CNY","position":{n % 20}}}'
    )
    whole = (
        f'{{"type":"track","event":"Product Viewed","userId":"{person}","messageId":"{told}","timestamp":"{at}",'
        f'"properties":{properties},"context":{{"library":{{"name":"bench","version":"1"}}}}}}'
    )
    return told, person, at, "Product Viewed", properties, whole


def batches(asked, connections, encode):
    """For each connection its batches, encoded for it."""
    each = max(AGAIN, asked.events // asked.batch // connections)
    lanes = []
    for lane in range(connections):
        firsts = [(lane * each + nth) * asked.batch for nth in range(each)]
        lanes.append([encode(lane, [event(first + at) for at in range(asked.batch)]) for first in firsts])
    return lanes


def cpu_s(process):
    """CPU seconds of a process and its children, living or waited for."""
    ticks = 0
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(folder.name) == process.pid:
                ticks += sum(map(int, fields[11:15]))
            elif int(fields[1]) == process.pid:
                ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def drive(lanes, open_lane, process, asked):
    """Sends every lane's batches over a connection of its own, each when the one before was answered, until all are sent
    or the time is over."""
    sends, seconds_max = [open_lane(at) for at in range(len(lanes))], asked.seconds
    delays, faults, done = [], [], [0] * len(lanes)

    def run(nth, send, lane):
        try:
            for encoded in lane:
                sent = time.perf_counter()
                if sent > begun + seconds_max:
                    return
                send(encoded)
                delays.append((time.perf_counter() - sent) * 1000)
                done[nth] += 1
        except Exception as why:  # told by the thread that waits for all
            faults.append(why)

    threads = [threading.Thread(target=run, args=it) for it in zip(range(len(lanes)), sends, lanes)]
    server, own, begun = cpu_s(process), time.process_time(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds, own, server = time.perf_counter() - begun, time.process_time() - own, cpu_s(process) - server
    if faults:
        raise faults[0]
    for encoded in lanes[0][:min(AGAIN, done[0])]:
        sends[0](encoded)
    delays.sort()
    at = lambda share: round(delays[min(len(delays) - 1, int(share * len(delays)))], 3)
    events = len(delays) * asked.batch
    return {
        "connections": len(lanes), "events": events, "seconds": round(seconds, 3),
        "events_per_s": round(events / seconds), "ack_p50_ms": at(0.5), "ack_p99_ms": at(0.99),
        "server_cpu_s": round(server, 2), "client_cpu_s": round(own, 2),
        "events_per_cpu_s": round(events / server) if server else 0,
    }


def stored(report, kept, apart):
    """Adds what is stored after some batches were told twice. `apart` is what the peer knows again: events, whole batches
    or nothing."""
    report["kept"], report["doubled"], report["told_apart"] = kept, kept - report["events"], apart
    assert kept >= report["events"], f"{report['events'] - kept} acknowledged events are lost"
    assert apart == "nothing" or kept == report["events"], f"{kept} kept"
    return report


# NATS JetStream: the text protocol of its clients.

# "atomic publish batch contains duplicate message id": a batch with an event that is stored already is refused whole.
KNOWN = b'"err_code":10201'


class Nats:
    """A connection, and an inbox of its own to which answers come."""

    def __init__(self, port, name):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.inbox = f"inbox.{name}"
        hello = f'CONNECT {{"verbose":false,"headers":true,"no_responders":true}}\r\nSUB {self.inbox} 1\r\n'
        self.socket.sendall(hello.encode())

    def ask(self, subject, body):
        """An answer of the server's own interface."""
        self.socket.sendall(b"PUB %s %s %d\r\n%s\r\n" % (subject.encode(), self.inbox.encode(), len(body), body))
        text = b""
        while b"MSG " not in text or not text.rstrip().endswith(b"}"):
            text += self.socket.recv(1 << 16)
        return json.loads(text[text.index(b"{", text.index(b"MSG ")):])

    def acknowledged(self, encoded, count):
        """Sends messages, and returns when as many answers have come: stored, or known already."""
        # The answers of hundreds of messages come while these are still being sent.
        sender = threading.Thread(target=self.socket.sendall, args=(encoded,))
        sender.start()
        text, seen = b"", 0
        while seen < count:
            got = self.socket.recv(1 << 16)
            if not got:
                raise ConnectionError("the server closed the connection")
            *lines, text = (text + got).split(b"\r\n")
            for line in lines:
                if line.startswith(b"-ERR") or b'"error"' in line and KNOWN not in line:
                    raise RuntimeError(line.decode(errors="replace"))
                seen += line.startswith(b"{")
        sender.join()


def message(reply, told, body, more=""):
    """A message with its id, and where its answer goes."""
    head = f"NATS/1.0\r\nNats-Msg-Id: {told}\r\n{more}\r\n".encode()
    sizes = f"HPUB events.track {reply} {len(head)} {len(head) + len(body)}\r\n".encode()
    return sizes + head + body + b"\r\n"


def one_by_one(reply, events):
    return b"".join(message(reply, it[0], it[-1].encode()) for it in events)


def as_atomic_batch(reply, events):
    head = lambda at: f"Nats-Batch-Id: {events[0][0]}\r\nNats-Batch-Sequence: {at + 1}\r\n"
    *others, last = [(it[0], it[-1].encode(), head(at)) for at, it in enumerate(events)]
    told, body, more = last
    commit = message(reply, told, body, more + "Nats-Batch-Commit: 1\r\n")
    return b"".join(message("", *it) for it in others) + commit


def as_one_message(reply, events):
    body = f'{{"batch":[{",".join(it[-1] for it in events)}]}}'
    return message(reply, events[0][0], body.encode())


def jetstream(asked, connections, how):
    """A batch as messages that are acknowledged one by one, as messages that are stored together or not at all, or as one
    message."""
    encode = {"events": one_by_one, "atomic": as_atomic_batch, "batches": as_one_message}[how]
    with ground.folder() as at:
        port = ground.free_port()
        config = at / "nats.conf"
        config.write_text(
            f'listen: "127.0.0.1:{port}"\njetstream {{ store_dir: "{at / "store"}", sync_interval: always }}\n'
        )
        with ground.running([ground.nats_server(), "-c", str(config)], at / "log") as process:
            ground.wait_for_port(port, process)
            made = {"name": "EVENTS", "subjects": ["events.>"], "storage": "file", "duplicate_window": 600 * 10**9,
                    "allow_atomic": True}
            control = Nats(port, "control")
            answer = control.ask("$JS.API.STREAM.CREATE.EVENTS", json.dumps(made).encode())
            assert "error" not in answer, answer
            lanes = batches(asked, connections, lambda lane, events: encode(f"inbox.{lane}", events))
            count = asked.batch if how == "events" else 1
            lane = lambda at: (lambda line: lambda encoded: line.acknowledged(encoded, count))(Nats(port, at))
            report = drive(lanes, lane, process, asked)
            messages = control.ask("$JS.API.STREAM.INFO.EVENTS", b"")["state"]["messages"]
    if how == "batches":
        return stored(report, messages * asked.batch, "batches")
    return stored(report, messages, "events")


# PostgreSQL: the protocol of its clients, version 3.

KEYED = """CREATE TABLE events (id text PRIMARY KEY, person text NOT NULL, at timestamptz NOT NULL, name text NOT NULL,
    properties text NOT NULL)"""
STAGE = """CREATE TEMP TABLE stage (id text, person text, at timestamptz, name text, properties text)
    ON COMMIT DELETE ROWS"""
THROUGH_STAGE = "BEGIN; COPY stage FROM STDIN; INSERT INTO events SELECT * FROM stage ON CONFLICT DO NOTHING; COMMIT"


class Postgres:
    """A connection over which one statement after another goes."""

    def __init__(self, port, begin=None):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        names = b"user\0bench\0database\0postgres\0\0"
        self.socket.sendall(struct.pack("!II", len(names) + 8, 3 << 16) + names)
        self.until_ready()
        if begin:
            self.run(query(begin))

    def run(self, encoded):
        self.socket.sendall(encoded)
        self.until_ready()

    def until_ready(self):
        """Reads what the server says until it waits for the next statement."""
        text = b""
        while True:
            got = self.socket.recv(1 << 16)
            if not got:
                raise ConnectionError("the server closed the connection")
            text += got
            while len(text) >= 5 and len(text) > (size := struct.unpack("!I", text[1:5])[0]):
                kind, body, text = text[:1], text[5:size + 1], text[size + 1:]
                if kind == b"E":
                    raise RuntimeError(body.replace(b"\0", b" ").decode(errors="replace"))
                if kind == b"Z":
                    return


def query(text):
    return b"Q" + struct.pack("!I", len(text) + 5) + text.encode() + b"\0"


def copy(statement, events):
    """A statement with a COPY in it, its rows, and their end. Nothing in the events has to be escaped."""
    rows = "".join("\t".join(it[:5]) + "\n" for it in events).encode()
    return query(statement) + b"d" + struct.pack("!I", len(rows) + 4) + rows + b"c" + struct.pack("!I", 4)


def postgres(asked, connections, keyed):
    """COPY into a table of the connection's own and from there into one with a key, in one transaction; or straight into
    a table without any key, which tells no event apart."""
    with ground.folder() as at, ground.postgresql(at) as (port, sql, _, process):
        sql(KEYED if keyed else KEYED.replace("PRIMARY KEY", "NOT NULL"))
        statement = THROUGH_STAGE if keyed else "COPY events FROM STDIN"
        lanes = batches(asked, connections, lambda _, events: copy(statement, events))
        lane = lambda _: Postgres(port, STAGE if keyed else None).run
        report = drive(lanes, lane, process, asked)
        kept = int(sql("SELECT count(*) FROM events"))
    return stored(report, kept, "events" if keyed else "nothing")


def linger(binary, asked, connections):
    command = [binary, "bench", "ingest", "--connections", str(connections), "--batch", str(asked.batch), "--seconds",
               str(asked.seconds)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{done.stderr.strip()[-300:]} {done.stdout.strip()[-600:]}")
    told = json.loads(done.stdout.strip().splitlines()[-1])
    assert told["lost"] == 0 and told["doubled"] == 0, told
    return told


def main():
    flags = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    flags.add_argument("--events", type=int, default=400_000, help="events encoded for each peer before it begins, 2 GB for 4 million")
    flags.add_argument("--batch", type=int, default=500)
    flags.add_argument("--connections", type=int, nargs="+", default=[16, 2, 1])
    flags.add_argument("--seconds", type=int, default=10, help="for how long events are told, at most")
    flags.add_argument("--linger", help="Linger's program, to run in the same run")
    asked = flags.parse_args()
    report = {"events": asked.events, "batch": asked.batch}
    for connections in asked.connections:
        into = report[f"connections_{connections}"] = {}
        if asked.linger:
            ground.peer(into, "linger", lambda: linger(asked.linger, asked, connections))
        for how in ("events", "atomic", "batches"):
            ground.peer(into, f"jetstream_{how}", lambda: jetstream(asked, connections, how))
        ground.peer(into, "postgresql_copy_keyed", lambda: postgres(asked, connections, True))
        ground.peer(into, "postgresql_copy_bare", lambda: postgres(asked, connections, False))
    print(json.dumps(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
