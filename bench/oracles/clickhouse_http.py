"""ClickHouse behind its HTTP interface, for tests: the engine is ClickHouse itself (chDB); the interface is a small front
that this file makes, because no server can be installed from a package.

Owns: what of that interface Linger uses (POST, Basic authentication, settings in the address, a status that says whether
the whole statement went well). It does not know what is asked.
"""

import base64
import http.server
import socketserver
import threading
import urllib.parse

from chdb import session


class Front:
    """A server on a free port of this machine, with one user. Statements run one after another."""

    def __init__(self, user, password):
        self.engine = session.Session()
        self.user, self.password = user, password
        self.run_s_max = None
        self.asked, self.port, self.server = 0, 0, None
        self.last_fault = ""
        self.turn = threading.Lock()

    def run(self, statement):
        with self.turn:
            return self.engine.query(statement, "JSONCompactEachRow").bytes()

    def answer(self, request):
        """The status and the body of an answer, as a server gives them."""
        given = request.headers.get("Authorization", "")
        known = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        if given != f"Basic {known}":
            return 403, b"Code: 516. DB::Exception: Authentication failed. (AUTHENTICATION_FAILED)"
        settings = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(request.path).query))
        assert settings.pop("wait_end_of_query") == "1", "answers must be whole before their status is sent"
        if self.run_s_max:
            settings["max_execution_time"] = str(self.run_s_max)
        statement = request.rfile.read(int(request.headers["Content-Length"])).decode()
        text, form, kind = statement.rpartition("\nFORMAT ")
        assert form, statement
        bounds = ", ".join(f"{name} = {int(value)}" for name, value in settings.items())
        try:
            return 200, self.run(f"{text}\nSETTINGS {bounds}\nFORMAT {kind}")
        except Exception as why:  # the engine's own words, which a server repeats
            self.last_fault = str(why)
            return 500, self.last_fault.encode()

    def open(self, port=0):
        front = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                front.asked += 1
                status, body = front.answer(self)
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # who asked has gone

            def log_message(self, *_):
                pass

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True

        self.server = Server(("127.0.0.1", port), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def close(self):
        self.server.shutdown()
        self.server.server_close()
