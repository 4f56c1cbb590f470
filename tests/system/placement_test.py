#!/usr/bin/env python3
"""Where tasks run, with real `trouped` processes: labels, resources, inputs
that name a node, and idle slots that take over what others have not begun.

    TROUPE_BIN=build/dev/bin python3 -B tests/system/placement_test.py [TEST...]
"""
# ctest: timeout=120
# ctest: serial

import json
import unittest

from cluster_test import cluster_case, starts


class tasks_run_where_they_should(cluster_case):
    def cluster(self, **workers):
        """Starts workers with options; returns their process ids by name."""
        self.lead()
        nodes = {
            name: self.work(name, "--worker.exec=yes", *options)
            for name, options in workers.items()
        }
        self.eventually(lambda: len(self.up()) == len(nodes) + 1, "all join")
        return {node.process.pid: name for name, node in nodes.items()}

    def commands(self, log, count, pause=0.02):
        """A job of commands that note when they began and end, and where."""
        line = {
            "argv": [
                "sh", "-c",
                f'echo "$1 $PPID $(date +%s%N)" >> {log}; sleep {pause}; '
                f'echo "$1 - $(date +%s%N)" >> {log}.ends',
                "sh", "{}",
            ]
        }
        args = ["exec", "--args", json.dumps(line), "--reduce", "count"]
        for i in range(count):
            args += ["--input", json.dumps(str(i))]
        return args

    def ran_on(self, log, names):
        return {names[pid] for _, pid, _ in starts(log)}

    def most_at_once(self, log):
        """How many commands ran at the same time."""
        ends = log.with_name(f"{log.name}.ends").read_text().splitlines()
        changes = [(int(line.split()[2]), -1) for line in ends]
        changes += [(round(at * 1e9), 1) for _, _, at in starts(log)]
        running = most = 0
        for _, change in sorted(changes):
            running += change
            most = max(most, running)
        return most

    def test_labels_choose_the_node(self):
        names = self.cluster(
            a=["--worker.labels=zone=a,gpu"], b=["--worker.labels=zone=b"]
        )
        log = self.folder / "required"
        self.troupe("run", *self.commands(log, 30), "--label", "zone=b")
        self.assertEqual(self.ran_on(log, names), {"b"})
        # Labels that nobody has: it waits, and says for what.
        job = self.json("submit", *self.commands(log, 3), "--label", "zone=b",
                        "--label", "gpu")["job"]
        why = self.json("explain", f"{job}/0")
        self.assertEqual((why["state"], why["impossible"]), ("ready", True))
        self.assertIn("zone=b, gpu", why["why"])
        self.eventually(
            lambda: "zone=b, gpu" in self.json("job", job).get("reason", ""),
            "the job says so, too",
        )
        self.troupe("cancel", job)

    def test_what_is_offered_is_never_exceeded(self):
        self.lead()
        self.work("a", "--worker.exec=yes", "--worker.resources=gpu:1",
                  slots=4)
        self.eventually(lambda: "a" in self.up(), "it joins")
        for options, want in (
            (["--resource", "gpu:0.5"], 2),
            (["--cpus", "4"], 1),
            ([], 4),
        ):
            log = self.folder / f"log{want}"
            self.troupe("run", *self.commands(log, 12, 0.05), *options)
            self.assertLessEqual(self.most_at_once(log), want, options)
            self.assertEqual(len(starts(log)), 12)
        job = self.json("submit", "noop", "--range", "0..3", "--resource",
                        "gpu:2")["job"]
        self.assertTrue(self.json("explain", job)["impossible"])

    def test_inputs_go_to_the_node_that_they_name(self):
        names = self.cluster(a=[], b=[])
        log = self.folder / "log"
        # Few: more of them, and the idle node would help.
        self.troupe("run", *self.commands(log, 1), "--placement", "locality",
                    "--near", "b")
        self.assertEqual(self.ran_on(log, names), {"b"})

    def test_an_idle_node_takes_over_what_a_busy_one_has_not_begun(self):
        self.lead()
        self.work("a")
        self.eventually(lambda: "a" in self.up(), "a joins")
        # Sleeping seems to take no time, so a lease has many tasks.
        self.troupe("run", "sleep", "--range", "0..1", "--reduce", "count")
        args = ["sleep", "--reduce", "count", "--input", "20000"]
        for _ in range(200):
            args += ["--input", "0"]
        job = self.json("submit", *args)["job"]
        self.eventually(
            lambda: self.json("explain", f"{job}/0")["running"], "the first runs"
        )
        held = self.json("explain", f"{job}/10")
        self.work("b")
        self.eventually(
            lambda: self.json("job", job)["succeeded"] >= 190,
            "all but the first run on b",
        )
        self.assertEqual(self.json("job", job)["state"], "running", held)
        self.troupe("cancel", job)


if __name__ == "__main__":
    unittest.main()
