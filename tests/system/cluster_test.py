#!/usr/bin/env python3
"""A cluster of real `trouped` processes: joins, losses, limits and refusals.

    TROUPE_BIN=build/dev/bin python3 -B tests/system/cluster_test.py [TEST...]
"""
# ctest: timeout=300
# ctest: serial

import collections
import json
import os
import pathlib
import random
import select
import signal
import subprocess
import tempfile
import threading
import time
import unittest

PROGRAMS = pathlib.Path(os.environ.get("TROUPE_BIN", "build/dev/bin"))
# Programs for tests only: their sources are in programs/.
TEST_PROGRAMS = pathlib.Path(
    os.environ.get("TROUPE_BUILD", "build/dev"), "tests/programs"
).absolute()
TEST_WORKER = TEST_PROGRAMS / "worker"
SECONDS_MAX = 60


def environment():
    return {k: v for k, v in os.environ.items() if not k.startswith("TROUPE_")}


class node:
    """A `trouped` process, or one that says `ready` as it does; ended by its
    pid. `program` is what to run, with what comes before the flags."""

    def __init__(self, *flags, program=(PROGRAMS / "trouped",)):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [*program, *flags],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.log,
            env=environment(),
        )
        readable, _, _ = select.select([self.process.stdout], [], [], 20)
        line = self.process.stdout.readline().decode() if readable else ""
        if not line.startswith("ready "):
            said = self.said()
            self.stop()
            raise RuntimeError(f"trouped is not ready: {said!r}")
        self.ready = dict(word.split("=", 1) for word in line.split()[1:])

    def said(self):
        self.log.seek(0)
        return self.log.read().decode("utf-8", "replace")

    def kill(self, with_signal=signal.SIGKILL):
        self.process.send_signal(with_signal)
        return self.process.wait(SECONDS_MAX)

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.log.close()


def starts(log):
    """Returns (index, pid, seconds) of each line `INDEX PID NANOSECONDS` that a
    task wrote when it began."""
    lines = [line.split() for line in log.read_text().splitlines()]
    return [(int(i), int(pid), int(at) / 1e9) for i, pid, at in lines]


def until(claim, what, pause_seconds=0.003):
    """Waits until a claim is true and returns it. Looks more often than
    `eventually`, since the waiting is measured."""
    end = time.monotonic() + SECONDS_MAX
    while not (found := claim()):
        if time.monotonic() > end:
            raise AssertionError(f"in vain: {what}")
        select.select([], [], [], pause_seconds)
    return found


class cluster_case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def start(self, *flags):
        started = node(*flags)
        self.addCleanup(started.stop)
        return started

    def lead(self, *flags, listen="127.0.0.1:0"):
        started = self.start(
            "--node.roles=coordinator",
            "--node.name=lead",
            f"--node.listen={listen}",
            *flags,
        )
        self.where = started.ready["listen"]
        return started

    def work(self, name, *flags, slots=1):
        return self.start(
            "--node.roles=worker",
            f"--node.name={name}",
            f"--node.join={self.where}",
            f"--worker.slots={slots}",
            *flags,
        )

    def troupe(self, *args, code=0, stdin=b"", seconds=SECONDS_MAX):
        ended = subprocess.run(
            [PROGRAMS / "troupe", "--connect", self.where, *map(str, args)],
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=seconds,
            env=environment(),
        )
        said = ended.stderr.decode("utf-8", "replace")
        self.assertEqual(ended.returncode, code, (args, ended.stdout[:500], said))
        ended.err = said
        return ended

    def json(self, *args, **how):
        return json.loads(self.troupe("--json", *args, **how).stdout)

    def refused(self, *flags):
        """Runs a node that must end by itself; returns its exit code and words.

        (A worker is ready before it joins: only a coordinator must not be.)"""
        ended = subprocess.run(
            [PROGRAMS / "trouped", *flags],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=SECONDS_MAX,
            env=environment(),
        )
        if "--node.roles=worker" not in flags:
            self.assertNotIn(b"ready ", ended.stdout)
        return ended.returncode, ended.stderr.decode("utf-8", "replace")

    def eventually(self, claim, what):
        end = time.monotonic() + SECONDS_MAX
        while not claim():
            self.assertLess(time.monotonic(), end, what)
            select.select([], [], [], 0.02)

    def up(self):
        return [n["name"] for n in self.json("nodes") if n["state"] == "up"]

    def keep_working(self, names, start):
        """Starts a worker for each name with `start(name)`, and again when it
        ends, until the returned function is called; that returns how many
        ended."""
        stop = threading.Event()
        deaths = []

        def loop(name):
            while not stop.is_set():
                try:
                    worker = start(name)
                except RuntimeError:
                    continue
                while worker.process.poll() is None and not stop.is_set():
                    select.select([], [], [], 0.01)
                if not stop.is_set():
                    deaths.append(name)
                worker.stop()

        loops = [threading.Thread(target=loop, args=[x]) for x in names]
        for x in loops:
            x.start()

        def end():
            stop.set()
            for x in loops:
                x.join()
            return len(deaths)

        self.addCleanup(end)
        return end


class work_gets_done(cluster_case):
    def test_word_counts_are_exact_with_a_worker_killed(self):
        chance = random.Random(7)
        words = [f"w{i}" for i in range(5000)]
        want = collections.Counter()
        paths = []
        for i in range(40):
            text = chance.choices(words, k=20000)
            want.update(text)
            paths.append(self.folder / f"{i}.txt")
            paths[-1].write_text("\n".join(text) + "\n")
        self.lead()
        victims = [self.work("a"), self.work("b")]
        self.eventually(lambda: len(self.up()) == 3, "both workers join")
        job = self.json(
            "submit", "wordcount", "--split", *paths, "--chunk", "8KiB",
            "--reduce", "merge_counts",
        )["job"]
        victims[0].kill()
        self.troupe("wait", job)
        self.assertEqual(dict(want), json.loads(self.troupe("result", job).stdout))
        self.assertEqual(self.up(), ["b", "lead"])

    def test_a_killed_worker_s_long_task_runs_elsewhere(self):
        self.lead()
        first = self.work("a")
        self.eventually(lambda: "a" in self.up(), "a joins")
        job = self.json("submit", "sleep", "--input", "300")["job"]
        self.eventually(lambda: first and self.up(), "running")
        first.kill()
        self.eventually(lambda: "a" not in self.up(), "a is gone")
        self.work("b")
        ended = self.json("wait", job, "--result")
        self.assertEqual(ended["state"], "succeeded")
        self.assertEqual(ended["attempts"], 1, "a lost lease is no attempt")

    def test_a_worker_waits_for_its_coordinator_and_survives_its_restart(self):
        lead = self.lead()
        where = self.where
        lead.kill()
        worker = self.work("early")
        lead = self.lead(listen=where)
        self.eventually(lambda: "early" in self.up(), "joins a late coordinator")
        lead.kill()
        self.lead(listen=where)
        self.eventually(lambda: "early" in self.up(), "joins the next one")
        self.assertIsNone(worker.process.poll())
        self.troupe("run", "echo", "--input", "1")

    def test_a_drained_worker_hands_its_work_back(self):
        self.lead()
        first = self.work("a")
        self.eventually(lambda: "a" in self.up(), "a joins")
        args = [x for n in range(20) for x in ("--input", "100")]
        job = self.json("submit", "sleep", *args)["job"]
        self.work("b")
        self.eventually(lambda: "b" in self.up(), "b joins")
        self.assertEqual(first.kill(signal.SIGTERM), 0)
        self.troupe("wait", job)
        ended = self.json("job", job)
        self.assertEqual((ended["succeeded"], ended["attempts"]), (20, 20))

    def test_a_coordinator_that_loses_jobs_says_which_and_exits_1(self):
        lead = self.lead("--node.drain_timeout=200ms")
        self.troupe("submit", "echo", "--input", "1", "--name", "orphan")
        self.assertEqual(lead.kill(signal.SIGTERM), 1)
        self.assertIn("orphan", lead.said())

    def test_one_result_of_16_mib_arrives_whole(self):
        size = 16 * 1024 * 1024 - 100
        text = b"x" * size
        path = self.folder / "big"
        path.write_bytes(text)
        self.lead()
        self.work("a")
        ended = self.troupe("run", "echo", "--lines", path)
        self.assertEqual(json.loads(ended.stdout), [text.decode()])

    def test_a_result_over_the_limit_fails_its_task_only(self):
        path = self.folder / "lines"
        path.write_bytes(b"x" * 5000 + b"\nok\n")
        self.lead("--coordinator.result_limit=1KiB")
        self.work("a")
        ended = self.json("run", "echo", "--lines", path, "--retries", 0, code=1)
        self.assertEqual((ended["dead"], ended["succeeded"]), (1, 1))
        self.assertIn("the limit is 1024", ended["reason"])

    def test_an_input_over_the_limit_is_refused_with_its_index(self):
        path = self.folder / "lines"
        path.write_bytes(b"ok\n" + b"x" * 5000 + b"\n")
        self.lead("--coordinator.input_limit=1KiB")
        self.work("a")
        ended = self.troupe("run", "echo", "--lines", path, code=1)
        self.assertIn("input 1 has", ended.err)

    def test_a_full_store_refuses_jobs_stops_credit_and_loses_nothing(self):
        large = self.folder / "large"
        large.write_bytes((b"x" * 1000 + b"\n") * 3000)
        small = self.folder / "small"
        small.write_bytes((b"y" * 1000 + b"\n") * 120)
        self.lead("--coordinator.memory=1MiB")
        feeding = subprocess.Popen(
            [PROGRAMS / "troupe", "--connect", self.where, "submit", "noop",
             "--lines", large, "--reduce", "count"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment(),
        )
        self.addCleanup(feeding.kill)
        self.addCleanup(feeding.stdout.close)
        self.eventually(
            lambda: any(j["tasks"] > 500 for j in self.json("jobs")), "it fills"
        )
        refusals = []
        for _ in range(4):
            ended = subprocess.run(
                [PROGRAMS / "troupe", "--connect", self.where, "submit", "echo",
                 "--lines", small],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                env=environment(), timeout=SECONDS_MAX,
            )
            if ended.returncode != 0:
                refusals.append((ended.returncode, ended.stderr.decode()))
        self.assertTrue(refusals, "nothing was refused")
        self.assertEqual(refusals[0][0], 1)
        self.assertIn("coordinator.memory", refusals[0][1])
        self.work("a") # Room again: the credit goes on.
        job = int(feeding.communicate(timeout=SECONDS_MAX)[0])
        self.troupe("wait", job)
        self.assertEqual(json.loads(self.troupe("result", job).stdout), 3000)

    def test_files_are_read_only_below_read_paths(self):
        allowed = self.folder / "allowed"
        allowed.mkdir()
        (allowed / "in").write_text("a b a\n")
        (self.folder / "out").write_text("secret\n")
        self.lead()
        self.work("a", f"--worker.read_paths={allowed}")
        counts = self.troupe(
            "run", "wordcount_file", "--glob", allowed / "*",
            "--reduce", "merge_counts",
        )
        self.assertEqual(json.loads(counts.stdout), {"a": 2, "b": 1})
        ended = self.troupe(
            "run", "wordcount_file", "--glob", self.folder / "out",
            "--retries", 0, code=1,
        )
        self.assertIn("read_paths", ended.err)

    def test_commands_run_only_where_allowed(self):
        self.lead()
        self.work("a")
        ended = self.troupe("run", "exec", "--input", '"echo hi"', code=1)
        self.assertIn("no node offers", ended.err)
        self.work("b", "--worker.exec=yes")
        self.eventually(lambda: "b" in self.up(), "b joins")
        ended = json.loads(self.troupe("run", "exec", "--input", '"echo hi"').stdout)
        self.assertEqual((ended[0]["exit"], ended[0]["stdout"]), (0, "hi\n"))


class tasks_go_wrong(cluster_case):
    def test_a_task_that_kills_its_workers_is_the_only_dead_letter(self):
        self.lead()
        end = self.keep_working(["a", "b"], lambda name: node(
            "--node.roles=worker", f"--node.name={name}",
            f"--node.join={self.where}", "--worker.slots=2", "--worker.exec=yes",
        ))
        args = []
        for i in range(200):
            line = "kill -9 $PPID; sleep 10" if i == 137 else f"echo {i}"
            args += ["--input", json.dumps(line)]
        self.eventually(lambda: {"a", "b"} <= set(self.up()), "they join")
        job = self.json("submit", "exec", *args, "--retries", 0)["job"]
        self.troupe("wait", job, "--timeout", "50s", code=1)
        status = self.json("job", job)
        self.assertEqual((status["succeeded"], status["dead"]), (199, 1))
        self.assertEqual(status["attempts"], 199, "each was accepted once")
        letters = self.json("dead", "list", job)
        self.assertEqual([x["index"] for x in letters], [137])
        self.assertEqual(letters[0]["code"], "kills_workers")
        self.assertIn("suspected of killing its workers", letters[0]["error"])
        history = self.json("dead", "show", f"{job}/137")["history"]
        self.assertEqual(len(history), 3)
        self.assertLessEqual({x["node"] for x in history}, {"a", "b"})
        results = json.loads(self.troupe("result", job, code=1).stdout)
        texts = [x and x["stdout"] for x in results]
        self.assertEqual(
            texts, [None if i == 137 else f"{i}\n" for i in range(200)]
        )
        self.assertGreaterEqual(end(), 5)

    def test_dead_letters_are_requeued_when_the_cause_is_mended(self):
        self.lead()
        self.work("a", "--worker.exec=yes")
        self.eventually(lambda: "a" in self.up(), "a joins")
        wanted = self.folder / "wanted"
        args = ["--input", '"echo 1"', "--input", json.dumps(f"cat {wanted}")]
        ended = self.json("run", "exec", *args, "--retries", 1, "--backoff",
                          "1ms", code=1)
        job = ended["job"]
        shown = self.json("dead", "show", f"{job}/1")
        self.assertEqual([x["attempt"] for x in shown["history"]], [1, 2])
        self.assertIn("No such file", shown["history"][0]["error"])
        wanted.write_text("mended\n")
        done = self.json("dead", "requeue", "--error", "No such file")
        self.assertEqual(done, {"requeued": 1, "jobs": 1})
        self.troupe("wait", job)
        status = self.json("job", job)
        self.assertEqual(
            (status["state"], status["succeeded"], status["attempts"]),
            ("succeeded", 2, 4),
        )
        results = json.loads(self.troupe("result", job).stdout)
        self.assertEqual([x["stdout"] for x in results], ["1\n", "mended\n"])
        self.assertEqual(self.json("dead", "list"), [])

    def test_an_attempt_and_a_job_that_take_too_long(self):
        self.lead()
        self.work("a", "--worker.exec=yes")
        self.eventually(lambda: "a" in self.up(), "a joins")
        left = self.folder / "left"
        line = json.dumps(f"trap 'echo stopped > {left}; exit 1' TERM; "
                          "while :; do sleep 0.05; done")
        begin = time.monotonic()
        ended = self.json("run", "exec", "--input", line, "--input", '"echo 1"',
                          "--task-timeout", "500ms", "--retries", 0, code=1)
        self.assertLess(time.monotonic() - begin, 10)
        self.assertEqual((ended["succeeded"], ended["dead"]), (1, 1))
        self.assertIn("task timeout", ended["reason"])
        self.eventually(left.exists, "the command was asked to stop")
        ended = self.json("run", "sleep", "--input", "600000", "--deadline",
                          "+500ms", code=1)
        self.assertEqual(ended["state"], "failed")
        self.assertIn("deadline", ended["reason"])
        self.troupe("run", "echo", "--input", "1") # The slot is free again.
        nodes = {x["name"]: x["zombies"] for x in self.json("nodes")}
        self.assertEqual(nodes, {"a": 0, "lead": 0})


class nodes_are_refused(cluster_case):
    def test_a_used_name(self):
        self.lead()
        self.work("a")
        self.eventually(lambda: "a" in self.up(), "a joins")
        code, said = self.refused(
            "--node.roles=worker", "--node.name=a", f"--node.join={self.where}"
        )
        self.assertEqual(code, 1)
        self.assertIn('has the name "a"', said)
        self.assertEqual(self.up(), ["a", "lead"])

    def test_another_cluster(self):
        self.lead()
        code, said = self.refused(
            "--node.roles=worker", "--node.name=a", f"--node.join={self.where}",
            "--node.cluster=other",
        )
        self.assertEqual(code, 1)
        self.assertIn("other", said)
        self.assertIn("default", said)

    def test_a_port_in_use(self):
        self.lead()
        code, said = self.refused(
            "--node.roles=coordinator", f"--node.listen={self.where}"
        )
        self.assertEqual(code, 1)
        self.assertIn(f"cannot listen on {self.where}", said)

    def test_an_address_beyond_loopback(self):
        code, said = self.refused("--node.listen=0.0.0.0:0")
        self.assertEqual(code, 2)
        self.assertIn("insecure", said)

    def test_wrong_configs(self):
        rows = [
            (b"[worker]\nslotz = 3\n", "slots"),
            (b"[worker]\nslots = many\n", "many"),
            (b"\x00\xff\xfe garbage \x80", ":1:"),
            (b"[node\nname = x\n", ":1:"),
        ]
        for text, part in rows:
            with self.subTest(text=text):
                path = self.folder / "bad.conf"
                path.write_bytes(text)
                code, said = self.refused("--config", str(path))
                self.assertEqual(code, 2)
                self.assertIn(part, said)
                self.assertEqual(said.count("\n"), 1, "one sentence")


if __name__ == "__main__":
    unittest.main(verbosity=2)
