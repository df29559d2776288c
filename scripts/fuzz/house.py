"""A running demo for the fuzz: its people of every role, something of everything that can be asked about, and the ids of it.

Owns: starting and ending the server, signing in, and what is laid down before the first case. It does not know the
document or what is asked of it.
"""

import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time

import requests

LINGER = os.environ["LINGER_BIN"]
ROOM = "demo"
PASSWORD = "only-for-this-run-1"
# Ids that devices make at random; here they are known beforehand.
ORDERS = [f"{n:032x}" for n in range(0xA001, 0xA007)]
RETURNS = [f"{n:032x}" for n in range(0xB001, 0xB003)]
TICKET, PARCEL, RATING, REFUND = ("c" * 32, "d" * 32, "e" * 32, "f" * 32)


class Person:
    """Somebody who asks, with whatever says who they are."""

    def __init__(self, role, headers=None):
        self.role = role
        self.headers = headers or {}
        self.session = requests.Session()


class House:
    """The server, the people in it and the ids of what there is."""

    def __init__(self, base, data):
        self.base = base
        self.data = data
        self.nobody = Person("nobody")
        self.people = []
        self.ids = {}
        self.logins = 0

    def ask(self, person, method, path, body=None, expect=(200, 201, 202)):
        """The answer to something that has to succeed."""
        url = self.base + path
        answer = person.session.request(method, url, json=body, headers=person.headers, timeout=60)
        if answer.status_code not in expect:
            raise RuntimeError(f"{method} {path} as {person.role}: {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.text else None

    def act(self, person, body, expect=(200,)):
        return self.ask(person, "POST", f"/api/rooms/{ROOM}/ask", body, expect)

    def sign_in(self, role, login, password):
        """A session of a member of staff."""
        person = Person(role, {"origin": self.base})
        self.ask(person, "POST", "/api/sign-in", {"login": login, "password": password})
        person.headers["x-csrf"] = self.ask(person, "GET", "/api/me")["csrf"]
        return person

    def member(self, admin, role):
        """Somebody new of this role, signed in by the invitation."""
        link = self.ask(admin, "POST", "/api/invites", {"role": role})["link"]
        self.logins += 1
        person = Person(role, {"origin": self.base})
        used = {"token": link.split("#")[1], "login": f"fuzz-{self.logins}", "name": "Fuzz", "password": PASSWORD}
        me = self.ask(person, "POST", "/api/invites/use", used)
        person.headers["x-csrf"] = me["csrf"]
        person.id = me["person"]
        return person

    def guest(self):
        """Somebody new in the room."""
        told = self.ask(Person("nobody"), "POST", f"/api/rooms/{ROOM}/guest", {})
        person = Person("viewer", {"authorization": f"Bearer {told['token']}"})
        person.id = told["person"]
        return person


@contextlib.contextmanager
def running():
    """A demo without a crowd, until the end; what it wrote of itself is looked at afterwards."""
    with tempfile.TemporaryDirectory(prefix="linger-fuzz-") as folder:
        data = pathlib.Path(folder) / "data"
        log = pathlib.Path(folder) / "server.log"
        command = [
            LINGER, "demo", "--crowd", "0", "--data", str(data), "--listen", "127.0.0.1:0", "--media-udp", "127.0.0.1:0",
            "--media-tcp", "off", "--asks-per-second", "100000", "--webhooks-private", "yes", "--log-level", "error",
        ]
        with log.open("wb") as out:
            process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        try:
            said = waited_for(process, log, r"sign in as an operator +(\S+)/sign-in\?\S*#login=(\w+)&password=(\w+)")
            house = House(said.group(1), data)
            lay_down(house, said.group(2), said.group(3))
            yield house
            if process.poll() is not None:
                raise RuntimeError(f"the server ended by itself: {log.read_text(errors='replace')[-2000:]}")
            house.log = log.read_text(errors="replace")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


def waited_for(process, log, pattern):
    """What the server printed, once it did."""
    end = time.monotonic() + 300
    while not (found := re.search(pattern, log.read_text(errors="replace"))):
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"the demo did not come up: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.1)
    return found


def lay_down(house, login, password):
    """People of every role, and something of everything."""
    admin = house.sign_in("admin", login, password)
    host, operator, moderator = (house.member(admin, role) for role in ("host", "operator", "moderator"))
    spare = house.member(admin, "moderator")
    viewer, other = house.guest(), house.guest()
    key = house.ask(operator, "POST", "/api/write-keys", {"name": "Fuzz", "source": "fuzz", "trusted": True})
    spare_key = house.ask(operator, "POST", "/api/write-keys", {"name": "Spare", "source": "spare"})
    sender = Person("sender", {"authorization": f"Bearer {key['key']}"})
    carrier = subprocess.run(
        [LINGER, "carrier-key", "--data", str(house.data)], check=True, capture_output=True, text=True
    ).stdout.split()[-1]
    house.people = [
        house.nobody, viewer, other, moderator, host, operator, admin, sender,
        Person("carrier", {"authorization": f"Bearer {carrier}"}),
    ]
    house.admin, house.viewer, house.operator = admin, viewer, operator
    items = shelf(house, operator)
    after_the_sale(house, operator, viewer, items)
    show(house, host, viewer)
    analysed = desk(house, operator, viewer)
    house.ids = {
        "room": [ROOM, "home-evening"], "order": ORDERS, "item": items, "product": items, "exchange": items,
        "seller": [1, 2], "ticket": [TICKET], "parcel": [PARCEL], "returning": RETURNS, "rating": [RATING],
        "refund": [REFUND, f"return-{RETURNS[1]}", f"cancel-{ORDERS[5]}"], "campaign": ["ten", "all"],
        "coupons": ["ten"], "queue": ["to-ship", "returns", "refunds", "tickets", "ratings"],
        # Nobody of those who ask is changed or erased by what is asked.
        "person": [spare.id, other.id], "draw": [1], "activity": [1, 2], "sale": [1], "show": [1], "comment": [1, 2],
        "call": ["track", "identify", "page", "batch"], "shop": ["shopify", "medusa"], "key": [spare_key["id"]],
        "transfer": ["t-1", "t-2"], "gift": ["flower", "rocket"], "region": ["DE", "US", ""], "turn": [1, 2],
        "present": [PASSWORD], "currency": ["CNY", "EUR"], "units": [1, 2, 0], "as": ["csv", "json"],
        "lasts_ms": [60_000], "hold_ms": [60_000], "price_minor": [500, 1], "per_person": [3], "stars": [1, 5], "count": [1],
        "winners": [1], "amount_minor": [1, 100], "expected_minor": [1_000], "reason": ["no-reason", "faulty"],
    } | analysed
    house.right = right_bodies(items)


def shelf(house, operator):
    """Items on sale: simple, on terms, and counted by the catalogue."""
    found = house.ask(operator, "GET", "/api/products")["products"]
    items = [it["variants"][0]["item"] for it in found[:4]]
    for at, item in enumerate(items):
        house.act(operator, {"kind": "list-item", "item": item})
        count = {"to": 50, "reason": "counted", "key": f"fuzz-{item}"}
        house.ask(operator, "POST", f"/api/variants/{item}/stock", count)
        allot = {"kind": "sale", "do": "allot", "transfer": f"t-{at}", "item": item, "units": 30}
        house.act(operator, allot)
        if at < 3:
            house.act(operator, {"kind": "close-sale", "item": item})
            house.act(operator, {"kind": "open-sale", "item": item, "per_person": 20, "hold_ms": 600_000})
    house.act(operator, {"kind": "close-sale", "item": items[3]})
    terms = {"price_minor": 900, "per_person": 5, "hold_ms": 600_000, "mode": "first-come"}
    terms["unlock"] = {"buyers": 3, "price_minor": 700}
    house.act(operator, {"kind": "sale", "do": "open", "item": items[3], "terms": terms})
    now = int(time.time() * 1_000)
    for name, open_to in (("ten", "claim"), ("all", "everybody")):
        campaign = {
            "campaign": name, "title": "Autumn", "what": {"kind": "amount", "off_minor": 100}, "from": now - 60_000,
            "until": now + 86_400_000, "times": 3, "every": "ever", "stacks": "other-kinds", "open_to": open_to,
        }
        house.act(operator, {"kind": "sale", "do": "set-campaign", "campaign": campaign})
    return items


def after_the_sale(house, operator, viewer, items):
    """Orders that wait, are paid, delivered, coming back, given up; a ticket and a rating."""
    for at, order in enumerate(ORDERS):
        house.act(viewer, {"kind": "place-order", "order": order, "item": items[at % 3], "units": 2})
        if at > 0:
            house.ask(viewer, "POST", f"/api/rooms/{ROOM}/orders/{order}/pay", {"method": "now"})
    end = time.monotonic() + 60
    for order in ORDERS[1:]:
        path = f"/api/rooms/{ROOM}/orders/{order}"
        while house.ask(viewer, "GET", path)["state"] != "paid":
            if time.monotonic() > end:
                raise RuntimeError("a payment did not come")
            time.sleep(0.1)

    def care(person, do, **more):
        house.act(person, {"kind": "care", "do": do} | more)

    for order in ORDERS[2:5]:
        care(operator, "ship", order=order, parcel=PARCEL, carrier="SF")
        care(operator, "deliver", order=order, parcel=PARCEL)
    for returning, order, item in zip(RETURNS, ORDERS[2:4], (items[2], items[0])):
        contents = [{"item": item, "units": 1}]
        care(viewer, "ask-return", returning=returning, order=order, contents=contents, reason="no-reason")
    care(operator, "receive-return", returning=RETURNS[1], restock=True)
    care(viewer, "cancel-paid", order=ORDERS[5])
    care(viewer, "open-ticket", ticket=TICKET, order=ORDERS[1], topic="shipping", text="Where is it?")
    care(viewer, "rate", rating=RATING, order=ORDERS[4], item=items[1], stars=5, text="Good")


def show(house, host, viewer):
    """Talk, a draw, a vote, a topic."""
    house.act(viewer, {"kind": "say", "text": "how large is the cup?"})
    house.act(host, {"kind": "open-draw", "keyword": "tea", "prize": "a cup", "winners": 1, "lasts_ms": 60_000})
    house.act(viewer, {"kind": "say", "text": "tea"})
    vote = {"kind": "vote", "options": [{"text": "red"}, {"text": "blue"}], "lasts_ms": 3_600_000}
    house.act(host, {"kind": "activity", "do": "open", "title": "Which?", "game": vote})
    house.act(host, {"kind": "talk", "do": "set-topic", "text": "cups", "lasts_ms": 600_000})
    house.act(viewer, {"kind": "follow"})


def desk(house, operator, viewer):
    """What people keep at the desk: questions, lists of people, alarms, webhooks, tags."""
    scope = {"from_ms": 0, "to_ms": 86_400_000, "zone": "UTC"}
    question = {"ask": "trend", "scope": scope, "what": {}, "period": "day"}
    saved = house.ask(operator, "POST", "/api/saved-questions", {"name": "Days", "question": question})
    house.ask(operator, "PUT", "/api/segments/fresh", {"when": {"if": "stage", "is": ["new"]}})
    rule = {"name": "return", "figure": {"of": "kpi", "kpi": "d1_return"}}
    seen = house.ask(operator, "POST", "/api/alarms/try", {"rule": rule})["seen"]
    alarm = house.ask(operator, "POST", "/api/alarms", {"rule": rule, "seen": seen})
    # Nothing listens there: what is sent goes nowhere.
    hook = {"url": "http://127.0.0.1:9/hook", "topics": ["alarm.spoke"]}
    webhook = house.ask(operator, "POST", "/api/webhooks", hook)
    house.ask(operator, "POST", "/api/tags", {"tag": "vip", "person": viewer.id, "on": True})
    return {
        "question": [saved["id"]], "segment": ["fresh"], "alarm": [alarm["id"]],
        "webhook": [webhook.get("id") or webhook["webhook"]], "tag": ["vip"],
    }


def right_bodies(items):
    """For operations that chance would hardly please: a body that is right, of which the fuzz changes one part."""
    price = {"minor": 1, "currency": "CNY"}
    cup = {"id": 0, "title": "Cup", "variants": [{"prices": [price]}], "facts": [{"name": "Material", "value": "Clay"}]}
    question = {"ask": "trend", "scope": {"from_ms": 0, "to_ms": 86_400_000, "zone": "UTC"}, "what": {}, "period": "day"}
    step = {"title": "Hello", "lasts_ms": 60_000, "points": ["warm"], "activity": {"kind": "announce", "text": "Go"}}
    rule = {"name": "return", "figure": {"of": "kpi", "kpi": "d1_return"}}
    track = {"type": "track", "event": "Order Completed", "userId": "u1", "messageId": "m1", "properties": {"total": 5}}
    event = {"specversion": "1.0", "id": "e1", "source": "shop", "type": "seen", "subject": "u1", "data": {"n": 1}}
    return {
        ("POST", "/api/catalogue"): {"products": [{"id": 900, "title": "Tea", "price": price, "seller": "Hill"}]},
        ("POST", "/api/products"): {"products": [cup]},
        ("PUT", "/api/products/{product}"): cup,
        ("POST", "/api/prices/check"): {"item": items[0], "offer": price},
        ("POST", "/api/sellers"): {"name": "Hill"},
        ("PUT", "/api/sellers/{seller}"): {"name": "Linger demo shop"},
        ("POST", "/api/variants/{item}/stock"): {"by": 1, "reason": "received", "key": "k1"},
        ("POST", "/api/invites"): {"role": "host"},
        ("POST", "/api/alarms/try"): {"rule": rule},
        ("POST", "/api/alarms"): {"rule": rule, "seen": "none"},
        ("PUT", "/api/board"): {"kpi": "d1_return", "aim": {"baseline": 0.3, "target": 0.4}},
        ("PUT", "/api/rooms/{room}/rundown"): {"after": 1, "rundown": {"title": "Tea", "pace": 1, "steps": [step]}},
        ("PUT", "/api/segments/{segment}"): {"when": {"if": "stage", "is": ["new"]}},
        ("POST", "/api/sql"): {"sql": "SELECT 1"},
        ("POST", "/api/webhooks"): {"url": "http://127.0.0.1:9/hook", "topics": ["alarm.spoke"]},
        ("POST", "/api/webhooks/{webhook}/again"): {"what": "message", "message": "msg_0"},
        ("POST", "/api/tags"): {"tag": "vip", "person": "0000000000000001", "on": True},
        ("POST", "/api/rooms"): {"room": "home-evening", "title": "Tea", "host_name": "Li"},
        ("POST", "/api/rooms/{room}/guest"): {},
        ("POST", "/api/rooms/{room}/quote"): {"lines": [{"item": items[0], "units": 1}], "coupons": []},
        ("POST", "/api/rooms/{room}/orders/{order}/pay"): {"method": "now"},
        ("POST", "/api/rooms/{room}/carrier"): {"order": ORDERS[2], "parcel": PARCEL, "delivered_at": 1},
        ("POST", "/api/events/erase"): {"known": "nobody"},
        ("POST", "/api/questions"): question,
        ("POST", "/api/questions/csv"): question,
        ("POST", "/api/questions/people"): {"question": question, "cell": {"of": "trend", "period": "1970-01-01"}},
        ("POST", "/api/saved-questions"): {"name": "Days", "question": question},
        ("PUT", "/api/saved-questions/{question}"): {"name": "Days", "question": question},
        ("POST", "/api/schema/accept"): {"key": 1, "event": "seen"},
        ("POST", "/api/write-keys"): {"name": "Web", "source": "web"},
        ("POST", "/v1/{call}"): {"batch": [track]} | track,
        ("POST", "/v1/events"): event,
        ("PATCH", "/api/staff/{person}"): {},
    }


def told_of_bugs(log):
    """Lines in which the server says that something in it is broken."""
    return [line for line in log.splitlines() if "a bug:" in line or "panicked" in line]


if __name__ == "__main__":
    with running() as up:
        print(json.dumps(up.ids, indent=1))
