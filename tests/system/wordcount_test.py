#!/usr/bin/env python3
"""Counts words while each second an actor or a worker process is killed.

    TROUPE_BIN=build/dev/bin python3 -B tests/system/wordcount_test.py
"""
# ctest: timeout=300
# ctest: serial

import collections
import json
import pathlib
import random
import tempfile
import time
import unittest

import chaos

WORKERS = 3
SEED = 11
WORDS = 400_000
# How long the job would take if nobody broke anything, about.
CALM_SECONDS = 25
COPIES_MAX = 3000
KILLS_MIN = 8


class killer(chaos.monkey):
    """Kills actors by their path, and worker processes."""

    def kinds(self):
        return [self.kill_actor] * 2 + [self.kill_process]


class words_are_counted(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        chance = random.Random(SEED)
        text = chance.choices([f"w{i}" for i in range(20_000)], k=WORDS)
        self.counts = collections.Counter(text)
        self.path = pathlib.Path(folder.name, "words.txt")
        self.path.write_text("\n".join(text) + "\n")
        self.of = chaos.cluster(WORKERS)
        self.addCleanup(self.of.stop)

    def count(self, copies):
        """Counts the file's words so many times over; returns the job."""
        ended = self.of.troupe(
            "--json", "run", "wordcount", "--split", *[self.path] * copies,
            "--chunk", "64KiB", "--reduce", "merge_counts", "--max-crashes", 0,
        )
        self.assertEqual(ended.returncode, 0, ended.stderr.decode())
        job = json.loads(ended.stdout)
        self.assertEqual(
            job["result"], {w: n * copies for w, n in self.counts.items()}
        )
        return job

    def test_exactly_although_somebody_dies_each_second(self):
        self.count(1)  # The first one waits until the workers have joined.
        began = time.monotonic()
        self.count(10)
        one = (time.monotonic() - began) / 10
        copies = max(1, min(COPIES_MAX, int(CALM_SECONDS / one)))
        kills = killer(self.of, random.Random(SEED))
        began = time.monotonic()
        kills.start()
        try:
            job = self.count(copies)
        finally:
            seconds = time.monotonic() - began
            kills.done.set()
            kills.join()
        self.assertEqual(kills.problems, [])
        self.assertEqual(chaos.audit(self.of, [job["job"]]), [])
        total = sum(kills.counts.values())
        shown = ", ".join(f"{n} {x}" for x, n in sorted(kills.counts.items()))
        print(f"{WORDS * copies} words in {job['tasks']} tasks counted exactly "
              f"in {seconds:.1f} s on {WORKERS} workers with {total} kills: "
              f"{shown}", flush=True)
        self.assertGreaterEqual(total, KILLS_MIN)


if __name__ == "__main__":
    unittest.main(verbosity=2)
