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
    ("jobs of one task, 32 threads", "jobs_per_s", "/s"),
    ("range tasks, reducer count", "range_per_s", "/s"),
    ("one at a time, p50", "p50_us", "us"),
    ("one at a time, p99", "p99_us", "us"),
    ("one core for all, p50", "pinned_p50_us", "us"),
    ("one core for all, p99", "pinned_p99_us", "us"),
    ("two workers, one = 1", "speedup_2_workers", "x"),
    ("queued task of 64 B", "queued_task_bytes", "B"),
    ("idle node, CPU", "idle_percent", "%"),
    ("idle node, memory", "idle_mb", "MB"),
    ("range of 1e9, time", "range_1e9_s", "s"),
    ("range of 1e9, coordinator", "range_coordinator_mb", "MB"),
    ("range of 1e9, worker", "range_worker_mb", "MB"),
]
PROGRAMS = ["raw_tcp", "bare_relay", "troupe"]

# Metric of troupe, whether it is a floor or a ceiling, limit. The smoke goals
# are generous: they must hold on a busy machine, too.
GOALS = [
    ("echo_per_s", "at least", 1_000_000),
    ("p50_us", "at most", 400),
    ("speedup_2_workers", "at least", 1.6),
    ("queued_task_bytes", "at most", 80),
    ("idle_percent", "below", 0.2),
    ("range_coordinator_mb", "below", 60),
    ("range_worker_mb", "below", 60),
]
SMOKE_GOALS = [
    ("echo_per_s", "at least", 500_000),
    ("p50_us", "at most", 800),
    ("speedup_2_workers", "at least", 1.2),
    ("queued_task_bytes", "at most", 100),
    ("idle_percent", "below", 0.5),
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
    rows = [head, ["---"] * len(head)]
    for text, metric, unit in ROWS:
        raw, bare, ours = (medians.get(f"{p}.{metric}") for p in PROGRAMS)
        if raw is None and bare is None and ours is None:
            continue
        rows.append(
            [text]
            + [shown(value, unit) for value in (raw, bare, ours)]
            + [ratio(ours, bare), ratio(ours, raw)]
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    return "\n".join(
        "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths)) + " |"
        for row in rows
    )


def is_met(value, kind, limit):
    """Whether the value keeps the goal; one that was not measured does not."""
    if value is None:
        return False
    if kind == "at least":
        return value >= limit
    return value <= limit if kind == "at most" else value < limit


def verdicts(medians, goals):
    """(text, met) of each goal."""
    result = []
    for metric, kind, limit in goals:
        value = medians.get(f"troupe.{metric}")
        met = is_met(value, kind, limit)
        had = "was not measured" if value is None else f"is {value:.4g}"
        verdict = "met" if met else "MISSED"
        text = f"{verdict}: {metric} {had}, the goal is {kind} {limit:g}"
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
    arguments = parser.parse_args()

    runs = read_runs(arguments.metrics)
    medians = {name: statistics.median(xs) for name, xs in runs.items()}
    goals = verdicts(medians, SMOKE_GOALS if arguments.smoke else GOALS)
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

    print()
    print(table(medians))
    print()
    print(", ".join(f"{name} {value}" for name, value in where.items()))
    for text, _ in goals:
        print(text)
    return 0 if all(met for _, met in goals) else 1


if __name__ == "__main__":
    sys.exit(main())
