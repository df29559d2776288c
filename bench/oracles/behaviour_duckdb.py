"""Retention, funnels and sequences in the SQL of DuckDB, as joins of facts with facts.

Owns: a second reading of what these questions mean, in which every way through the steps is a row. It does not know how
Linger, or its statements for ClickHouse, find anything.
"""

import itertools

import duckdb

TEXTS = ["source", "outcome"]
NUMBERS = ["units", "duration_ms", "amount_minor"]
ROLLING_MS = {"hour": 3_600_000, "day": 86_400_000, "week": 7 * 86_400_000, "month": 30 * 86_400_000}


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def condition(it, fact):
    if it["test"] == "between":
        column = f"{fact}.{it['number']}"
        low = f"{column} >= {it['min']}" if it.get("min") is not None else "true"
        high = f"{column} <= {it['max']}" if it.get("max") is not None else "true"
        return f"coalesce({column} IS NOT NULL AND {low} AND {high}, false)"
    values = ", ".join(map(literal, it["values"]))
    listed = f"coalesce({fact}.{it['text']} IN ({values}), false)"
    return listed if it["test"] == "one_of" else f"NOT {listed}"


def meets(what, fact):
    tests = [condition(it, fact) for it in what.get("where", [])]
    if what.get("event"):
        tests.append(f"{fact}.name = {literal(what['event'])}")
    return "(" + (" AND ".join(tests) or "true") + ")"


class DuckDb:
    """Facts in memory, and the counts of a question about them."""

    version = duckdb.__version__

    def __init__(self, facts):
        self.connection = duckdb.connect()
        self.connection.execute("SET threads = 2")
        columns = ", ".join([f"{it} VARCHAR" for it in TEXTS] + [f"{it} BIGINT" for it in NUMBERS])
        self.connection.execute(f"CREATE TABLE facts (person UBIGINT, ms BIGINT, seq BIGINT, name VARCHAR, {columns})")
        rows = [
            [person, ms, seq, name, *(properties.get(it) for it in TEXTS + NUMBERS)]
            for seq, (person, ms, name, properties) in enumerate(facts)
        ]
        self.connection.executemany(f"INSERT INTO facts VALUES ({', '.join('?' * (4 + len(TEXTS + NUMBERS)))})", rows)

    def counts(self, ask):
        """For each group, cohort or step, how many people; none for questions of other kinds."""
        kinds = {"retention": self.retention, "funnel": self.funnel, "sequence": self.sequence}
        return kinds[ask["ask"]](ask) if ask["ask"] in kinds else None

    def run(self, sql):
        return self.connection.execute(sql).fetchall()

    def views(self, ask):
        """The tables that every question begins with: what exists, what lies in the range, and first touches."""
        scope, breakdown = ask["scope"], ask.get("breakdown") or {}
        tests = " AND ".join([f"fact.ms < {scope['to_ms']}"] + [condition(it, "fact") for it in scope["where"]])
        text = breakdown.get("by", "source")
        return f"""WITH existing AS (
                SELECT *, coalesce({text}, '') AS value FROM facts AS fact WHERE {tests}
            ), inside AS (
                SELECT * FROM existing WHERE ms >= {scope['from_ms']}
            ), touches AS (
                SELECT DISTINCT ON (person) person, value AS touch FROM inside WHERE value <> ''
                ORDER BY person, ms, seq
            )"""

    def groups(self, ask, event_value):
        """Everybody, and the group of a row: to be unnested."""
        breakdown = ask.get("breakdown")
        if not breakdown:
            return "unnest([NULL]::VARCHAR[])"
        value = "coalesce(touch, '')" if breakdown.get("of", "first_touch") == "first_touch" else event_value
        return f"unnest([NULL, {value}]::VARCHAR[])"

    def ordinal(self, period, zone, at):
        local = f"timezone({literal(zone)}, make_timestamptz({at} * 1000))"
        # The 29th of December 1969 was a Monday. Zones are whole hours from UTC.
        day = f"date_diff('day', DATE '1969-12-29', CAST({local} AS DATE))"
        return {
            "hour": f"{at} // 3600000",
            "day": day,
            "week": f"{day} // 7",
            "month": f"(year({local}) * 12 + month({local}))",
        }[period]

    def retention(self, ask):
        scope, period = ask["scope"], ask["period"]
        ordinal = lambda at: self.ordinal(period, scope["zone"], at)
        edges = ask["brackets"].get("edges") or list(range(ask["brackets"]["each"] + 1))
        starts, cohort = ask.get("starts", "first"), ask.get("cohort", "period")
        source = "existing" if starts == "first_ever" else "inside"
        each = f"person, {ordinal('ms')}" if starts == "recurring" else "person"
        if cohort == "period":
            cohort = f"{ordinal('anchor.ms')} - {ordinal(scope['from_ms'])}"
        else:
            cohort = f"coalesce(anchor.{cohort['text']}, '')"
        distance = f"{ordinal('fact.ms')} - {ordinal('anchor.ms')}"
        if ask.get("clock") == "rolling":
            distance = f"(fact.ms - anchor.ms) // {ROLLING_MS[period]}"
        later = "true" if ask.get("count") == "on_or_after" else "distance < high"
        brackets = ", ".join(f"({nth}, {low}, {high})" for nth, (low, high) in enumerate(zip(edges, edges[1:])))
        sql = f"""{self.views(ask)}, anchors AS (
                SELECT DISTINCT ON ({each}) * FROM {source} AS fact WHERE {meets(ask['start'], 'fact')}
                ORDER BY {each}, ms, seq
            ), placed AS (
                SELECT anchor.person, anchor.ms, anchor.seq, {cohort} AS cohort,
                    {self.groups(ask, 'anchor.value')} AS grp
                FROM anchors AS anchor LEFT JOIN touches USING (person) WHERE anchor.ms >= {scope['from_ms']}
            ), returns AS (
                SELECT anchor.seq, {distance} AS distance
                FROM anchors AS anchor JOIN existing AS fact ON fact.person = anchor.person AND fact.ms >= anchor.ms
                WHERE {meets(ask['back'], 'fact')}
            ), brackets(nth, low, high) AS (VALUES {brackets})
            SELECT grp, cohort, -1, count(*) FROM placed GROUP BY ALL
            UNION ALL
            SELECT grp, cohort, nth, count(DISTINCT seq)
            FROM placed JOIN returns USING (seq) JOIN brackets ON distance >= low AND {later} GROUP BY ALL"""
        counts = {}
        for group, cohort, nth, people in self.run(sql):
            # A person is in a cohort of a text once; those of periods are told apart by the anchor.
            row = counts.setdefault((group, cohort), [0] * len(edges))
            row[nth + 1] = people
        return counts

    def funnel(self, ask):
        """How long each person took to each step, counted: `(group, step, ms)`."""
        counts = {}
        order = ask.get("order", "ordered")
        groups = self.groups(ask, "first_value")
        firsts = [ask["steps"][0]["what"]] if order != "any" else [it["what"] for it in ask["steps"]]
        first = " OR ".join(meets(it, "fact") for it in firsts)
        listed = " OR ".join(meets(it["what"], "fact") for it in ask["steps"]) if order == "strict_listed" else "true"
        for step in range(len(ask["steps"])):
            ways = " UNION ALL ".join(self.ways(ask, order, step))
            sql = f"""{self.views(ask)}, numbered AS (
                    SELECT *, row_number() OVER (PARTITION BY person ORDER BY ms, seq) AS place
                    FROM inside AS fact WHERE {listed}
                ), firsts AS (
                    SELECT DISTINCT ON (person) person, value AS first_value FROM inside AS fact WHERE {first}
                    ORDER BY person, ms, seq
                ), ways AS ({ways}), earliest AS (
                    SELECT person, min(ended) AS ended FROM ways GROUP BY person
                ), took AS (
                    SELECT person, ended - max(began) AS took FROM ways JOIN earliest USING (person, ended)
                    GROUP BY person, ended
                )
                SELECT grp, took, count(*) FROM (
                    SELECT took, {groups} AS grp FROM took JOIN firsts USING (person) LEFT JOIN touches USING (person)
                ) GROUP BY ALL"""
            for group, took, people in self.run(sql):
                counts[(group, step, took)] = people
        return counts

    def ways(self, ask, order, step):
        """Every way to a step, as selects of a person and when the way began and ended."""
        steps, window = ask["steps"], ask["window_s"] * 1000
        if order == "any":
            met = " + ".join(
                f"""(EXISTS (SELECT 1 FROM inside AS fact WHERE fact.person = f0.person AND fact.ms >= f0.ms
                    AND fact.ms <= f1.ms AND {meets(it['what'], 'fact')}))::INT""" for it in steps
            )
            yield f"""SELECT f0.person, f0.ms AS began, f1.ms AS ended FROM inside AS f0 JOIN inside AS f1
                ON f0.person = f1.person AND f1.ms - f0.ms BETWEEN 0 AND {window} WHERE {met} > {step}"""
            return
        inner = [nth for nth in range(step) if steps[nth].get("optional")]
        required = [nth for nth in range(step + 1) if nth not in inner]
        chosen = [()]
        if order != "ordered":
            chosen = itertools.chain.from_iterable(itertools.combinations(inner, n) for n in range(len(inner) + 1))
        for more in chosen:
            path = sorted([*required, *more])
            last = len(path) - 1
            tables, tests = [], [f"f{last}.ms - f0.ms <= {window}"]
            for nth, it in enumerate(path):
                tables.append(f"numbered AS f{nth}")
                tests.append(meets(steps[it]["what"], f"f{nth}"))
                if nth and order == "ordered":
                    tests += [f"f{nth}.person = f0.person", f"f{nth}.ms >= f{nth - 1}.ms"]
                    tests += [f"f{nth}.seq <> f{other}.seq" for other in range(nth)]
                elif nth:
                    tests += [f"f{nth}.person = f0.person", f"f{nth}.place = f{nth - 1}.place + 1"]
            yield f"""SELECT f0.person, f0.ms AS began, f{last}.ms AS ended
                FROM {', '.join(tables)} WHERE {' AND '.join(tests)}"""

    def sequence(self, ask):
        """For each group, how many people match up to each step."""
        pattern, counts = ask["pattern"], {}
        groups = self.groups(ask, "first_value")
        for step in range(len(pattern)):
            tests = [meets(it["then"], f"f{nth}") for nth, it in enumerate(pattern[: step + 1])]
            for nth, it in enumerate(pattern[: step + 1]):
                if nth == 0:
                    continue
                before, after = (f"(f{at}.ms, f{at}.seq)" for at in (nth - 1, nth))
                tests += [f"f{nth}.person = f0.person", f"{after} > {before}"]
                if it.get("within_s"):
                    tests.append(f"f{nth}.ms - f{nth - 1}.ms <= {it['within_s'] * 1000}")
                tests += [
                    f"""NOT EXISTS (SELECT 1 FROM inside AS gap WHERE gap.person = f0.person AND {meets(other, 'gap')}
                        AND (gap.ms, gap.seq) > {before} AND (gap.ms, gap.seq) < {after})"""
                    for other in it.get("without", [])
                ]
            if ask.get("window_s"):
                tests.append(f"f{step}.ms - f0.ms <= {ask['window_s'] * 1000}")
            tables = ", ".join(f"inside AS f{nth}" for nth in range(step + 1))
            sql = f"""{self.views(ask)}, firsts AS (
                    SELECT DISTINCT ON (person) person, value AS first_value FROM inside AS fact
                    WHERE {meets(pattern[0]['then'], 'fact')} ORDER BY person, ms, seq
                ), matched AS (SELECT DISTINCT f0.person FROM {tables} WHERE {' AND '.join(tests)})
                SELECT grp, count(*) FROM (
                    SELECT {groups} AS grp FROM matched JOIN firsts USING (person) LEFT JOIN touches USING (person)
                ) GROUP BY ALL"""
            for group, people in self.run(sql):
                counts.setdefault(group, [0] * len(pattern))[step] = people
        return counts
