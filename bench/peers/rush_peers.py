"""Many buyers, few units, on the peers: PostgreSQL's guarded update and Redis Lua, both as durable as they can be set.

Two workloads: `rush` (many more orders than units) and `all_held` (a unit for everybody, so every order is a durable
write). Each peer is driven by its own load generator in C (pgbench, redis-benchmark). With --linger the same runs on
Linger first. Prints one JSON object as its last line.
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


def postgres(units, orders, connections):
    with ground.folder() as at, ground.postgresql(at) as (port, sql, tool, _):
        sql("CREATE TABLE stock (item int PRIMARY KEY, units_left int NOT NULL CHECK (units_left >= 0))")
        sql("CREATE TABLE orders (id bigserial PRIMARY KEY, item int NOT NULL, buyer bigint NOT NULL)")
        sql(f"INSERT INTO stock VALUES (1, {units})")
        script = at / "order.sql"
        script.write_text(GUARDED)
        each = max(1, orders // connections)
        command = [
            tool("pgbench"), "-h", "127.0.0.1", "-p", str(port), "-U", "bench", "-n", "-M", "prepared", "-c",
            str(connections), "-j", "2", "-t", str(each), "-f", str(script), "-l", "--log-prefix", str(at / "times"),
            "postgres",
        ]
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=ground.environment())
        per_s = float(next(line for line in done.stdout.splitlines() if line.startswith("tps")).split()[2])
        times = []
        for file in at.glob("times*"):
            times += [int(line.split()[2]) / 1000 for line in file.read_text().splitlines()]
        held, left = int(sql("SELECT count(*) FROM orders")), int(sql("SELECT units_left FROM stock"))
        assert held + left == units and held == min(units, each * connections), (held, left)
    return {"orders": each * connections, "held": held, "connections": connections, "orders_per_s": round(per_s),
            **percentiles(times)}


def redis(units, orders, fsync):
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
                bench, "-h", "127.0.0.1", "-p", str(port), "-c", "64", "-n", str(orders), "-r", "999999999",
                "--csv", "EVALSHA", digest, "2", "stock", "orders", "o__rand_int__",
            ]
            done = subprocess.run(command, check=True, capture_output=True, text=True, env=ground.environment())
            head, row = [line.replace('"', "").split(",") for line in done.stdout.strip().splitlines()[-2:]]
            figures = dict(zip(head[1:], row[-(len(head) - 1):]))
            held, left = int(ask("HLEN", "orders")), int(ask("GET", "stock"))
            assert held + left == units and left >= 0, (held, left)
    return {"orders": orders, "held": held, "connections": 64, "orders_per_s": round(float(figures["rps"])),
            "p50_ms": float(figures["p50_latency_ms"]), "p99_ms": float(figures["p99_latency_ms"])}


def linger(binary, client, units, orders, mode):
    with ground.linger(binary, client) as (base, process):
        report = ground.load(client, "rush", base, "bench", "bench-admin", "only-for-this-bench-1", orders, units, mode,
                             1, process.pid)
    for never in ("oversold", "doubled", "lost", "unaccounted"):
        assert report[never] == 0, report
    return report


def main():
    flags = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    flags.add_argument("--units", type=int, default=500)
    flags.add_argument("--orders", type=int, default=20_000)
    flags.add_argument("--linger", help="Linger's program, to run in the same run")
    flags.add_argument("--client", help="our generator (example `load` of linger-sim); needed with --linger")
    asked = flags.parse_args()
    report = {"units": asked.units, "orders": asked.orders, "rush": {}, "all_held": {}}
    for workload, units in (("rush", asked.units), ("all_held", asked.orders)):
        into = report[workload]
        if asked.linger:
            for mode in ("gateways", "sockets"):
                # One socket a buyer: as many as one process may open.
                orders = min(asked.orders, 15_000) if mode == "sockets" else asked.orders
                held = min(units, orders)
                measure = lambda mode=mode, orders=orders, held=held: linger(asked.linger, asked.client, held, orders, mode)
                ground.peer(into, f"linger_{mode}", measure)
        for connections in (64, 8):
            measure = lambda connections=connections: postgres(units, asked.orders, connections)
            ground.peer(into, f"postgresql_{connections}", measure)
        for fsync in ("always", "everysec"):
            ground.peer(into, f"redis_{fsync}", lambda fsync=fsync: redis(units, asked.orders, fsync))
    print(json.dumps(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
