#!/usr/bin/env python3
"""People look at actors, restart and stop them, with real `trouped` processes.

    TROUPE_BIN=build/dev/bin python3 -B tests/system/actors_test.py [TEST...]
"""
# ctest: timeout=300
# ctest: serial

import json
import subprocess
import unittest

from cluster_test import PROGRAMS, cluster_case, environment

SCHEDULER = "coordinator/cluster/scheduler"
WORKER = "worker/worker_tree/worker"
RUNNER = "worker/worker_tree/runners/0"


class actors_are_looked_at_and_restarted(cluster_case):
    def grow(self, *flags):
        self.lead(*flags)
        for name in ("a", "b"):
            self.work(name, *flags)
        self.eventually(lambda: len(self.up()) == 3, "both join")

    def child(self, path, node):
        """The actor's entry, or none while its agent is being restarted."""
        ended = subprocess.run(
            [PROGRAMS / "troupe", "--connect", self.where, "--json", "describe",
             path, "--node", node],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=environment(),
        )
        return json.loads(ended.stdout)["child"] if ended.stdout else {}

    def restarted(self, path, node):
        answer = self.json("restart", path, "--node", node)
        self.assertEqual(answer["done"], "restarting")
        self.eventually(
            lambda: self.child(path, node).get("restarts", 0) > 0
            and self.child(path, node).get("state") == "running",
            f"{path} runs again",
        )

    def test_a_job_survives_what_people_restart(self):
        self.grow()
        job = self.json("submit", "sleep",
                        *[x for i in range(200) for x in ("--input", "50")])["job"]
        self.eventually(lambda: self.json("job", job)["succeeded"] > 0, "it runs")
        self.restarted(SCHEDULER, "lead")
        self.restarted(WORKER, "a")
        said = self.troupe("stop", RUNNER, "--node", "b", code=1).err
        self.assertIn("troupe drain", said)
        self.restarted(RUNNER, "b")
        self.troupe("wait", job, seconds=120)
        self.assertTrue(self.json("verify", job)["ok"])
        self.assertEqual(self.json("job", job)["succeeded"], 200)

    def test_every_actor_is_listed_and_found(self):
        self.grow()
        listed = self.json("actors")
        self.assertEqual({x["node"] for x in listed}, {"lead", "a", "b"})
        for x in listed:
            self.assertIsInstance(x["mailbox"], int, x)
            self.assertGreater(x["handled"], -1, x)
            self.json("describe", x["path"], "--node", x["node"])
            self.json("state", x["path"], "--node", x["node"])
        # On one node only: no --node needed. On both: it is.
        self.assertEqual(self.json("state", SCHEDULER)["node"], "lead")
        said = self.troupe("state", WORKER, code=2).err
        self.assertIn("(a, b)", said)

    def test_a_function_is_spawned_on_the_node_that_was_chosen(self):
        self.grow()
        self.assertEqual(
            self.json("spawn", "echo", "--input", "7", "--node", "b")["result"], 7)
        said = self.troupe("spawn", "sleep", "--input", "60000", "--for",
                           "200ms", "--node", "a", code=1).err
        self.assertIn("did not end within 200 ms", said)

    def test_monitor_tells_of_an_end(self):
        self.grow()
        watching = subprocess.Popen(
            [PROGRAMS / "troupe", "--connect", self.where, "--json", "monitor",
             SCHEDULER, "--once", "--timeout", "60s"],
            stdout=subprocess.PIPE, env=environment(),
        )
        self.addCleanup(watching.stdout.close)
        self.addCleanup(watching.kill)
        watching.stdout.readline()
        watching.stdout.readline()
        self.json("restart", SCHEDULER)
        rest, _ = watching.communicate(timeout=60)
        self.assertEqual(watching.returncode, 0)
        self.assertIn(b'"reason":"killed"', rest)

    def test_a_node_that_lets_nobody_change_it(self):
        self.grow("--node.control=no")
        for command in (("restart", SCHEDULER), ("stop", "coordinator/event_hub"),
                        ("send", SCHEDULER, "flush"),
                        ("spawn", "echo", "--node", "a")):
            said = self.troupe(*command, code=1).err
            self.assertIn("node.control = yes", said)
        self.json("state", SCHEDULER)


if __name__ == "__main__":
    unittest.main()
