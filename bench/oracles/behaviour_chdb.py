"""ClickHouse, by chDB: the statements that Linger compiles, and others written by hand.

Owns: the table in that engine; and retention, plain ordered funnels and sequences of everybody in its own functions
(`dateDiff` in the zone, `windowFunnel`, arrays searched by brute force). It does not know how Linger finds anything.
"""

import json
import pathlib
import tempfile

import chdb
from chdb import session

from behaviour_duckdb import NUMBERS, ROLLING_MS, TEXTS


def literal(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def condition(it):
    if it["test"] == "between":
        tests = [f"{it['number']} IS NOT NULL"]
        tests += [f"{it['number']} >= {it['min']}"] if it.get("min") is not None else []
        tests += [f"{it['number']} <= {it['max']}"] if it.get("max") is not None else []
        return f"coalesce({' AND '.join(tests)}, false)"
    listed = f"coalesce(has([{', '.join(map(literal, it['values']))}], {it['text']}), false)"
    return listed if it["test"] == "one_of" else f"NOT {listed}"


def meets(what):
    tests = [condition(it) for it in what.get("where", [])]
    if what.get("event"):
        tests.append(f"name = {literal(what['event'])}")
    return "(" + (" AND ".join(tests) or "true") + ")"


class ClickHouse:
    """Facts in a table as Linger's segments have it, with `seq`."""

    def __init__(self):
        self.session = session.Session()
        self.session.query("CREATE DATABASE oracle")
        self.session.query("USE oracle")
        self.version = chdb.__version__
        self.engine_version = str(self.session.query("SELECT version()", "TSVRaw")).strip()

    def load(self, facts):
        columns = [f"{it} Nullable(String)" for it in TEXTS] + [f"{it} Nullable(Int64)" for it in NUMBERS]
        self.session.query("DROP TABLE IF EXISTS linger_facts")
        self.session.query(
            f"""CREATE TABLE linger_facts (person UInt64, at DateTime64(3, 'UTC'), name String, seq UInt64,
                {', '.join(columns)}) ENGINE = MergeTree ORDER BY (person, at, seq)"""
        )
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "facts.json"
            with file.open("w") as out:
                for seq, (person, at, name, properties) in enumerate(facts):
                    row = {"person": person, "at": f"{at // 1000}.{at % 1000:03}", "name": name, "seq": seq}
                    out.write(json.dumps(row | properties) + "\n")
            self.session.query(f"INSERT INTO linger_facts FROM INFILE '{file}' FORMAT JSONEachRow")

    def rows(self, statement):
        text = str(self.session.query(statement, "JSONCompactEachRow"))
        return sorted(map(json.loads, text.splitlines()), key=lambda row: json.dumps(row, ensure_ascii=False))

    def counts(self, ask):
        """Of everybody, by hand; none where no function of this engine means the same."""
        kinds = {"retention": self.retention, "funnel": self.funnel, "sequence": self.sequence}
        return kinds[ask["ask"]](ask) if ask["ask"] in kinds else None

    def existing(self, ask):
        scope = ask["scope"]
        tests = [f"toUnixTimestamp64Milli(at) < {scope['to_ms']}"] + [condition(it) for it in scope["where"]]
        return f"(SELECT *, toUnixTimestamp64Milli(at) AS ms FROM linger_facts WHERE {' AND '.join(tests)})"

    def retention(self, ask):
        scope, period, zone = ask["scope"], ask["period"], literal(ask["scope"]["zone"])
        starts = ask.get("starts", "first")
        edges = ask["brackets"].get("edges") or list(range(ask["brackets"]["each"] + 1))
        between = lambda a, b: f"dateDiff('{period}', {a}, {b}, {zone})"
        begin = f"fromUnixTimestamp64Milli({scope['from_ms']}, {zone})"
        each = f"person, {between(begin, 'at')}" if starts == "recurring" else "person"
        having = f"HAVING anchor_ms >= {scope['from_ms']}" if starts == "first_ever" else ""
        inside = "" if starts == "first_ever" else f" AND ms >= {scope['from_ms']}"
        cohort = ask.get("cohort", "period")
        value = "''" if cohort == "period" else f"ifNull({cohort['text']}, '')"
        place = between(begin, "anchor_at") if cohort == "period" else "value"
        distance = between("anchor_at", "returned.at")
        if ask.get("clock") == "rolling":
            distance = f"intDiv(returned.ms - anchor_ms, {ROLLING_MS[period]})"
        later = ask.get("count") == "on_or_after"
        tests = [
            f"distance >= {low}" + ("" if later else f" AND distance < {high}") for low, high in zip(edges, edges[1:])
        ]
        sql = f"""SELECT {place} AS cohort, uniqExact((person, anchor_ms)),
                {', '.join(f'uniqExactIf((person, anchor_ms), is_return AND {it})' for it in tests)}
            FROM (
                SELECT anchors.person AS person, anchor_ms, anchor_at, value,
                    {meets(ask['back'])} AND returned.ms >= anchor_ms AS is_return, {distance} AS distance
                FROM (
                    SELECT person, min(ms) AS anchor_ms, argMin(at, (ms, seq)) AS anchor_at,
                        argMin({value}, (ms, seq)) AS value
                    FROM {self.existing(ask)} WHERE {meets(ask['start'])}{inside} GROUP BY {each} {having}
                ) AS anchors INNER JOIN {self.existing(ask)} AS returned ON anchors.person = returned.person
            ) GROUP BY cohort"""
        return {row[0]: row[1:] for row in self.rows(sql)}

    def funnel(self, ask):
        names = [it["what"].get("event") for it in ask["steps"]]
        told_apart = all(names) and len(set(names)) == len(names)
        plain = ask.get("order", "ordered") == "ordered" and not any(it.get("optional") for it in ask["steps"])
        if not (plain and told_apart):
            return None
        steps = ", ".join(meets(it["what"]) for it in ask["steps"])
        reached = ", ".join(f"countIf(level > {nth})" for nth in range(len(names)))
        [row] = self.rows(
            f"""SELECT {reached} FROM (
                SELECT person, windowFunnel({ask['window_s'] * 1000})(toUInt64(ms), {steps}) AS level
                FROM {self.existing(ask)} WHERE ms >= {ask['scope']['from_ms']} GROUP BY person)"""
        )
        return row

    def sequence(self, ask):
        """Brute force: whether places in a person's array of facts exist, one inside the other."""
        pattern = ask["pattern"]
        flags = [meets(it["then"]) for it in pattern]
        gaps = [" OR ".join(map(meets, it.get("without") or [])) or "false" for it in pattern]

        def found(nth, step):
            tests = [f"fs[p{nth}].3[{nth + 1}]"]
            if nth:
                tests.append(f"p{nth} > p{nth - 1}")
                tests.append(f"NOT arrayExists(g -> fs[g].4[{nth + 1}], range(p{nth - 1} + 1, p{nth}))")
                if pattern[nth].get("within_s"):
                    tests.append(f"fs[p{nth}].1 - fs[p{nth - 1}].1 <= {pattern[nth]['within_s'] * 1000}")
            if nth == step and ask.get("window_s"):
                tests.append(f"fs[p{nth}].1 - fs[p0].1 <= {ask['window_s'] * 1000}")
            if nth < step:
                tests.append(found(nth + 1, step))
            return f"arrayExists(p{nth} -> {' AND '.join(tests)}, places)"

        reached = ", ".join(f"countIf({found(0, step)})" for step in range(len(pattern)))
        [row] = self.rows(
            f"""SELECT {reached} FROM (
                SELECT arraySort(groupArray((ms, seq, [{', '.join(flags)}], [{', '.join(gaps)}]))) AS fs,
                    arrayEnumerate(fs) AS places
                FROM {self.existing(ask)} WHERE ms >= {ask['scope']['from_ms']} GROUP BY person)"""
        )
        return row
