#!/usr/bin/env python3
"""A function that crashes its process for one of 10 000 inputs.

    TROUPE_BIN=build/dev/bin TROUPE_BUILD=build/dev \
      python3 -B tests/system/null_test.py
"""
# ctest: timeout=240
# ctest: serial

import time
import unittest

from cluster_test import TEST_WORKER, cluster_case, node

TASKS = 10_000
CRASHES_AT = 6789
SLOTS = "2"
# About 1 s when nobody else wants the processors; most tasks near the bad one
# end up in a lease of their own, and each of these waits for its turn.
ENDED_SECONDS_MAX = 180


class a_null_pointer(cluster_case):
    def test_costs_one_task_and_no_other(self):
        self.lead()
        end = self.keep_working(["a", "b"], lambda name: node(
            name, self.where, SLOTS, program=(TEST_WORKER,)
        ))
        self.eventually(lambda: {"a", "b"} <= set(self.up()), "they join")
        began = time.monotonic()
        job = self.json("submit", "crash_at", "--range", f"0..{TASKS}",
                        "--args", CRASHES_AT)["job"]
        self.troupe("wait", job, code=1, seconds=ENDED_SECONDS_MAX)
        seconds = time.monotonic() - began
        deaths = end()
        print(f"a null pointer in 1 of {TASKS} tasks: the job ended after "
              f"{seconds:.2f} s, {deaths} processes died", flush=True)
        self.check_dead_letter(job)
        self.check_each_other_counts_once(job)
        self.assertGreaterEqual(deaths, 3, "it takes three to be suspected")

    def check_dead_letter(self, job):
        letters = self.json("dead", "list", job)
        self.assertEqual([x["index"] for x in letters], [CRASHES_AT])
        self.assertEqual(letters[0]["code"], "kills_workers")
        self.assertIn("suspected of killing its workers", letters[0]["error"])
        history = self.json("dead", "show", f"{job}/{CRASHES_AT}")["history"]
        self.assertEqual(len(history), 3)
        self.assertEqual({x["code"] for x in history}, {"kills_workers"})

    def check_each_other_counts_once(self, job):
        ended = self.json("result", job, code=1)
        self.assertEqual((ended["succeeded"], ended["dead"]), (TASKS - 1, 1))
        self.assertEqual(ended["attempts"], TASKS - 1)
        self.assertEqual(ended["result"], [
            None if i == CRASHES_AT else i for i in range(TASKS)
        ])
        audit = self.json("verify", job)
        self.assertTrue(audit["ok"] and not audit["incomplete"], audit)
        self.assertEqual(audit["accepted"], TASKS - 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
