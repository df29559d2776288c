"""Many buyers, few units: Linger, and on the peers PostgreSQL's guarded update and Redis Lua, both as durable as they can
be set.

Two workloads: `rush` (many more orders than units) and `all_held` (a unit for everybody, so every order is a durable
write). Everybody gets the same connections and the same number of orders under way on each: Linger's gateways send them in
one body, where each order is decided, refused or held by itself; pgbench sends as many transactions in one pipeline, each
order its own transaction; redis-benchmark sends as many calls of the script in one pipeline. With `--under-way 1,8,64,512`
each is one point of a curve. Each peer is driven by its own load generator in C. Prints one JSON object as its last line.
"""

import argparse
import json
import pathlib
import subprocess
import sys

import ground

GUARDED = """\\set buyer random(1, 1000000000)
WITH taken AS (UPDATE stock SET units_left = units_left - 1 WHERE item = 1 AND units_left >= 1 RETURNING item)
INSERT INTO orders (item, buyer) SELECT item, :buyer FROM taken;
"""

LUA = """
local left = tonumber(redis.call('GET', KEYS[1]))
if left <= 0 then return 0 end
if redis.call('HSETNX', KEYS[2], ARGV[1], '1') == 0 then return 2 end
redis.call('DECRBY', KEYS[1], 1)
return 1
"""


def percentiles(values_ms):
    values_ms.sort()
    at = lambda share: round(values_ms[min(len(values_ms) - 1, int(share * len(values_ms)))], 3) if values_ms else None
    return {"p50_ms": at(0.5), "p99_ms": at(0.99)}


def pgbench_script(under_way):
    """So many orders on one connection at once, each a transaction of its own."""
    if under_way == 1:
        return GUARDED
    head, order = GUARDED.split("\n", 1)
    one = "BEGIN;\n" + order.replace(":buyer", ":buyer + {}") + "COMMIT;\n"
    return "\n".join([head, "\\startpipeline", *[one.format(n) for n in range(under_way)], "\\endpipeline", ""])


def postgres(units, orders, connections, under_way):
    with ground.folder() as at, ground.postgresql(at) as (port, sql, tool, _):
        sql("CREATE TABLE stock (item int PRIMARY KEY, units_left int NOT NULL CHECK (units_left >= 0))")
        sql("CREATE TABLE orders (id bigserial PRIMARY KEY, item int NOT NULL, buyer bigint NOT NULL)")
        script = at / "order.sql"
        script.write_text(pgbench_script(under_way))
        each = max(1, orders // connections // under_way)
        asked = each * connections * under_way
        units = min(units, asked)
        sql(f"INSERT INTO stock VALUES (1, {units})")

        def bench(protocol):
            command = [
                tool("pgbench"), "-h", "127.0.0.1", "-p", str(port), "-U", "bench", "-n", "-M", protocol, "-c",
                str(connections), "-j", "2", "-t", str(each), "-f", str(script), "-l", "--log-prefix",
                str(at / "times"), "postgres",
            ]
            return subprocess.run(command, capture_output=True, text=True, env=ground.environment())

        done = bench("prepared" if under_way == 1 else "extended")
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip()[-300:])
        per_s = float(next(line for line in done.stdout.splitlines() if line.startswith("tps")).split()[2])
        times = []
        for file in at.glob("times*"):
            times += [int(line.split()[2]) / 1000 for line in file.read_text().splitlines()]
        held, left = int(sql("SELECT count(*) FROM orders")), int(sql("SELECT units_left FROM stock"))
        assert held + left == units and held == min(units, asked), (held, left, units, asked)
    return {"orders": asked, "held": held, "connections": connections, "under_way": under_way,
            "orders_per_s": round(per_s * under_way), **percentiles(times)}


def redis(units, orders, connections, under_way, fsync):
    server = ground.program("redis-server", "redis")
    cli, bench = (str(pathlib.Path(server).parent / name) for name in ("redis-cli", "redis-benchmark"))
    with ground.folder() as at:
        port = ground.free_port()
        command = [
            server, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(at), "--appendonly", "yes",
            "--appendfsync", fsync, "--save", "", "--daemonize", "no",
        ]
        with ground.running(command, at / "log", cwd=at) as process:
            ground.wait_for_port(port, process)

            def ask(*words):
                done = subprocess.run([cli, "-p", str(port), *map(str, words)], check=True, capture_output=True,
                                      text=True, env=ground.environment())
                return done.stdout.strip()

            ask("SET", "stock", units)
            digest = ask("SCRIPT", "LOAD", LUA)
            command = [
                bench, "-h", "127.0.0.1", "-p", str(port), "-c", str(connections), "-P",
                str(under_way), "-n", str(orders), "-r", "999999999",
                "--csv", "EVALSHA", digest, "2", "stock", "orders", "o__rand_int__",
            ]
            done = subprocess.run(command, check=True, capture_output=True, text=True, env=ground.environment())
            head, row = [line.replace('"', "").split(",") for line in done.stdout.strip().splitlines()[-2:]]
            figures = dict(zip(head[1:], row[-(len(head) - 1):]))
            held, left = int(ask("HLEN", "orders")), int(ask("GET", "stock"))
            assert held + left == units and left >= 0, (held, left)
    return {"orders": orders, "held": held, "connections": connections, "under_way": under_way, "orders_per_s": round(float(figures["rps"])),
            "p50_ms": float(figures["p50_latency_ms"]), "p99_ms": float(figures["p99_latency_ms"])}


def linger(binary, units, orders, how, under_way=1, connections=64, more=()):
    """A rush by `linger bench rush`, which starts a server of its own, and then reads its log as a stranger would."""
    command = [binary, "bench", "rush", "--buyers", str(orders), "--units", str(units), "--how", how, "--gateways",
               str(connections), "--under-way", str(under_way), "--engine-orders", "0", *more]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError((done.stdout + done.stderr).strip()[-600:])
    rush = json.loads(done.stdout.strip().splitlines()[-1])["interface"][0]
    report, log = rush["report"], rush["log"]
    assert report["answered"] == report["asked"], report
    keep = ("connections", "held", "given_up", "seconds", "batches", "server_cpu_s", "client_cpu_s")
    return {"orders": report["asked"], "under_way": report["under_way"],
            "orders_per_s": round(report["orders_per_s"]), "p50_ms": round(report["delay"]["p50_ms"], 3),
            "p99_ms": round(report["delay"]["p99_ms"], 3), **{name: report[name] for name in keep}, "log": log}


def engine_alone(binary):
    """The engine without the interface, all orders held."""
    command = [binary, "bench", "rush", "--buyers", "64", "--units", "500000", "--under-way", "1"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.strip().splitlines()[-1])["engine"]


def main():
    flags = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    flags.add_argument("--units", type=int, default=500)
    flags.add_argument("--orders", type=int, default=20_000, help="orders where one is under way on a connection")
    flags.add_argument("--connections", type=int, default=64)
    flags.add_argument("--under-way", default="1,8,64,512", help="orders under way on each connection")
    flags.add_argument("--linger", help="Linger's program, to run in the same run")
    asked = flags.parse_args()
    report = {"units": asked.units, "connections": asked.connections, "rush": {}, "all_held": {}}
    both = lambda orders: (("rush", min(asked.units, orders)), ("all_held", orders))
    for under_way in map(int, asked.under_way.split(",")):
        # More of them where they go faster: a run takes a second or so, PostgreSQL's up to twenty.
        many = asked.orders * {1: 1, 8: 5}.get(under_way, 20)
        for name, units in both(many):
            into, of = report[name], f"{under_way}"
            if asked.linger:
                measure = lambda units=units: linger(asked.linger, units, many, "gateways", under_way, asked.connections)
                ground.peer(into, f"linger_gateways_{of}", measure)
            for fsync in ("always", "everysec"):
                measure = lambda units=units, fsync=fsync: redis(units, many, asked.connections, under_way, fsync)
                ground.peer(into, f"redis_{fsync}_{of}", measure)
        for name, units in both(asked.orders * 2):
            for connections in {asked.connections, 8} if under_way < 512 else {8}:
                measure = lambda: postgres(units, asked.orders * 2, connections, under_way)
                ground.peer(report[name], f"postgresql_{connections}_{under_way}", measure)
    if asked.linger:
        for name, units in both(asked.orders):
            ground.peer(report[name], "linger_http_8", lambda: linger(asked.linger, units, asked.orders, "http", 8))
        # One socket a buyer: as many as one process may open.
        sockets = min(asked.orders, 15_000)
        for name, units in both(sockets):
            ground.peer(report[name], "linger_sockets", lambda: linger(asked.linger, units, sockets, "sockets"))
        evening = ("--items", "500", "--mix", "evening")
        ground.peer(report, "evening_of_500_items",
                    lambda: linger(asked.linger, 200, asked.orders * 10, "gateways", 64, asked.connections, evening))
        ground.peer(report, "engine_alone", lambda: engine_alone(asked.linger))
    print(json.dumps(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
