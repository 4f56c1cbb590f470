#!/usr/bin/env python3
"""A worker behind a network that is cut and loses packets.

    TROUPE_BIN=build/dev/bin python3 -B tests/system/network_test.py [TEST...]

The worker lives in a network namespace of its own; where none can be made, or
no packets can be dropped, the tests are skipped and say why.
"""
# ctest: timeout=200
# ctest: serial

import os
import select
import subprocess
import time
import unittest

from cluster_test import PROGRAMS, cluster_case, node

# 5 % of all packets in classic BPF, for kernels without netem: load a random
# number, and drop (2) if it is below 0.05 * 2^32, else go on (0).
LOSS = "5%"
LOSS_PROGRAM = "4,32 0 0 4294963256,53 0 1 214748364,6 0 0 0,6 0 0 2"
TASKS = 1500
TASK_MS = 10


def pause(seconds):
    select.select([], [], [], seconds)


def command(*words):
    """Returns whether a command went well, and what it said."""
    try:
        ended = subprocess.run(words, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, timeout=20)
    except FileNotFoundError:
        return False, f"there is no program {words[0]}"
    return ended.returncode == 0, ended.stdout.decode("utf-8", "replace").strip()


class remote_case(cluster_case):
    """A coordinator here, a worker beside it and one behind a link."""

    def must(self, *words):
        done, said = command(*words)
        if not done:
            self.skipTest(f"`{' '.join(words)}` is not possible here: {said}")

    def setUp(self):
        super().setUp()
        pid = os.getpid()
        self.space = f"troupe{pid}"
        self.here = f"tr{pid}h"
        self.there = f"tr{pid}t"
        # A range for tests of networks (RFC 2544), and a part of it by chance.
        net = f"198.18.{pid % 256}"
        self.address = f"{net}.1"
        self.addCleanup(command, "ip", "netns", "delete", self.space)
        self.must("ip", "netns", "add", self.space)
        self.addCleanup(command, "ip", "link", "delete", self.here)
        self.must("ip", "link", "add", self.here, "type", "veth", "peer",
                  "name", self.there, "netns", self.space)
        self.must("ip", "address", "add", f"{net}.1/30", "dev", self.here)
        self.must("ip", "link", "set", self.here, "up")
        self.must("ip", "-n", self.space, "address", "add", f"{net}.2/30",
                  "dev", self.there)
        self.must("ip", "-n", self.space, "link", "set", self.there, "up")
        self.lead("--node.insecure=yes", listen=f"{self.address}:0")
        self.work("near")
        self.far = node(
            "--node.roles=worker", "--node.name=far",
            f"--node.join={self.where}", "--worker.slots=1",
            program=("ip", "netns", "exec", self.space, PROGRAMS / "trouped"),
        )
        self.addCleanup(self.far.stop)
        self.eventually(lambda: {"near", "far"} <= set(self.up()), "they join")

    def run_job_while(self, something):
        """Runs a job of about 8 s; returns its seconds."""
        began = time.monotonic()
        args = [x for i in range(TASKS) for x in ("--input", str(TASK_MS))]
        job = self.json("submit", "sleep", *args)["job"]
        self.eventually(lambda: self.json("job", job)["succeeded"] > 20, "it runs")
        something()
        ended = self.json("wait", job, "--result")
        seconds = time.monotonic() - began
        self.assertEqual(ended["result"], [TASK_MS] * TASKS)
        self.assertEqual(ended["attempts"], TASKS, "each counts once")
        audit = self.json("verify", job)
        self.assertTrue(audit["ok"] and not audit["incomplete"], audit)
        self.eventually(lambda: "far" in self.up(), "the worker is back")
        self.assertIsNone(self.far.process.poll())
        return seconds

    def link(self, state):
        done, said = command("ip", "link", "set", self.here, state)
        self.assertTrue(done, said)


class links(remote_case):
    def cut_for(self, seconds):
        self.link("down")
        pause(seconds)
        self.link("up")

    def test_cut_for_half_a_second(self):
        took = self.run_job_while(lambda: self.cut_for(0.5))
        print(f"link cut for 0.5 s: exact after {took:.1f} s", flush=True)

    def test_cut_for_five_seconds(self):
        took = self.run_job_while(lambda: self.cut_for(5))
        print(f"link cut for 5 s: exact after {took:.1f} s", flush=True)


class packets(remote_case):
    def lose(self, *where):
        """Drops a share of the packets that a device sends (netem) or gets."""
        space, device = where
        tc = ["ip", "netns", "exec", space, "tc"] if space else ["tc"]
        done, _ = command(*tc, "qdisc", "add", "dev", device, "root", "netem",
                          "loss", LOSS)
        if done:
            return "netem"
        self.must(*tc, "qdisc", "add", "dev", device, "clsact")
        self.must(*tc, "filter", "add", "dev", device, "ingress", "bpf",
                  "direct-action", "bytecode", LOSS_PROGRAM)
        return "a BPF filter"

    def dropped(self):
        words = ["tc", "-s", "qdisc", "show", "dev", self.here]
        said = command(*words)[1]
        return sum(int(x.split("dropped ")[1].split(",")[0])
                   for x in said.splitlines() if "dropped" in x)

    def test_lost_both_ways(self):
        self.lose(self.space, self.there)
        by = self.lose(None, self.here)
        took = self.run_job_while(lambda: None)
        lost = self.dropped()
        print(f"{LOSS} of packets lost both ways by {by}, {lost} in one of "
              f"them: exact after {took:.1f} s", flush=True)
        self.assertGreater(lost, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
