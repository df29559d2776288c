"""Asks a running Linger whatever its own document allows, and a little more, as everybody who may come: no answer may be a
fault of the server (5xx), have a status, a kind of content or a shape that the document does not state.

    LINGER_BIN=PATH python scripts/fuzz/run.py [--cases N] [--seed N] [--only TEXT]

Owns: the order of operations, who asks, how often a known id is put where chance would hardly find one, and the verdict. The
cases come from Schemathesis, by the document that the server serves; the same seed asks the same things in the same order. It
does not know how the demo is laid down (house.py).

Left out: nothing. Care is taken where an operation would end the run: who signs out, erases themselves or changes a password
is somebody new each time; whom staff may erase or demote is somebody who asks nothing; addresses of webhooks are replaced by
a port of this machine at which nobody listens, so that nothing goes out.
"""

import argparse
import collections
import copy
import random
import re
import sys
import time
import warnings

import hypothesis
import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import house as house_of

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance,
]
# Where rooms are asked for everything.
ASK = "/api/rooms/{room}/ask"
# Operations that end somebody's right to ask: each time it is somebody else's.
OWN_END = {("POST", "/api/sign-out"), ("POST", "/api/password"), ("DELETE", "/api/rooms/{room}/me")}
# What takes things away comes after what asks about them.
TURN = {"POST": 0, "PUT": 1, "PATCH": 2, "GET": 3, "DELETE": 4}
# Operations that stand for many: so much more of them.
WEIGHTS = {
    "/api/questions": 5, "/api/questions/csv": 2, "/api/questions/people": 3, "/v1/{call}": 5,
    "/api/rooms/{room}/quote": 3, "/api/products": 3, "/api/rooms/{room}/rundown": 3, "/api/segments/{segment}": 3,
}
# How often a known id stands where the document wants one.
AIMED = 0.7
# New members of staff for operations that end a session: each costs a sign-in, of which an address has 30 a minute.
SPARES = 4
# Values at the edges of what numbers, texts and lists can be.
EDGES = [0, -1, 1, 2**31, 2**53, 2**63, -(2**63), 0.5, 1e300, "", " ", "x" * 5_000, "\u202e", "日本", None, [], {}, True]
# Bodies that are cut, of another kind, no text, too large for most, none; and what they say that they are.
STRANGE = [
    (b'{"a":', "application/json"), (b"{}", "text/plain"), (b"\xff\xfe", "application/json"), (b"", "application/json"),
    (b'"' + b"x" * 70_000 + b'"', "application/json"), (b"[" * 20_000, "application/json"), (b"{}", "nonsense"),
]
SDP = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"
CSV = st.lists(st.text(alphabet='ab,;"\n1.5', max_size=30), max_size=4).map(
    lambda rows: "\n".join(["title,price,currency", "Cup,5.00,EUR", *rows]).encode()
)


def media_types():
    """Bodies that are no JSON."""
    schemathesis.openapi.media_type("text/csv", CSV)
    offers = st.sampled_from([b"", b"v=0\r\n", SDP.encode(), (SDP * 40).encode()]) | st.binary(max_size=200)
    schemathesis.openapi.media_type("application/sdp", offers)
    pixel = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de")
    schemathesis.openapi.media_type("image/*", st.sampled_from([pixel, b"\xff\xd8\xff"]) | st.binary(max_size=200))


class Run:
    """One pass over the operations, and what came of it."""

    def __init__(self, house, cases, seed):
        self.house, self.cases, self.seed = house, cases, seed
        self.chance = random.Random(seed)
        self.findings = {}
        self.statuses = collections.Counter()
        self.welcome = collections.defaultdict(set)
        self.asked = 0
        self.spares = [house.member(house.admin, "moderator") for _ in range(SPARES)]

    def name(self, operation):
        return operation.method.upper(), operation.path.split("#")[0]

    def all(self, operations):
        """Every operation, both ways: as the document wants it, and not."""
        for operation in operations:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                self.operation(operation, mode)
        for operation in {self.name(it): it for it in operations}.values():
            self.strange(operation)

    def operation(self, operation, mode):
        name = self.name(operation)

        @hypothesis.seed(self.seed)
        @hypothesis.settings(
            max_examples=self.cases * WEIGHTS.get(operation.path, 1), database=None, deadline=None, phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        def ask(case):
            self.one(name, case)

        try:
            ask()
        except (hypothesis.errors.Unsatisfiable, schemathesis.errors.SchemathesisError) as why:
            # Nothing the document says of some operations can be broken: they take no parameter and no body.
            if mode == GenerationMode.POSITIVE:
                self.found(name, "no case could be made", str(why), "")

    def strange(self, operation):
        """What no document can say: an address that is no text, a body that is cut, of another kind, too large or none."""
        name = self.name(operation)
        stated = operation.definition.raw["responses"]
        aimed = re.sub(r"{(\w+)}", lambda it: str(self.house.ids.get(it.group(1), ["1"])[0]), name[1])
        cases = [(re.sub(r"{\w+}", "%FF", name[1]), b"", "application/json")]
        if "requestBody" in operation.definition.raw:
            cases += [(aimed, body, kind) for body, kind in STRANGE]
        for path, body, kind in cases:
            person = self.who(name)
            headers = person.headers | {"content-type": kind}
            answer = requests.request(
                name[0], self.house.base + path, data=body, headers=headers, cookies=dict(person.session.cookies), timeout=60
            )
            self.asked += 1
            self.statuses[answer.status_code] += 1
            stated_kinds = stated.get(str(answer.status_code), {}).get("content", {})
            kind_told = answer.headers.get("content-type", "").split(";")[0]
            if answer.status_code >= 500 or str(answer.status_code) not in stated or (
                answer.content and kind_told not in stated_kinds
            ):
                told = f"as {person.role}, {path}, {len(body)} bytes of {kind}: {answer.status_code} {kind_told} {answer.text[:200]}"
                self.found(name, f"strange {answer.status_code}", told, "")

    def one(self, name, case):
        person = self.who(name)
        self.aim(name, case)
        case.headers = {key: value for key, value in (case.headers or {}).items() if key.lower() in ("content-type", "accept")}
        case.cookies = {}
        cookies = dict(person.session.cookies)
        try:
            answer = case.call(base_url=self.house.base, headers=person.headers, cookies=cookies, timeout=60)
        except requests.exceptions.InvalidURL:
            return
        except requests.exceptions.RequestException as why:
            self.found(name, "no answer", type(why).__name__, case.as_curl_command(base_url=self.house.base))
            return
        self.asked += 1
        self.statuses[answer.status_code] += 1
        if answer.status_code < 400:
            self.welcome[name].add(person.role)
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            for failure in group.exceptions:
                self.failed(name, person, case, answer, failure)
        except Failure as failure:
            self.failed(name, person, case, answer, failure)

    def failed(self, name, person, case, answer, failure):
        told = f"as {person.role}, {answer.status_code}: {failure.message} {answer.text[:400]}"
        self.found(name, f"{failure.title} ({answer.status_code})", told, case.as_curl_command(base_url=self.house.base))

    def found(self, name, what, told, curl):
        self.findings.setdefault((name, what), (told, curl))

    def who(self, name):
        """Mostly somebody who may, sometimes anybody."""
        if name in OWN_END and self.chance.random() < 0.5:
            if name[1] == "/api/rooms/{room}/me":
                return self.house.guest()
            if self.spares:
                return self.spares.pop()
        if name in OWN_END:
            return self.house.nobody
        if name[1].startswith("/v1/"):
            return self.chance.choice([self.house.people[7]] * 3 + [self.house.nobody])
        if name[1].endswith("/carrier"):
            return self.chance.choice([self.house.people[8]] * 3 + [self.house.viewer])
        return self.chance.choice(self.house.people[:8] + [self.house.viewer, self.house.operator, self.house.admin])

    def aim(self, name, case):
        """Puts known ids where the case has others."""
        for part in (case.path_parameters, case.query):
            for key in list(part or {}):
                if key in self.house.ids and self.chance.random() < AIMED:
                    part[key] = str(self.chance.choice(self.house.ids[key]))
        right = self.house.right.get(name)
        if right is not None and isinstance(case.body, (dict, list, str, int, float, type(None))):
            if self.chance.random() < AIMED:
                case.body = self.changed(copy.deepcopy(right), case.body)
        if isinstance(case.body, (dict, list)):
            case.body = self.aimed(case.body)
            if name[1] == "/api/webhooks" and isinstance(case.body, dict) and "url" in case.body:
                case.body["url"] = "http://127.0.0.1:9/hook"
        elif isinstance(case.body, bytes) and name[1].endswith("/images"):
            case.media_type = "image/png"

    def changed(self, right, other):
        """A right body, or one in which a part somewhere is another: of the case, or at an edge."""
        parts = []

        def walk(part):
            for key in part if isinstance(part, dict) else range(len(part)):
                parts.append((part, key))
                if isinstance(part[key], (dict, list)):
                    walk(part[key])

        walk(right)
        if parts and self.chance.random() < AIMED:
            part, key = self.chance.choice(parts)
            drawn = list(other.values()) if isinstance(other, dict) and other else [other]
            part[key] = self.chance.choice(EDGES + drawn * 3)
        return right

    def aimed(self, body):
        if isinstance(body, list):
            return [self.aimed(it) for it in body]
        if isinstance(body, float) and body.is_integer() and self.chance.random() < AIMED:
            # Right by the document, but no number that others write.
            return int(body)
        if not isinstance(body, dict):
            return body
        told = {}
        for key, value in body.items():
            known = self.house.ids.get(key)
            if known and not isinstance(value, (dict, list)) and self.chance.random() < AIMED:
                told[key] = self.chance.choice(known)
            else:
                told[key] = self.aimed(value)
        return told


def each_act(document):
    """The same document, in which every act that a room can be asked for is an operation of its own, told apart behind a `#`
    that is never sent, and has no field but its own, as the server reads it. Else chance would hardly come to each of them."""
    schemas = document["components"]["schemas"]

    def named(schema):
        return schemas[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema

    def flat(variant):
        parts = [named(it) for it in variant.get("allOf", [variant])]
        inner = next((it["oneOf"] for it in parts if "oneOf" in it), [{}])
        outer = [it for it in parts if "oneOf" not in it]
        return [merged([named(it), *outer]) for it in inner]

    def merged(parts):
        told = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
        for part in parts:
            told["properties"] |= part.get("properties", {})
            told["required"] += part.get("required", [])
        return told

    whole = document["paths"].pop(ASK)
    for variant in schemas["WireAct"]["oneOf"]:
        for act in flat(variant):
            words = [act["properties"][it]["enum"][0] for it in ("kind", "do") if it in act["properties"]]
            one = copy.deepcopy(whole)
            one["post"]["requestBody"]["content"]["application/json"]["schema"] = act
            one["post"]["operationId"] = "-".join(words)
            document["paths"][f"{ASK}#{'-'.join(words)}"] = one
    return document


def in_order(schema, only):
    """The operations, those that take away last, the erasers at the very end."""
    operations = [it.ok() for it in schema.get_all_operations()]
    operations = [it for it in operations if only in f"{it.method.upper()} {it.path}"]
    ends = lambda it: ("erase" in it.path or (it.method.upper(), it.path) in OWN_END)
    return sorted(operations, key=lambda it: (ends(it), TURN[it.method.upper()], it.path))


def main():
    asked = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    asked.add_argument("--cases", type=int, default=10, help="cases of each operation, as wanted and as not wanted")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--only", default="", help="operations whose method and path contain this")
    asked = asked.parse_args()
    warnings.simplefilter("ignore")
    media_types()
    began = time.monotonic()
    with house_of.running() as house:
        up = time.monotonic()
        document = requests.get(house.base + "/api/openapi.json", timeout=60).json()
        operations = in_order(schemathesis.openapi.from_dict(each_act(document)), asked.only)
        run = Run(house, asked.cases, asked.seed)
        run.all(operations)
    bugs = house_of.told_of_bugs(house.log)
    never = sorted({run.name(it) for it in operations} - set(run.welcome))
    for (method, path), (told, curl) in ((key[0], value) for key, value in sorted(run.findings.items())):
        print(f"\n{method} {path}\n  {told}\n  {curl}")
    counts = " ".join(f"{status}:{count}" for status, count in sorted(run.statuses.items()))
    print(f"\nnever answered with success: {', '.join(' '.join(it) for it in never) or 'none'}")
    let_in = collections.Counter(role for roles in run.welcome.values() for role in roles)
    print(f"operations that let somebody in: {', '.join(f'{role} {count}' for role, count in sorted(let_in.items()))}")
    print(f"{len({run.name(it) for it in operations})} operations, {len(operations)} with every act by itself, {run.asked} cases ({counts}), {len(run.findings)} findings, "
          f"{len(bugs)} bugs in the server's log; {up - began:.0f} s to lay down, {time.monotonic() - up:.0f} s to ask; "
          f"seed {asked.seed}")
    for line in bugs[:20]:
        print(line)
    return 1 if run.findings or bugs or not operations else 0


if __name__ == "__main__":
    sys.exit(main())
