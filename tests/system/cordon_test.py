#!/usr/bin/env python3
"""Nodes that people take out of work and back in, with real `trouped`
processes, and why tasks are where they are.

    TROUPE_BIN=build/dev/bin python3 -B tests/system/cordon_test.py [TEST...]
"""
# ctest: timeout=300
# ctest: serial

import json
import signal
import subprocess
import time
import unittest

from cluster_test import PROGRAMS, cluster_case, environment, starts


class nodes_are_taken_out_of_work(cluster_case):
    def shown(self, name):
        nothing = {"state": None, "cordoned": None}
        nodes = self.json("nodes")
        return next((n for n in nodes if n["name"] == name), nothing)

    def line(self, log, pause):
        """A command that says when it began, and in which worker."""
        return json.dumps(
            {
                "argv": [
                    "sh", "-c",
                    f'echo "$1 $PPID $(date +%s%N)" >> {log}; sleep {pause}; '
                    'echo "$1"',
                    "sh", "{}",
                ]
            }
        )

    def commands(self, log, count, pause):
        args = ["exec", "--args", self.line(log, pause)]
        for i in range(count):
            args += ["--input", json.dumps(str(i))]
        return args

    def results(self, job):
        texts = json.loads(self.troupe("result", job).stdout)
        return [int(x["stdout"]) for x in texts]

    def test_a_node_is_drained_while_a_job_runs(self):
        log = self.folder / "log"
        self.lead()
        nodes = {
            name: self.work(name, "--worker.exec=yes", slots=2)
            for name in ("a", "b")
        }
        self.eventually(lambda: len(self.up()) == 3, "both join")
        job = self.json("submit", *self.commands(log, 80, 0.1))["job"]
        pid = nodes["a"].process.pid
        self.eventually(
            lambda: log.exists()
            and {p for _, p, _ in starts(log)} == {n.process.pid for n in nodes.values()},
            "both work",
        )
        ended = self.troupe("drain", "a", "--wait")
        empty_at = time.time()
        self.assertIn(b"a is drained", ended.stdout)
        a = self.shown("a")
        self.assertEqual(
            (a["state"], a["cordoned"], a["busy"], a["queued"]),
            ("up", True, 0, 0),
        )
        self.assertIn(b"up, drained", self.troupe("nodes").stdout)
        self.troupe("wait", job)
        self.assertEqual(self.results(job), list(range(80)))
        self.assertTrue(self.json("verify", job)["ok"])
        status = self.json("job", job)
        self.assertEqual((status["succeeded"], status["attempts"]), (80, 80))
        began = starts(log)
        self.assertEqual(sorted(i for i, _, _ in began), list(range(80)),
                         "each ran once: all of them ended in time")
        self.assertLess(max(at for _, p, at in began if p == pid), empty_at)
        # Nothing new, until it is uncordoned.
        more = self.folder / "more"
        job = self.json("submit", *self.commands(more, 10, 0.01))["job"]
        self.troupe("wait", job)
        self.assertNotIn(pid, {p for _, p, _ in starts(more)})
        self.troupe("uncordon", "a")
        last = self.folder / "last"
        job = self.json("submit", *self.commands(last, 20, 0.1))["job"]
        self.troupe("wait", job)
        self.assertIn(pid, {p for _, p, _ in starts(last)})

    def test_what_runs_for_too_long_is_handed_back_without_blame(self):
        log = self.folder / "log"
        self.lead()
        first = self.work("a", "--worker.exec=yes")
        self.eventually(lambda: "a" in self.up(), "a joins")
        # On the first node it takes for ever.
        line = json.dumps(
            f'echo "0 $PPID 0" >> {log}; '
            f"[ $PPID != {first.process.pid} ] || sleep 600"
        )
        job = self.json("submit", "exec", "--input", line)["job"]
        self.eventually(log.exists, "it runs")
        running = self.json("explain", f"{job}/0")
        self.assertEqual(
            (running["state"], running["node"], running["running"]),
            ("leased", "a", True),
        )
        ended = self.troupe("drain", "a", "--grace", "60s", "--timeout", "1s",
                            code=124)
        self.assertIn("1 slot runs a task", ended.err)
        self.work("b", "--worker.exec=yes")
        self.eventually(lambda: "b" in self.up(), "b joins")
        self.troupe("drain", "a", "--grace", "200ms", "--wait")
        self.troupe("wait", job)
        status = self.json("job", job)
        self.assertEqual((status["succeeded"], status["attempts"]), (1, 1))
        self.assertTrue(self.json("verify", job)["ok"])
        self.assertEqual(len(log.read_text().splitlines()), 2)
        self.troupe("uncordon", "a")
        self.troupe("cordon", "b")
        # Its slot is free: nothing of the old task is left.
        self.troupe("run", "exec", "--input", '"echo 1"')
        self.assertEqual(self.shown("a")["zombies"], 0)

    def test_a_cordon_outlives_restarts(self):
        self.lead("--node.faults=yes")
        worker = self.work("a")
        self.eventually(lambda: "a" in self.up(), "a joins")
        self.troupe("cordon", "a")
        worker.kill(signal.SIGTERM)
        self.eventually(lambda: self.shown("a")["state"] == "gone", "a goes")
        self.assertTrue(self.shown("a")["cordoned"])
        # Who passes the question on is hit itself: no answer comes.
        path = "coordinator/cluster/membership"
        asking = subprocess.Popen(
            [PROGRAMS / "troupe", "--connect", self.where, "fault", "kill",
             "lead", path],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=environment(),
        )
        self.eventually(
            lambda: any(
                x["path"] == path and x["restarts"] == 1
                for x in self.json("tree", "lead")
            ),
            "membership is restarted",
        )
        asking.kill()
        asking.wait()
        self.eventually(lambda: self.shown("a")["cordoned"], "it is known again")
        self.work("a")
        self.eventually(lambda: "a" in self.up(), "a comes back")
        self.assertTrue(self.shown("a")["cordoned"])
        job = self.json("submit", "echo", "--input", "1")["job"]
        self.troupe("wait", job, "--timeout", "500ms", code=124)
        why = self.json("explain", job)
        self.assertFalse(why["impossible"])
        self.assertEqual(
            [(x["node"], x["runs_it"]) for x in why["workers"]], [("a", "not now")]
        )
        self.assertIn("cordoned", why["workers"][0]["why"])
        self.troupe("uncordon", "a")
        self.troupe("wait", job)

    def test_nodes_that_never_were_are_refused(self):
        self.lead()
        self.work("alpha")
        self.eventually(lambda: "alpha" in self.up(), "alpha joins")
        for command in "cordon", "uncordon", "drain":
            ended = self.troupe(command, "alhpa", code=1)
            self.assertIn('did you mean "alpha"?', ended.err)
            self.assertIn("coordinator", self.troupe(command, "lead", code=1).err)


class tasks_are_explained(cluster_case):
    def test_a_function_that_nobody_has(self):
        self.lead()
        rare = self.work("rare", "--worker.exec=yes")
        self.work("plain")
        self.eventually(lambda: len(self.up()) == 3, "both join")
        self.troupe("cordon", "rare")
        job = self.json("submit", "exec", "--input", '"echo 1"')["job"]
        why = self.json("explain", job)
        verdicts = {x["node"]: x["runs_it"] for x in why["workers"]}
        self.assertEqual(verdicts, {"rare": "not now", "plain": "never"})
        self.assertFalse(why["impossible"])
        rare.kill()
        self.eventually(lambda: "rare" not in self.up(), "rare is gone")
        why = self.json("explain", f"{job}/0")
        self.assertTrue(why["impossible"])
        self.assertEqual(why["state"], "ready")
        self.assertIn('"exec"', why["workers"][0]["why"])
        self.assertIn('"exec"', self.json("job", job)["reason"])
        text = self.troupe("explain", job).stdout.decode()
        self.assertIn(f"task {job}/0 is ready, attempt 1", text)
        self.assertIn("no worker that is known can ever run it", text)
        self.troupe("uncordon", "rare")
        self.work("rare", "--worker.exec=yes")
        self.troupe("wait", job)
        self.assertEqual(self.json("explain", f"{job}/0")["state"], "succeeded")

    def test_a_place_in_the_queue_and_a_dead_letter(self):
        self.lead()
        self.work("a", "--worker.exec=yes")
        self.eventually(lambda: "a" in self.up(), "a joins")
        self.troupe("cordon", "a")
        job = self.json("submit", "fail", "--range", "0..100", "--retries", 0)["job"]
        why = self.json("explain", f"{job}/40")
        self.assertEqual(why["tasks_before"], 40)
        self.assertIn("no task 100", self.troupe("explain", f"{job}/100", code=1).err)
        self.troupe("uncordon", "a")
        self.troupe("wait", job, code=1)
        self.assertEqual(self.json("explain", f"{job}/0")["state"], "succeeded")
        why = self.json("explain", f"{job}/99")
        self.assertEqual((why["state"], why["node"]), ("dead", "a"))
        self.assertIn("given up after 1 attempt", why["why"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
