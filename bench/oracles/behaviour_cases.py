"""The case file: small histories full of equal times, and questions that use every option at least once.

Owns: what is asked. It does not know any answer.
"""

import random

HOUR = 3_600_000
DAY = 24 * HOUR
# Midnight of 5 March 2026 in New York; clocks change on the 8th.
BEGIN = 1_772_686_800_000
ZONE = "America/New_York"
# Texts that would end a literal, or not be told apart, if they were quoted carelessly.
SOURCES = ["feed", "share", "it's a \\ day", "中文"]


def history(draw, people=30, count=400):
    """Facts in the order of arrival: multiples of 3.5 hours, so that many times are equal and many gaps just fit."""
    facts = []
    for _ in range(count):
        at = BEGIN + draw.randrange(-4, 10) * DAY + draw.randrange(4) * HOUR * 7 // 2
        properties = {"outcome": draw.choice(["left", "lost"])}
        if draw.random() < 0.6:
            properties["source"] = draw.choice(SOURCES)
        if draw.random() < 0.6:
            properties["units"] = draw.randrange(3)
        if draw.random() < 0.6:
            properties["duration_ms"] = draw.randrange(-10, 200_000)
        name = draw.choice(["a", "a", "b", "b", "c", "d", "room.left"])
        facts.append([draw.randrange(1, people), at, name, properties])
    return facts


def one_of(*values):
    return {"test": "one_of", "text": "source", "values": list(values)}


def none_of(*values):
    return {"test": "none_of", "text": "source", "values": list(values)}


def units(least, most=None):
    return {"test": "between", "number": "units", "min": least, "max": most}


def what(event=None, *where):
    return {"event": event, "where": list(where)}


def scope(from_hours=0, hours=239, where=(), min_people=1):
    begin = BEGIN + from_hours * HOUR
    end = begin + hours * HOUR
    return {"from_ms": begin, "to_ms": end, "zone": ZONE, "where": list(where), "min_people": min_people}


def by(of, groups_max=20):
    return {"by": "source", "of": of, "groups_max": groups_max}


def retention(**options):
    base = {"ask": "retention", "scope": scope(), "start": what("a"), "back": what("b"), "period": "day"}
    return base | {"brackets": {"each": 8}} | options


def funnel(*steps, **options):
    steps = [step if "what" in step else {"what": step} for step in steps]
    return {"ask": "funnel", "scope": scope(), "steps": steps, "window_s": 30 * 3600} | options


def optional(it):
    return {"what": it, "optional": True}


def sequence(*pattern, **options):
    pattern = [step if "then" in step else {"then": step} for step in pattern]
    return {"ask": "sequence", "scope": scope(), "pattern": pattern} | options


def trend(**options):
    return {"ask": "trend", "scope": scope(), "what": what("a"), "period": "day"} | options


def stays(**options):
    told = {"told": {"left": what("room.left")}}
    return {"ask": "survival", "scope": scope(), "stays": told, "horizon_s": 120} | options


def paths(**options):
    base = {"ask": "paths", "scope": scope(), "anchor": what("a"), "depth": 4, "top": 3, "within_s": 90 * 3600}
    return base | options


A, B, C, D = (what(name) for name in "abcd")
SEEN = {"seen": {"enter": A, "leave": what("room.left")}}
# From January 1997 to June 1998, in New York.
CDNOW = {"from_ms": 852_094_800_000, "to_ms": 899_265_600_000, "zone": ZONE, "where": [], "min_people": 1}
PAID = what("order.paid")
MANY = what("order.paid", units(3))

QUESTIONS = {
    "retention by day": retention(),
    "retention of all events": retention(start=what(), back=what()),
    "retention with edges": retention(brackets={"edges": [0, 1, 3, 7]}),
    "retention with edges that leave out the first day": retention(brackets={"edges": [1, 2, 5]}, back=what()),
    "retention on or after": retention(count="on_or_after"),
    "retention by a rolling clock": retention(clock="rolling"),
    "retention by a rolling clock, on or after, with edges": retention(
        clock="rolling", count="on_or_after", brackets={"edges": [0, 2, 4, 9]}, start=A, back=A
    ),
    "retention of those who first came in the range": retention(starts="first_ever"),
    "retention with recurring starts": retention(starts="recurring"),
    "retention with recurring starts by a rolling clock": retention(starts="recurring", clock="rolling"),
    "retention with recurring starts, on or after": retention(starts="recurring", count="on_or_after", back=A),
    "retention with cohorts of a source": retention(cohort={"text": "source"}),
    "retention with cohorts of a source by a rolling clock": retention(cohort={"text": "source"}, clock="rolling"),
    "retention by hour": retention(scope=scope(70, 30), period="hour", brackets={"each": 12}, back=what()),
    "retention by week": retention(period="week", brackets={"each": 3}),
    "retention by month": retention(period="month", brackets={"each": 2}),
    "retention by first touch, two groups": retention(breakdown=by("first_touch", 2)),
    "retention by the anchor's source": retention(breakdown=by("event"), starts="recurring"),
    "retention of a filtered scope": retention(scope=scope(48, 167, [none_of("feed")])),
    "retention with few people hidden": retention(scope=scope(min_people=3), breakdown=by("event", 3)),
    "retention under conditions": retention(start=what("a", units(1)), back=what(None, one_of(*SOURCES[2:]))),
    "funnel": funnel(A, B, C),
    "funnel of a short window": funnel(A, B, C, window_s=4 * 3600),
    "funnel of a second": funnel(A, B, C, window_s=1),
    "funnel with an optional step": funnel(A, optional(D), B, C),
    "funnel with optional steps": funnel(A, optional(B), optional(C), D),
    "funnel by first touch": funnel(A, B, C, breakdown=by("first_touch", 2)),
    "funnel by the first step's source": funnel(A, B, breakdown=by("event")),
    "funnel of steps that one fact can meet": funnel(A, what("a", units(1)), what(), B),
    "funnel of the same step three times": funnel(what(), what(), what(), window_s=8 * 3600),
    "funnel of steps that one fact can meet, some optional": funnel(
        what(), optional(A), what("a", one_of("feed", "share")), optional(what(None, units(0, 1))), what(), B
    ),
    "funnel of a filtered scope with few people hidden": funnel(
        A, B, C, scope=scope(24, 150, [units(0, 1)], 2), breakdown=by("first_touch")
    ),
    "strict funnel": funnel(A, B, C, order="strict", window_s=100 * 3600),
    "strict funnel with optional steps": funnel(A, optional(D), B, order="strict", breakdown=by("event", 2)),
    "strict funnel of any events": funnel(what(), A, what(), order="strict"),
    "strict funnel among the listed": funnel(A, B, C, order="strict_listed", window_s=100 * 3600),
    "strict funnel among the listed with optional steps": funnel(A, optional(B), C, order="strict_listed"),
    "funnel in any order": funnel(A, B, C, D, order="any", window_s=60 * 3600),
    "funnel in any order by source": funnel(what("a", units(0)), A, C, order="any", breakdown=by("event")),
    "sequence": sequence(A, B, C),
    "sequence within a time": sequence(A, {"then": B, "within_s": 7 * 3600}, {"then": C, "within_s": 103 * 1800}),
    "sequence without": sequence(A, {"then": B, "without": [C, what("d", units(0, 1))]}, {"then": A, "without": [B]}),
    "sequence in a window": sequence(A, B, A, window_s=103 * 1800),
    "sequence with all limits, by first touch": sequence(
        what(), {"then": A, "without": [D], "within_s": 50 * 3600}, {"then": what(), "without": [A]},
        window_s=100 * 3600, breakdown=by("first_touch", 1),
    ),
    "sequence of one step by its source": sequence(A, breakdown=by("event"), scope=scope(30, 100, [units(0)])),
    "trend by day with a sum": trend(sum="units", what=what()),
    "trend by hour over the change of clocks": trend(scope=scope(70, 30), period="hour", what=what()),
    "trend by week by source": trend(period="week", breakdown=by("event", 2), what=what()),
    "trend by month by first touch": trend(period="month", breakdown=by("first_touch"), sum="duration_ms"),
    "trend with few people hidden": trend(scope=scope(min_people=3), breakdown=by("event", 3)),
    "stickiness by week": {"ask": "stickiness", "scope": scope(), "what": what(), "per": "week"},
    "stickiness by month": {"ask": "stickiness", "scope": scope(30, 200), "what": A, "per": "month"},
    "life cycle by day": {"ask": "life_cycle", "scope": scope(), "what": A, "period": "day"},
    "life cycle by week": {"ask": "life_cycle", "scope": scope(min_people=2), "what": what(), "period": "week"},
    "stays that are told": stays(),
    "stays that are told, by first touch": stays(breakdown=by("first_touch", 2)),
    "stays that are told, observed from a beginning": stays(scope=scope(10, 229), breakdown=by("event")),
    "stays that are seen": stays(stays=SEEN, scope=scope(48, 150), horizon_s=86_400),
    "stays that are seen, by the source of entering": stays(
        stays=SEEN, scope=scope(min_people=4), breakdown=by("event")
    ),
    "stays of which some end as the range begins": stays(
        stays=SEEN, scope=scope(0, 3), breakdown=by("first_touch")
    ),
    "stays that a fact ends and begins": stays(stays={"seen": {"enter": B, "leave": B}}, scope=scope(24, 100)),
    "paths after": paths(),
    "paths before": paths(direction="before", anchor=C, depth=2),
    "paths over sources": paths(node="source", depth=3, scope=scope(min_people=2)),
    "paths in a short time": paths(within_s=4 * 3600, anchor=what(None, units(2)), top=50),
    "customers: retention by month": retention(
        scope=CDNOW, start=PAID, back=PAID, period="month", brackets={"each": 18}
    ),
    "customers: retention in 30 days, on or after": retention(
        scope=CDNOW, start=PAID, back=MANY, period="month", clock="rolling", count="on_or_after",
        brackets={"edges": [0, 1, 3, 6, 12]},
    ),
    "customers: three purchases in half a year": funnel(PAID, PAID, PAID, scope=CDNOW, window_s=183 * 86_400),
    "customers: a large one after a small one": funnel(
        what("order.paid", units(0, 2)), MANY, scope=CDNOW, window_s=90 * 86_400
    ),
    "customers: three that grow": sequence(
        what("order.paid", units(1, 1)), what("order.paid", units(2, 2)), {"then": MANY, "within_s": 90 * 86_400},
        scope=CDNOW,
    ),
    "customers: takings by month": trend(scope=CDNOW, what=PAID, period="month", sum="amount_minor"),
    "customers: life cycle by month": {"ask": "life_cycle", "scope": CDNOW, "what": PAID, "period": "month"},
    "customers: days a month": {"ask": "stickiness", "scope": CDNOW, "what": PAID, "per": "month"},
}


def stored():
    """The case file."""
    draw = random.Random(20_260_308)
    return {
        "histories": {"room": {"zone": ZONE, "facts": history(draw)}, "cdnow": {"zone": ZONE, "facts": None}},
        "questions": [
            {"name": name, "of": "cdnow" if name.startswith("customers") else "room", "ask": ask}
            for name, ask in QUESTIONS.items()
        ],
    }


def drawn(seed, count):
    """A case file of random questions."""
    draw = random.Random(seed)
    pick = draw.choice

    def condition():
        return pick([one_of(pick(SOURCES + ["never"])), none_of(pick(SOURCES)), units(draw.randrange(2))])

    def thing():
        event = pick(["a", "a", "b", "c", "never", None])
        return what(event, *[condition() for _ in range(draw.randrange(2)) if draw.random() < 0.4])

    def range_of_time():
        where = [condition()] if draw.random() < 0.25 else []
        begin, hours = pick([0, 48, draw.randrange(100)]), pick([239, 167, draw.randrange(1, 240)])
        return scope(begin, hours, where, pick([1, 1, 1, 2]))

    def hours():
        return pick([2, 14, 103]) * 1800 if draw.random() < 0.4 else None

    def period():
        return pick(["hour", "day", "day", "week", "month"])

    def retained():
        starts = pick(["first", "first_ever", "recurring"])
        cohort = {"text": "source"} if starts != "recurring" and draw.random() < 0.4 else "period"
        return retention(
            start=thing(), back=thing(), starts=starts, period=period(), clock=pick(["calendar", "rolling"]),
            brackets=pick([{"each": draw.randrange(1, 9)}, {"edges": [0, 1, 3, 7]}, {"edges": [1, 2, 5]}]),
            count=pick(["on", "on_or_after"]), cohort=cohort,
        )

    def stepped():
        order = pick(["ordered", "ordered", "strict", "strict_listed", "any"])
        names = draw.sample(["a", "b", "c", "d", "room.left"], 5)
        steps = [thing() for _ in range(draw.randrange(2, 5))]
        if draw.random() < 0.4:
            steps = [it | {"event": name} for it, name in zip(steps, names)]
        inner = range(1, len(steps) - 1) if order != "any" else []
        steps = [{"what": it, "optional": nth in inner and draw.random() < 0.5} for nth, it in enumerate(steps)]
        return funnel(*steps, order=order, window_s=pick([1, 4, 30, 300]) * 3600)

    def patterned():
        steps = [{"then": thing(), "within_s": hours(), "without": [thing() for _ in range(draw.randrange(2))]}
                 for _ in range(draw.randrange(1, 5))]
        steps[0] = {"then": thing()}
        return sequence(*steps, window_s=hours())

    def lived():
        return {"ask": "life_cycle", "what": thing(), "period": period()}

    def sticky():
        return {"ask": "stickiness", "what": thing(), "per": pick(["week", "month"])}

    def stayed():
        told, seen = {"told": {"left": what("room.left")}}, {"seen": {"enter": thing(), "leave": thing()}}
        return stays(stays=pick([told, seen]))

    def went():
        return paths(
            anchor=thing(), direction=pick(["after", "before"]), depth=draw.randrange(1, 5), top=draw.randrange(1, 4),
            node=pick([None, None, "source"]), within_s=draw.randrange(1, 200) * 3600,
        )

    def counted():
        return trend(what=thing(), period=period(), sum=pick([None, "units"]))

    def question():
        make = pick([retained, stepped, stepped, patterned, counted, lived, sticky, stayed, went])
        ask = make() | {"scope": range_of_time()}
        if make in (retained, stepped, patterned, counted, stayed) and draw.random() < 0.4:
            ask["breakdown"] = by(pick(["first_touch", "event"]), draw.randrange(1, 4))
        return ask

    facts = history(draw)
    questions = [{"name": f"{seed}.{nth}", "of": "room", "ask": question()} for nth in range(count)]
    return {"histories": {"room": {"zone": ZONE, "facts": facts}}, "questions": questions}
