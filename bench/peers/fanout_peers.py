"""One room, many sockets, many messages a second, on the peers: NATS over WebSocket, nchan in nginx, Socket.IO.

All are driven by the same client of ours: same sockets, rate and texts of 40 to 200 bytes. The peers carry the bare
text, keep nothing on disk and give no order of their own; Linger carries who said it, under which name and number, from
a durable log. With --linger the same runs on Linger first. Prints one JSON object as its last line.
"""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import sys

import ground

HERE = pathlib.Path(__file__).resolve().parent

NATS = """
listen: 127.0.0.1:{plain}
max_connections: 64K
websocket {{ listen: "127.0.0.1:{port}", no_tls: true }}
"""

NGINX = """
{module}
daemon off;
pid {at}/nginx.pid;
error_log {at}/error.log warn;
worker_processes auto;
worker_rlimit_nofile 20000;
{user}
events {{ worker_connections 19000; }}
http {{
  access_log off;
  client_body_temp_path {at}/body;
  proxy_temp_path {at}/proxy;
  fastcgi_temp_path {at}/fastcgi;
  uwsgi_temp_path {at}/uwsgi;
  scgi_temp_path {at}/scgi;
  keepalive_requests 100000000;
  nchan_shared_memory_size 256M;
  server {{
    listen 127.0.0.1:{port} backlog=16384;
    location = /sub/room {{
      nchan_subscriber websocket;
      nchan_channel_id room;
      nchan_subscriber_first_message newest;
    }}
    location = /pub/room {{
      nchan_publisher http;
      nchan_channel_id room;
      nchan_message_buffer_length 100;
      nchan_message_timeout 5m;
    }}
  }}
}}
"""


def fan_out(asked, kind, port, process):
    base = f"http://127.0.0.1:{port}"
    report = ground.load(asked.client, "fanout-peer", kind, base, base, asked.sockets, asked.rate, asked.seconds,
                         process.pid)
    assert report["misread"] == 0, report
    return report


def nats(asked):
    server = ground.program("nats-server", "nats")
    with ground.folder() as at:
        port = ground.free_port()
        (at / "nats.conf").write_text(NATS.format(port=port, plain=ground.free_port()))
        with ground.running([server, "-c", str(at / "nats.conf")], at / "log") as process:
            ground.wait_for_port(port, process)
            return fan_out(asked, "nats", port, process)


def nchan(asked):
    server = ground.program("nginx", "nginx")
    module = next((path for path in (pathlib.Path("/usr/lib/nginx/modules/ngx_nchan_module.so"),
                                     ground.ROOT / "usr/lib/nginx/modules/ngx_nchan_module.so") if path.exists()), None)
    if not module:
        ground.unpack("nginx")
        module = ground.ROOT / "usr/lib/nginx/modules/ngx_nchan_module.so"
    with ground.folder() as at, contextlib.ExitStack() as stack:
        port = ground.free_port()
        user = "user root;" if os.geteuid() == 0 else ""
        text = NGINX.format(module=f"load_module {module};", at=at, port=port, user=user)
        (at / "nginx.conf").write_text(text)
        # Compiled in: nginx makes folders below it at its start, whatever its configuration says.
        compiled_in = pathlib.Path("/var/lib/nginx")
        if not compiled_in.exists():
            try:
                compiled_in.mkdir()
            except OSError as why:
                raise ground.Missing(f"the folder {compiled_in}, which nginx wants and only root can make") from why
            stack.callback(shutil.rmtree, compiled_in, ignore_errors=True)
        command = [server, "-p", str(at), "-e", str(at / "error.log"), "-c", str(at / "nginx.conf")]
        with ground.running(command, at / "log") as process:
            ground.wait_for_port(port, process)
            return fan_out(asked, "nchan", port, process)


def socket_io(asked):
    node = shutil.which("node")
    if not node:
        raise ground.Missing("node")
    modules = ground.node_modules("socket.io")
    with ground.folder() as at:
        port = ground.free_port()
        command = [node, str(HERE / "socket_io_server.cjs"), str(port), str(modules)]
        with ground.running(command, at / "log") as process:
            ground.wait_for_port(port, process)
            return fan_out(asked, "socket-io", port, process)


def linger(asked):
    with ground.linger(asked.linger, asked.client) as (base, process):
        report = ground.load(asked.client, "fanout", base, "bench", asked.sockets, asked.rate, asked.seconds, process.pid)
    for never in ("lost", "reordered", "misread"):
        assert report[never] == 0, report
    return report


def main():
    flags = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    flags.add_argument("--sockets", type=int, default=1_000)
    flags.add_argument("--rate", type=float, default=50, help="messages a second into the room")
    flags.add_argument("--seconds", type=float, default=8)
    flags.add_argument("--client", required=True, help="our generator: example `load` of linger-sim")
    flags.add_argument("--linger", help="Linger's program, to run in the same run")
    asked = flags.parse_args()
    report = {"sockets": asked.sockets, "rate": asked.rate, "seconds": asked.seconds}
    if asked.linger:
        ground.peer(report, "linger", lambda: linger(asked))
    for name, measure in (("nats", nats), ("nchan", nchan), ("socket_io", socket_io)):
        ground.peer(report, name, lambda measure=measure: measure(asked))
    print(json.dumps(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
