"""Turns the lines `NAME VALUE` of several runs into medians: a table for
people, JSON for programs, and a verdict (exit code 1: a goal was missed)."""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys

# What a row shows: text, metric of the three programs, unit.
ROWS = [
    ("echo, 64 B, streamed", "echo_per_s", "/s"),
    ("one item a message, pipelined", "single_per_s", "/s"),
    ("jobs of one task, pipelined", "jobs_per_s", "/s"),
    ("range tasks, reducer count", "range_per_s", "/s"),
    ("one at a time, p50", "p50_us", "us"),
    ("one at a time, p99", "p99_us", "us"),
    ("one core for all, p50", "pinned_p50_us", "us"),
    ("one core for all, p99", "pinned_p99_us", "us"),
    ("two workers, one = 1", "speedup_2_workers", "x"),
    ("queued task of 64 B", "queued_task_bytes", "B"),
    ("1e8 queued range tasks", "queued_range_mb", "MB"),
    ("idle node, CPU", "idle_percent", "%"),
    ("idle node, memory", "idle_mb", "MB"),
    ("range of 1e9, time", "range_1e9_s", "s"),
    ("range of 1e9, coordinator", "range_coordinator_mb", "MB"),
    ("range of 1e9, worker", "range_worker_mb", "MB"),
    ("nodes under full load", "nodes_ms", "ms"),
    ("the slowest of them", "nodes_ms_max", "ms"),
    ("a job under full load", "job_ms", "ms"),
    ("the slowest of them", "job_ms_max", "ms"),
    ("the slowest command that looks", "command_ms_max", "ms"),
    ("range tasks meanwhile", "commands_range_per_s", "/s"),
    ("METG(50 %), payload tasks", "metg_payload_us", "us"),
    ("METG(50 %), range tasks", "metg_range_us", "us"),
]
PROGRAMS = ["raw_tcp", "bare_relay", "troupe"]

# The same workload on other systems.
PEERS = ["gearman", "redis", "beanstalkd", "rabbitmq", "bullmq", "dask"]
PEER_METRICS = [
    "echo_per_s", "p50_us", "p99_us", "pinned_p50_us", "pinned_p99_us",
]

# What was measured over something: text, metric before the `/`, unit.
SERIES = [
    ("CPU-bound work, one worker = 1", "workers_speedup", "x"),
    ("echo with so many workers", "workers_echo_per_s", "/s"),
    ("a task of so many queued payloads", "queued_payload_us", "us"),
    ("a task of so many queued indices", "queued_range_us", "us"),
    ("a task before so many queued jobs", "behind_jobs_us", "us"),
    ("a job of so many queued ones", "queued_job_us", "us"),
    ("echo of this size", "payload_per_s", "/s"),
    ("the same in bytes", "payload_mb_per_s", "MB/s"),
    ("efficiency, payload tasks of us", "efficiency_payload", "%"),
    ("efficiency, range tasks of us", "efficiency_range", "%"),
    ("this command, among 10 000 jobs", "command_ms", "ms"),
    ("peak memory: flood", "flood_mb", "MB"),
    ("peak memory: nobody reads", "unread_mb", "MB"),
    ("peak memory: a worker is frozen", "frozen_mb", "MB"),
    ("peak memory: slow reducer", "reducer_mb", "MB"),
    ("10 000 workers, a decision", "core_us", "us"),
    ("10 000 workers, busy", "core_busy", ""),
]

# What is compared (see value_of), floor or ceiling, limit, and the limit of a
# short run: half of the goal, since it must hold on a busy machine, too; None:
# the short run does not judge it.
GOALS = [
    ("troupe.echo_per_s", "at least", 3_000_000, 500_000),
    ("troupe.echo_per_s / bare_relay.echo_per_s", "at least", 0.35, 0.175),
    ("troupe.range_per_s", "at least", 10_000_000, 5_000_000),
    ("troupe.jobs_per_s", "at least", 30_000, None),
    ("troupe.p50_us / bare_relay.p50_us", "at most", 1.25, 2.5),
    ("troupe.pinned_p50_us / bare_relay.pinned_p50_us", "at most", 1.25, None),
    ("troupe.p99_us / troupe.p50_us", "at most", 4, 8),
    ("troupe.speedup_2_workers", "at least", 1.6, 1.2),
    ("troupe.queued_task_bytes", "at most", 72, 100),
    ("troupe.queued_range_mb", "below", 60, 60),
    ("troupe.idle_percent", "below", 0.2, 0.5),
    ("troupe.range_coordinator_mb", "below", 60, None),
    ("troupe.range_worker_mb", "below", 60, None),
    ("flat troupe.queued_payload_us", "at most", 1.2, None),
    ("flat troupe.queued_range_us", "at most", 1.2, None),
    ("flat troupe.behind_jobs_us", "at most", 1.2, 2),
    ("troupe.nodes_ms_max", "at most", 100, 200),
    ("troupe.job_ms_max", "at most", 100, 200),
    ("troupe.command_ms_max", "at most", 200, 400),
    ("troupe.commands_range_per_s", "at least", 1_000_000, 500_000),
    ("troupe.efficiency_payload/1000", "at least", 95, None),
    ("troupe.metg_payload_us", "at most", 10, 20),
    ("troupe.metg_range_us", "at most", 1, 2),
    ("troupe.core_busy", "at least", 0.95, 0.95),
    ("troupe.core_us", "at most", 1, 10),
    ("troupe.flood_mb/coordinator", "at most", 400, 400),
    ("troupe.flood_mb/worker", "at most", 100, 100),
    ("troupe.flood_mb/client", "at most", 100, 100),
    ("troupe.unread_mb/coordinator", "at most", 500, 500),
    ("troupe.unread_mb/worker", "at most", 100, 100),
    ("troupe.unread_mb/client", "at most", 100, 100),
    ("troupe.frozen_mb/coordinator", "at most", 400, 400),
    ("troupe.frozen_mb/worker", "at most", 100, 100),
    ("troupe.frozen_mb/client", "at most", 100, 100),
    ("troupe.reducer_mb/coordinator", "at most", 400, 400),
    ("troupe.reducer_mb/worker", "at most", 150, 150),
    ("troupe.reducer_mb/client", "at most", 100, 100),
]
# Judged only with the peers that are there.
PEER_GOALS = [
    ("troupe.echo_per_s / gearman.echo_per_s", "at least", 3, 1.5),
    ("troupe.echo_per_s / redis.echo_per_s", "at least", 10, 5),
    ("troupe.p50_us / gearman.p50_us", "below", 1, None),
    ("troupe.p50_us / rabbitmq.p50_us", "below", 1, None),
]


def read_runs(path):
    """All values of each metric, in the order of the runs."""
    values = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            name, value = line.split()
            values.setdefault(name, []).append(float(value))
    return values


def shown(value, unit):
    """A number as people read it: 3 digits, thousands as k and M."""
    if value is None:
        return "-"
    if unit == "/s":
        for factor, letter in ((1e6, "M"), (1e3, "k")):
            if value >= factor:
                return f"{value / factor:.3g} {letter}/s"
    return f"{value:.4g} {unit}"


def ratio(ours, theirs):
    """Ours as a part or a multiple of theirs."""
    return "-" if ours is None or not theirs else f"{ours / theirs:.3g}"


def table(medians):
    """The rows that have a number, as a table that Markdown shows too."""
    head = [
        "what", "raw TCP", "bare relay", "Troupe", "/ bare relay", "/ raw TCP",
    ]
    rows = [head]
    for text, metric, unit in ROWS:
        raw, bare, ours = (medians.get(f"{p}.{metric}") for p in PROGRAMS)
        if raw is None and bare is None and ours is None:
            continue
        rows.append(
            [text]
            + [shown(value, unit) for value in (raw, bare, ours)]
            + [ratio(ours, bare), ratio(ours, raw)]
        )
    return lines_of(rows)


def lines_of(rows):
    """Rows of cells, the first one the head, as a table for Markdown."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    rows = [rows[0], ["---"] * len(widths)] + rows[1:]
    return "\n".join(
        "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths)) + " |"
        for row in rows
    )


def peer_table(medians):
    """Ours beside each peer that was measured, with what ours is of theirs."""
    peers = [
        p for p in PEERS if any(f"{p}.{m}" in medians for m in PEER_METRICS)
    ]
    rows = [["what", "Troupe"] + peers]
    for text, metric, unit in ROWS:
        if metric not in PEER_METRICS:
            continue
        ours = medians.get(f"troupe.{metric}")
        cells = []
        for theirs in (medians.get(f"{p}.{metric}") for p in peers):
            times = ratio(ours, theirs)
            end = "" if times == "-" else f" (x {times})"
            cells.append(shown(theirs, unit) + end)
        if any(cell != "-" for cell in cells):
            rows.append([text, shown(ours, unit)] + cells)
    return lines_of(rows) if len(rows) > 1 else ""


def points_of(medians, metric):
    """What was measured as METRIC/X: (X, value), in the order measured."""
    return [
        (name[len(metric) + 1:], value)
        for name, value in medians.items()
        if name.startswith(metric + "/")
    ]


def series_table(medians):
    """Each series as a row: at X its value."""
    rows = [["what", "unit", "at: value"]]
    for text, metric, unit in SERIES:
        points = points_of(medians, f"troupe.{metric}")
        if points:
            values = ", ".join(
                f"{x}: {shown(value, unit).removesuffix(' ' + unit)}"
                for x, value in points
            )
            rows.append([text, unit, values])
    return lines_of(rows) if len(rows) > 1 else ""


def value_of(medians, what):
    """A goal's value: `METRIC`, a ratio `METRIC / METRIC`, or `flat METRIC`:
    how far the points of a series lie from their middle, as a factor."""
    if " / " in what:
        ours, theirs = (medians.get(name) for name in what.split(" / "))
        return None if ours is None or not theirs else ours / theirs
    if what.startswith("flat "):
        values = [y for _, y in points_of(medians, what.split()[1])]
        if len(values) < 2 or min(values) <= 0:
            return None
        middle = statistics.median(values)
        return max(max(values) / middle, middle / min(values))
    return medians.get(what)


def is_met(value, kind, limit):
    """Whether the value keeps the goal; one that was not measured does not."""
    if value is None:
        return False
    if kind == "at least":
        return value >= limit
    return value <= limit if kind == "at most" else value < limit


def verdicts(medians, smoke, partial):
    """(text, met) of each goal. Of a partial run, and of peers, only what was
    measured is judged."""
    result = []
    for goal in GOALS + PEER_GOALS:
        what, kind, limit, smoke_limit = goal
        limit = smoke_limit if smoke else limit
        value = value_of(medians, what)
        if limit is None or (value is None and (partial or goal in PEER_GOALS)):
            continue
        met = is_met(value, kind, limit)
        had = "was not measured" if value is None else f"is {value:.4g}"
        verdict = "met" if met else "MISSED"
        text = f"{verdict}: {what} {had}, the goal is {kind} {limit:g}"
        result.append((text, met))
    return result


def conditions(arguments):
    """What one must know to compare two reports."""
    model = "unknown"
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=os.path.dirname(os.path.abspath(__file__)),
        capture_output=True,
        text=True,
        check=False,
    )
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "commit": commit.stdout.strip() if commit.returncode == 0 else "none",
        "runs": arguments.runs,
        "smoke": arguments.smoke,
        "load": round(os.getloadavg()[0], 2),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("metrics", help="file with the lines of all runs")
    parser.add_argument("--json", required=True, help="where to write JSON")
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--partial", action="store_true",
                        help="not all was measured: judge what was")
    arguments = parser.parse_args()

    runs = read_runs(arguments.metrics)
    medians = {name: statistics.median(xs) for name, xs in runs.items()}
    goals = verdicts(medians, arguments.smoke, arguments.partial)
    where = conditions(arguments)
    with open(arguments.json, "w", encoding="utf-8") as out:
        json.dump(
            {
                "conditions": where,
                "medians": medians,
                "runs": runs,
                "goals": [{"text": t, "met": met} for t, met in goals],
            },
            out,
            indent=2,
        )
        out.write("\n")

    for part in (table(medians), peer_table(medians), series_table(medians)):
        if part:
            print(f"\n{part}")
    print()
    print(", ".join(f"{name} {value}" for name, value in where.items()))
    for text, _ in goals:
        print(text)
    return 0 if all(met for _, met in goals) else 1


if __name__ == "__main__":
    sys.exit(main())
