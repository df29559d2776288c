"""Asks engines that are not Linger what people did, and stores what they agree on.

Owns: the run over the case file, and the comparing. Each question of it is answered by ClickHouse (chDB) with the
statement that Linger compiles; retention, funnels and sequences also by DuckDB and by ClickHouse with statements that
were written by hand; stays also by a plain walk and lifelines. It fails where they differ. It does not know Linger's
native engine: `cargo test -p linger-behaviour --test engines` holds that to what is stored here.

    python3 -m venv .venv && .venv/bin/pip install -r bench/oracles/requirements.txt
    .venv/bin/python bench/oracles/behaviour.py
    .venv/bin/python bench/oracles/behaviour.py random SEED COUNT FOLDER
    LINGER_ENGINES=FOLDER cargo test -p linger-behaviour --test engines

The first writes crates/linger-behaviour/tests/engines/, the second as many random questions to a folder.
"""

import datetime
import json
import pathlib
import subprocess
import sys

import lifelines

import behaviour_cases
import behaviour_stays
from behaviour_chdb import ClickHouse
from behaviour_duckdb import DuckDb

ROOT = pathlib.Path(__file__).resolve().parents[2]
CRATE = ROOT / "crates/linger-behaviour"


def customers():
    """The purchases of CDNOW as facts, on the afternoon of their day in New York."""
    facts = []
    for line in (CRATE / "tests/reference/cdnow/CDNOW_sample.txt").read_text().splitlines():
        if line.strip():
            _, customer, day, units, dollars = line.split()
            since = (datetime.datetime.strptime(day, "%Y%m%d") - datetime.datetime(1970, 1, 1)).days
            amount = {"units": int(units), "amount_minor": round(float(dollars) * 100)}
            facts.append([int(customer), since * behaviour_cases.DAY + 17 * behaviour_cases.HOUR, "order.paid", amount])
    return facts


def compiled(cases_file):
    """The statement of every question, by its name."""
    command = ["cargo", "run", "--quiet", "-p", "linger-behaviour", "--example", "clickhouse", "--", str(cases_file)]
    printed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return {it["name"]: it["statement"] for it in map(json.loads, printed.splitlines())}


def class_of(ms):
    """The least length of those that are counted as one: 64 of each doubling above 128 ms."""
    width = max((1 << ms.bit_length() - 1) // 64, 1) if ms else 1
    return ms - ms % width


def counts(ask, rows):
    """The rows of a compiled statement in the form in which the other engines count."""
    if ask["ask"] == "retention":
        return {(group, cohort): [people, *back] for group, cohort, people, _, back in rows}
    if ask["ask"] == "funnel":
        return {(group, step, took): people for group, step, took, people in rows}
    if ask["ask"] == "sequence":
        return {group: people for group, people in rows}
    return {group: (people, sorted(map(tuple, ages))) for group, people, ages in rows}


def expect(same, name, *found):
    if not same:
        sys.exit(f"{name}: engines differ\n" + "\n".join(map(repr, found)))


def compare(name, ask, rows, duck, click):
    """Holds the compiled statement's counts to those of the others. Returns who agreed, and exact times of funnels."""
    agreed, times = [], []
    kind = ask["ask"]
    by_duckdb = duck.counts(ask)
    if by_duckdb is not None:
        if kind == "funnel":
            times, exact = exact_times(by_duckdb), by_duckdb
            by_duckdb = {}
            for (group, step, took), people in exact.items():
                key = (group, step, class_of(took))
                by_duckdb[key] = by_duckdb.get(key, 0) + people
        expect(by_duckdb == counts(ask, rows), name, by_duckdb, counts(ask, rows))
        agreed.append("DuckDB")
    by_hand = click.counts(ask)
    if by_hand is not None:
        of_everybody = everybody(ask, counts(ask, rows))
        expect(by_hand == of_everybody, name, by_hand, of_everybody)
        agreed.append("ClickHouse by hand")
    return agreed, times


def everybody(ask, counted):
    """The counts without groups, and without times: by cohort, or for each step."""
    if ask["ask"] == "retention":
        return {cohort: it for (group, cohort), it in counted.items() if group is None}
    if ask["ask"] == "sequence":
        return counted.get(None, [0] * len(ask["pattern"]))
    steps = [0] * len(ask["steps"])
    for (group, step, _), people in counted.items():
        steps[step] += people if group is None else 0
    return steps


def exact_times(counted):
    """For each group and step after the first: the exact median and nine tenths, ms, by nearest rank."""
    times = {}
    for (group, step, took), people in counted.items():
        if step:
            times.setdefault((group, step), []).extend([took] * people)
    rank = lambda took, percent: sorted(took)[-(-len(took) * percent // 100) - 1]
    return [[*key, rank(took, 50), rank(took, 90)] for key, took in sorted(times.items(), key=repr)]


def curves(name, ask, rows, facts):
    """Holds the compiled statement's stays to a plain walk, and draws their curves with lifelines."""
    groups = behaviour_stays.stays(facts, ask)
    walked = {}
    for group, it in groups.items():
        ages = sorted((*stay, it["stays"].count(stay)) for stay in set(it["stays"]))
        walked[group] = (len(it["people"]), ages)
    expect(walked == counts(ask, rows), name, walked, counts(ask, rows))
    in_order = sorted(groups.items(), key=lambda it: it[0] or "")
    drawn = [(group, behaviour_stays.curve(it["stays"], ask["horizon_s"])) for group, it in in_order]
    return [{"group": group} | it for group, it in drawn if it]


def answers(cases, folder):
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "cases.json", cases, ("histories", "questions"))
    statements = compiled(folder / "cases.json")
    click = ClickHouse()
    found, agreements = [], {}
    for history, it in cases["histories"].items():
        facts = customers() if it["facts"] is None else it["facts"]
        click.load(facts)
        duck = DuckDb(facts)
        for case in (case for case in cases["questions"] if case["of"] == history):
            name, ask = case["name"], case["ask"]
            rows = click.rows(statements[name])
            answer = {"name": name, "statement": statements[name], "rows": rows}
            agreed, times = compare(name, ask, rows, duck, click)
            if times:
                answer["times"] = times
            if ask["ask"] == "survival":
                answer["curves"] = curves(name, ask, rows, facts)
                agreed.append("a plain walk")
            answer["agreed"] = agreed
            for engine in agreed:
                agreements[engine] = agreements.get(engine, 0) + 1
            found.append(answer)
    versions = {"chdb": click.version, "clickhouse": click.engine_version, "duckdb": duck.version}
    versions["lifelines"] = lifelines.__version__
    write(folder / "answers.json", {"versions": versions, "answers": found}, ("answers",))
    print(len(found), "questions answered by ClickHouse; agreed:", agreements)


def write(path, value, spread):
    """As JSON with one line for each element of what is long."""
    line = lambda it: json.dumps(it, separators=(",", ":"), ensure_ascii=False)
    parts = []
    for key, it in value.items():
        if key in spread and isinstance(it, list):
            it = "[\n" + ",\n".join(map(line, it)) + "\n]"
        else:
            it = line(it)
        parts.append(f"{line(key)}:{it}")
    path.write_text("{" + ",\n".join(parts) + "}\n")
    print(path, path.stat().st_size, "bytes")


def main(arguments):
    if not arguments:
        answers(behaviour_cases.stored(), CRATE / "tests/engines")
    elif arguments[0] == "random" and len(arguments) == 4:
        seed, count, folder = arguments[1:]
        answers(behaviour_cases.drawn(int(seed), int(count)), pathlib.Path(folder))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
