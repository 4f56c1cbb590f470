#!/usr/bin/env python3
"""Random faults against a cluster of real processes that works meanwhile.

    TROUPE_BIN=build/dev/bin python3 -B tests/system/chaos.py \
      [--seconds 60] [--seed N]

Each second something breaks: any actor is killed by its path, a worker process
is killed, frozen or told to end, its connection is cut, its results get lost or
are late. Users run jobs of which the results are known. Prints one closing
line; exits 1 when a result was wrong, a job did not end, its history does not
add up, or a process ended that nobody killed. Then it prints what was got
instead, what `troupe verify` says, each fault with its time, and the end of the
coordinator's log.
"""

import argparse
import collections
import json
import pathlib
import random
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time

from cluster_test import PROGRAMS, environment, node

WORKERS = 3
USERS = 2
# A job that has not ended so long after the last fault never will.
PATIENCE_SECONDS = 120


def pause(seconds):
    select.select([], [], [], max(0, seconds))


class stopwatch:
    """Counts the seconds of a run, by which its events can be put in order."""

    def __init__(self):
        self.began = time.monotonic()

    def __str__(self):
        return f"{time.monotonic() - self.began:.2f} s"


def primes_below(end):
    is_prime = bytearray([1]) * end
    is_prime[0:2] = b"\0\0"
    for i in range(2, int(end**0.5) + 1):
        if is_prime[i]:
            is_prime[i * i::i] = bytes(len(range(i * i, end, i)))
    return sum(is_prime)


class cluster:
    """One coordinator and some workers; a worker that ends is started again."""

    def __init__(self, workers=WORKERS):
        self.since = stopwatch()
        self.lead = node("--node.roles=coordinator", "--node.name=lead",
                         "--node.listen=127.0.0.1:0", "--node.faults=yes")
        self.where = self.lead.ready["listen"]
        self.workers = {}
        for i in range(workers):
            self.start_worker(f"w{i}")

    def start_worker(self, name):
        self.workers[name] = node(
            "--node.roles=worker", f"--node.name={name}",
            f"--node.join={self.where}", "--worker.slots=1",
            "--node.faults=yes", "--node.drain_timeout=2s",
        )

    def troupe(self, *args, stdin=b""):
        return subprocess.run(
            [PROGRAMS / "troupe", "--connect", self.where,
             "--connect-timeout", "30s", *map(str, args)],
            input=stdin, capture_output=True, env=environment(),
            timeout=2 * PATIENCE_SECONDS,
        )

    def stop(self):
        for x in [*self.workers.values(), self.lead]:
            x.stop()


class monkey(threading.Thread):
    """Breaks something each second until it is told to stop."""

    def __init__(self, victims, chance):
        super().__init__()
        self.victims = victims
        self.chance = chance
        self.since = victims.since
        self.done = threading.Event()
        self.counts = collections.Counter()
        self.history = []
        self.problems = []

    def kinds(self):
        """What it may do, each as often as it shall be chosen."""
        kinds = [self.kill_actor] * 5 + [self.kill_process] * 2
        kinds += [self.freeze_process] * 2 + [self.end_process]
        return kinds + [self.cut_link, self.lose_slices]

    def run(self):
        while not self.done.wait(1):
            try:
                self.chance.choice(self.kinds())()
            except Exception as broken:  # A thread would lose it.
                self.problems.append(f"chaos itself failed: {broken!r}")
                return

    def note(self, kind, what):
        self.counts[kind] += 1
        self.history.append(f"{self.since} {what}")

    def kill_actor(self):
        on_lead = self.chance.random() < 0.5  # It has the most to lose.
        name = "lead" if on_lead else self.any_worker()[0]
        tree = self.victims.troupe("--json", "tree", name)
        if tree.returncode != 0:
            return  # The node, or who answers for it, is not there just now.
        paths = [x["path"] for x in json.loads(tree.stdout)
                 if "/" in x["path"] and x["state"] == "running"]
        path = self.chance.choice(paths)
        if self.victims.troupe("fault", "kill", name, path).returncode == 0:
            self.note(path.rsplit("/", 1)[1], f"kill {path} of {name}")
        else:  # Perhaps the one that should have answered was the victim.
            self.history.append(f"{self.since} kill {path} of {name}, unsure")

    def any_worker(self):
        name = self.chance.choice(list(self.victims.workers))
        return name, self.victims.workers[name]

    def kill_process(self):
        name, victim = self.any_worker()
        victim.kill()
        victim.stop()
        self.note("kill -9", f"kill -9 {name}")
        self.victims.start_worker(name)

    def freeze_process(self):
        name, victim = self.any_worker()
        victim.process.send_signal(signal.SIGSTOP)
        seconds = self.chance.uniform(0.1, 2.5)
        pause(seconds)
        victim.process.send_signal(signal.SIGCONT)
        self.note("freeze", f"end of freeze {name} for {seconds:.1f} s")

    def cut_link(self):
        name, _ = self.any_worker()
        seconds = self.chance.choice([0, 1, 2.5])
        if self.victims.troupe("fault", "cut", name, "--for",
                               f"{seconds}s").returncode == 0:
            self.note("cut", f"cut {name} for {seconds} s")

    def lose_slices(self):
        name, _ = self.any_worker()
        how = self.chance.choice([("drop",), ("delay", "--by", "300ms")])
        if self.victims.troupe("fault", how[0], name, *how[1:], "--share",
                               "20%", "--for", "2s").returncode == 0:
            self.note(how[0], f"{how[0]} 20% of the slices of {name} for 2 s")

    def end_process(self):
        name, victim = self.any_worker()
        victim.process.send_signal(signal.SIGTERM)
        code = victim.process.wait(PATIENCE_SECONDS)
        if code != 0:
            self.problems.append(f"{name} ended with {code} after SIGTERM: "
                                 + victim.said()[-2000:])
        victim.stop()
        self.note("TERM", f"end of TERM {name}")
        self.victims.start_worker(name)


class user(threading.Thread):
    """Runs one job after the other and compares each result."""

    def __init__(self, of, chance, folder):
        super().__init__()
        self.of = of
        self.chance = chance
        self.since = of.since
        self.folder = folder
        self.done = threading.Event()
        self.jobs = []
        self.problems = []
        self.tasks = 0

    def run(self):
        kinds = [self.primes, self.words, self.lines, self.numbers]
        while not self.done.is_set() and not self.problems:
            try:
                self.chance.choice(kinds)()
            except Exception as broken:  # A thread would lose it.
                self.problems.append(f"a user failed: {broken!r}")

    def job(self, want, *args, stdin=b""):
        began = str(self.since)
        ended = self.of.troupe("--json", "run", *args, "--max-crashes", "0",
                               "--timeout", f"{PATIENCE_SECONDS}s",
                               stdin=stdin)
        if ended.returncode != 0:
            said = ended.stderr.decode("utf-8", "replace")
            self.problems.append(f"{args}, {began} to {self.since}: exit "
                                 f"{ended.returncode}: {said} "
                                 f"{ended.stdout[:2000]}")
            return
        job = json.loads(ended.stdout)
        self.jobs.append(job["job"])
        self.tasks += job["tasks"]
        if job["result"] != want:
            self.problems.append(
                f"job {job['job']} {args}, {began} to {self.since}, has a "
                f"wrong result: {json.dumps(job)[:500]}; wanted: "
                f"{json.dumps(want)[:200]}")

    def primes(self):
        end = self.chance.randrange(20_000, 400_000)
        self.job(primes_below(end), "count_primes", "--range",
                 f"0..{end}/2000", "--reduce", "sum")

    def numbers(self):
        end = self.chance.randrange(1, 3_000_000)
        self.job(end, "noop", "--range", f"0..{end}", "--reduce", "count")

    def lines(self):
        lines = [f"line {i} {self.chance.random()}"
                 for i in range(self.chance.randrange(1, 3000))]
        self.job(lines, "echo", "--lines", "-",
                 stdin=("\n".join(lines) + "\n").encode())

    def words(self):
        words = self.chance.choices([f"w{i}" for i in range(3000)], k=300_000)
        path = self.folder / f"{self.name}.txt"
        path.write_text("\n".join(words) + "\n")
        self.job(dict(collections.Counter(words)), "wordcount", "--split",
                 path, "--chunk", "8KiB", "--reduce", "merge_counts")


def run(seconds, seed):
    """Returns what went wrong, and the closing line."""
    problems = []
    with tempfile.TemporaryDirectory() as name:
        of = cluster()
        try:
            breaks = monkey(of, random.Random(f"{seed}/faults"))
            users = [user(of, random.Random(f"{seed}/{i}"), pathlib.Path(name))
                     for i in range(USERS)]
            for x in [*users, breaks]:
                x.start()
            while time.monotonic() - of.since.began < seconds:
                if any(x.problems for x in [*users, breaks]):
                    break
                pause(0.2)
            breaks.done.set()
            breaks.join()
            for x in users:
                x.done.set()
            for x in users:
                x.join()
            for x in [breaks, *users]:
                problems += x.problems
            problems += audit(of, [j for x in users for j in x.jobs[-100:]])
            if problems:
                problems.append("the last faults: "
                                + "; ".join(breaks.history[-40:]))
                problems.append("the coordinator's log ends with: "
                                + of.lead.said()[-6000:])
        finally:
            of.stop()
    faults = ", ".join(f"{n} {kind}" for kind, n in sorted(breaks.counts.items()))
    jobs = sum(len(x.jobs) for x in users)
    tasks = sum(x.tasks for x in users)
    verdict = "all results exact" if not problems else "FAILED"
    return problems, (f"chaos: seed {seed}, {of.since}, "
                      f"{jobs} jobs, {tasks} tasks, faults: {faults}; {verdict}")


def audit(of, jobs):
    """Checks the processes that should live, and the histories of the jobs."""
    problems = []
    for name, x in [("lead", of.lead), *of.workers.items()]:
        if x.process.poll() is not None:
            problems.append(f"{name} ended by itself with "
                            f"{x.process.returncode}: {x.said()[-2000:]}")
    for job in jobs:
        ended = of.troupe("--json", "verify", job)
        if ended.returncode != 0:
            problems.append(f"verify {job}: {ended.stdout[:4000]} "
                            + ended.stderr.decode("utf-8", "replace"))
    return problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = parser.parse_args()
    problems, line = run(options.seconds, options.seed)
    for problem in problems:
        print(problem, file=sys.stderr)
    print(line)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
