"""How long the commands that only look take: against a coordinator and two
workers with 10 000 jobs that have ended and one of a million queued tasks,
while range tasks run as fast as the cluster can.

    python3 -B commands.py [--smoke]

Finds the programs in $TROUPE_BIN. Prints troupe.command_ms/COMMAND, the median
of 5 runs (with --smoke 3) from the start of the process to its end, the slowest
median as troupe.command_ms_max, and troupe.commands_range_per_s, how many tasks
ran meanwhile.
"""

import statistics
import subprocess
import sys
import tempfile
import time

from granularity import BIN, end_with_parent, start, troupe

ENDED_JOBS = 10_000
QUEUED_TASKS = 1_000_000
SECONDS_MAX = 120
NAMES = {"coordinator": "c", "worker": "w1"}
ACTOR = "worker/worker_tree/worker"

# How to call what only looks; those that this program does not know are left
# out. Words in braces: a job that has ended, the one that runs, the one that
# waits, and names.
CALLS = {
    "help": "help",
    "status": "status",
    "top": "top --json",
    "check": "check",
    "nodes": "nodes",
    "node": "node {worker}",
    "config": "config {worker}",
    "log": "log {worker}",
    "events": "events",
    "jobs": "jobs",
    "job": "job {waiting}",
    "tasks": "tasks {waiting}",
    "explain": "explain {waiting}",
    "trace": "trace {ended}",
    "result": "result {ended}",
    "verify": "verify {ended}",
    "dead": "dead list",
    "functions": "functions",
    "tree": "tree",
    "actors": "actors",
    "describe": "describe {actor} --node {worker}",
    "state": "state {actor} --node {worker}",
}


def until(done, what):
    """Asks again and again; what should come takes seconds at most."""
    end = time.monotonic() + SECONDS_MAX
    while not done():
        if time.monotonic() > end:
            sys.exit(f"commands.py: {what} within {SECONDS_MAX} s")


def fill(address):
    """Makes the jobs; returns their numbers by what they are."""
    # Each sample is a job of one task. What is measured does not matter here.
    until(
        lambda: troupe(address, "bench", "latency", "--time", "2s") is not None
        and len(troupe(address, "jobs", "--limit", "0")) >= ENDED_JOBS,
        f"there were no {ENDED_JOBS} jobs",
    )
    ended = troupe(address, "run", "echo", "--range", "0..100")["job"]
    with tempfile.NamedTemporaryFile("w") as lines:
        lines.writelines(f"{number}\n" for number in range(QUEUED_TASKS))
        lines.flush()
        # No worker has the label.
        waiting = troupe(
            address, "submit", "echo", "--lines", lines.name, "--label", "none"
        )["job"]
    until(
        lambda: troupe(address, "job", str(waiting))["tasks"] == QUEUED_TASKS,
        "the queued tasks did not arrive",
    )
    running = troupe(
        address, "submit", "noop", "--range", "0..1000000000000",
        "--reduce", "count",
    )["job"]
    return {"ended": ended, "waiting": waiting, "running": running}


def succeeded(address, job):
    """How many tasks of a job have, and when that was."""
    return troupe(address, "job", str(job))["succeeded"], time.monotonic()


def milliseconds(address, words):
    """How long a command takes; it must not be refused."""
    begin = time.monotonic()
    done = subprocess.run(
        [f"{BIN}/troupe", "--connect", address, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=end_with_parent,
    )
    took = (time.monotonic() - begin) * 1000
    # `check` tells about the cluster by its exit code.
    if done.returncode != 0 and words[0] != "check":
        sys.exit(f"commands.py: {' '.join(words)}: {done.stderr}")
    return took


def measure(address, smoke):
    until(
        lambda: sum(x["slots"] for x in troupe(address, "nodes")) >= 2,
        "the workers did not join",
    )
    jobs = fill(address)
    known = {x["name"] for x in troupe(address, "help")["commands"]}
    places = {**NAMES, **jobs, "actor": ACTOR}
    before, begin = succeeded(address, jobs["running"])
    slowest = 0
    for name, call in CALLS.items():
        if name not in known:
            continue
        words = call.format(**places).split()
        runs = [milliseconds(address, words) for _ in range(3 if smoke else 5)]
        median = statistics.median(runs)
        slowest = max(slowest, median)
        print(f"troupe.command_ms/{name} {median:.4g}")
    after, end = succeeded(address, jobs["running"])
    print(f"troupe.command_ms_max {slowest:.4g}")
    print(f"troupe.commands_range_per_s {(after - before) / (end - begin):.6g}")


def main(arguments):
    coordinator, ready = start(
        "--node.roles=coordinator",
        "--node.listen=127.0.0.1:0",
        f"--node.name={NAMES['coordinator']}",
    )
    nodes = [coordinator]
    address = ready.split(" listen=")[1].split()[0]
    for number in (1, 2):
        nodes.append(
            start(
                "--node.roles=worker",
                f"--node.name=w{number}",
                f"--node.join={address}",
                "--worker.slots=1",
            )[0]
        )
    try:
        measure(address, "--smoke" in arguments)
    finally:
        for node in nodes:
            node.kill()
            node.wait()


if __name__ == "__main__":
    main(sys.argv[1:])
