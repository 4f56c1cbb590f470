#!/usr/bin/env python3
"""What people watch a cluster with: status, check, node, config, log, events
and top, the last one in a terminal; with real processes.

    TROUPE_BIN=build/dev/bin python3 -B tests/system/watching_test.py [TEST...]
"""
# ctest: timeout=300
# ctest: serial

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import unittest

from cluster_test import PROGRAMS, SECONDS_MAX, cluster_case, environment


class screen:
    """A terminal with `troupe` in it; knows what is on its rows."""

    def __init__(self, args, columns=80, rows=24):
        self.there, here = pty.openpty()
        self.here = here
        self.resize(columns, rows)
        self.before = termios.tcgetattr(here)
        self.rows = []
        self.seen = b""
        self.process = subprocess.Popen(
            args, stdin=here, stdout=here, stderr=subprocess.PIPE,
            env={**environment(), "TERM": "xterm", "NO_COLOR": "1"},
            start_new_session=True,
        )

    def resize(self, columns, rows):
        fcntl.ioctl(self.here, termios.TIOCSWINSZ,
                    struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys):
        os.write(self.there, keys)

    def read(self):
        while select.select([self.there], [], [], 0)[0]:
            self.seen += os.read(self.there, 65536)
        # A frame begins at the top and ends by erasing what is below.
        frames = re.findall(rb"\x1b\[H(.*?)\x1b\[J", self.seen, re.DOTALL)
        if frames:
            text = re.sub(rb"\x1b\[[0-9;]*[mK]", b"", frames[-1]).decode()
            self.rows = text.split("\r\n")
        return self.rows

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stderr.close()
        os.close(self.here)
        os.close(self.there)


class people_watch(cluster_case):
    def top(self, *args, columns=80, rows=24):
        started = screen(
            [PROGRAMS / "troupe", "--connect", self.where,
             "--connect-timeout", "2s", "top", *args], columns, rows)
        self.addCleanup(started.stop)
        return started

    def shows(self, of, part, what=None):
        self.eventually(lambda: any(part in row for row in of.read()),
                        f"{what or part}: {of.rows}")

    def follow(self, *args):
        started = subprocess.Popen(
            [PROGRAMS / "troupe", "--connect", self.where, "--json",
             "--connect-timeout", "2s", *args],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())

        def stop():
            if started.poll() is None:
                started.kill()
            started.wait()
            started.stdout.close()
            started.stderr.close()

        self.addCleanup(stop)
        return started

    def test_options_say_where_they_came_from(self):
        config = self.folder / "n.conf"
        config.write_text("[node]\nname = beta\n\n[log]\nlevel = debug\n")
        self.lead()
        self.start(f"--config={config}", "--node.roles=worker",
                   f"--node.join={self.where}", "--worker.slots=3")
        self.eventually(lambda: "beta" in self.up(), "it joins")
        values = {x["key"]: x for x in self.json("config", "beta")["values"]}
        self.assertEqual(values["node.name"]["origin"], f"{config}:2")
        self.assertEqual(values["log.level"],
                         {"key": "log.level", "value": "debug", "means": "",
                          "origin": f"{config}:5"})
        self.assertEqual(values["worker.slots"]["origin"],
                         "flag --worker.slots")
        self.assertEqual(values["node.cluster"]["origin"], "default")
        self.assertNotEqual(values["worker.memory"]["means"], "")
        process = self.json("node", "beta")["process"]
        self.assertGreater(process["memory_bytes"], 1_000_000)
        self.assertEqual(process["listen"], "-")
        self.assertEqual(self.json("node", "lead")["process"]["listen"],
                         self.where)

    def test_monitoring_gets_its_exit_codes(self):
        lead = self.lead()
        self.assertIn(b"no worker", self.troupe("check", code=2).stdout)
        self.work("a")
        self.eventually(lambda: "a" in self.up(), "a joins")
        self.assertTrue(self.troupe("check").stdout.startswith(b"OK: "))
        self.troupe("check", "--warn-workers", "2", code=1)
        lead.kill()
        ended = self.troupe("--connect-timeout", "300ms", "check", code=2)
        self.assertTrue(ended.stdout.startswith(b"CRITICAL: "), ended.stdout)
        self.assertEqual(ended.stdout.count(b"\n"), 1)

    def test_a_log_is_followed_over_the_loss_of_the_coordinator(self):
        lead = self.lead()
        self.work("a")
        self.eventually(lambda: "a" in self.up(), "a joins")
        following = self.follow("log", "a", "--follow", "--limit", "0")
        self.eventually(
            lambda: select.select([following.stdout], [], [], 0)[0], "it begins")
        lead.kill()
        said = following.stderr.readline()
        self.assertIn(b"waiting until it is back", said)
        self.lead(listen=self.where)
        self.eventually(lambda: "a" in self.up(), "a comes back")
        joins = lambda: [x for x in self.json("log", "a", "--limit", "0")
                         if "joined" in x["text"]]
        self.eventually(lambda: len(joins()) >= 2, "it joined twice")
        last = self.json("log", "a", "--limit", "0")[-1]["seq"]
        seen = b""

        def has_come():
            nonlocal seen
            while select.select([following.stdout], [], [], 0)[0]:
                seen += os.read(following.stdout.fileno(), 65536)
            return f'"seq": {last},'.encode() in seen

        self.eventually(has_come, "the last line comes")
        following.send_signal(signal.SIGINT)
        rest, said = following.communicate(timeout=SECONDS_MAX)
        self.assertEqual(following.returncode, 130, said)
        numbers = [x["seq"] for x in json.loads(seen + rest)]
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        self.assertIn(b"it is back", said)

    def test_events_come_as_they_happen(self):
        self.lead()
        following = self.follow("events", "--follow", "--kind",
                                "node_joined,node_left", "--limit", "3",
                                "--timeout", "60s")
        self.eventually(
            lambda: select.select([following.stdout], [], [], 0)[0], "it begins")
        worker = self.work("a")
        self.eventually(lambda: "a" in self.up(), "a joins")
        worker.kill()
        self.work("b")
        out, said = following.communicate(timeout=SECONDS_MAX)
        self.assertEqual(following.returncode, 0, said)
        found = [(x["kind"], x["node"]) for x in json.loads(out)]
        self.assertEqual(sorted(found), [("node_joined", "a"),
                                         ("node_joined", "b"),
                                         ("node_left", "a")])

    def test_what_follows_ends_with_its_reader(self):
        self.lead()
        follows = (("events", "--follow"), ("log", "lead", "--follow"),
                   ("monitor", "coordinator/event_hub"))
        for args in follows:
            with self.subTest(args=args):
                following = self.follow(*args)
                self.eventually(
                    lambda: select.select([following.stdout], [], [], 0)[0],
                    "it begins")
                following.stdout.close()  # As `| head -1` does.
                self.assertEqual(following.wait(SECONDS_MAX), 0)
        # Where nothing can be written, that is said.
        with open("/dev/full", "wb") as full:
            ended = subprocess.run(
                [PROGRAMS / "troupe", "--connect", self.where, "--json",
                 "events", "--follow"], stdout=full, stderr=subprocess.PIPE,
                env=environment(), timeout=SECONDS_MAX)
        self.assertEqual(ended.returncode, 1)
        self.assertIn(b"cannot write to stdout", ended.stderr)

    def test_top_lives_in_a_terminal(self):
        lead = self.lead()
        self.work("a")
        self.eventually(lambda: "a" in self.up(), "a joins")
        top = self.top()
        self.shows(top, "[nodes] jobs  by name")
        self.assertEqual(len(top.rows), 24)
        self.assertEqual(termios.tcgetattr(top.here)[3] & termios.ECHO, 0)
        self.shows(top, "a     up")
        top.type(b"jjk\r")
        self.shows(top, "memory ")
        top.type(b"\x1b")
        self.shows(top, "[nodes] jobs")
        job = self.json("submit", "sleep", "--input", "600000")["job"]
        top.type(b"\t")
        self.shows(top, f"  {job}  running")
        top.resize(40, 10)
        self.eventually(lambda: len(top.read()) == 10, "it is smaller")
        self.assertLessEqual(max(map(len, top.rows)), 40)
        top.resize(200, 60)
        self.eventually(lambda: len(top.read()) == 60, "it is larger")
        lead.kill()
        self.shows(top, "LOST: ")
        top.type(b"?")
        self.shows(top, "Enter             look into")
        top.type(b"\x1b")
        self.lead(listen=self.where)
        self.eventually(
            lambda: top.read() and not any("LOST" in x for x in top.rows),
            "it is back")
        top.type(b"q")
        self.assertEqual(top.process.wait(SECONDS_MAX), 0)
        self.assertEqual(termios.tcgetattr(top.here), top.before)
        top.read()
        self.assertTrue(top.seen.endswith(b"\x1b[?25h\x1b[?1049l"))

    def test_top_leaves_the_terminal_as_it_was(self):
        self.lead()
        for what, code in ((b"\x03", 0), (signal.SIGTERM, -signal.SIGTERM),
                           (signal.SIGINT, 0)):
            top = self.top()
            self.shows(top, "[nodes] jobs")
            if isinstance(what, bytes):
                top.type(what)
            else:
                top.process.send_signal(what)
            self.assertEqual(top.process.wait(SECONDS_MAX), code)
            self.assertEqual(termios.tcgetattr(top.here), top.before)
            top.read()
            self.assertTrue(top.seen.endswith(b"\x1b[?25h\x1b[?1049l"))


    def test_two_quick_interrupts_leave_the_terminal_as_it_was(self):
        self.lead()
        for pause in (0.0, 0.002, 0.005, 0.01, 0.02, 0.03) * 2:
            top = self.top()
            self.shows(top, "[nodes] jobs")
            top.process.send_signal(signal.SIGINT)
            select.select([], [], [], pause)
            top.process.send_signal(signal.SIGINT)
            self.assertIn(top.process.wait(SECONDS_MAX), (0, 130))
            self.assertEqual(termios.tcgetattr(top.here), top.before)
            top.read()
            self.assertTrue(top.seen.endswith(b"\x1b[?25h\x1b[?1049l"))

    def test_top_says_that_no_answer_comes(self):
        lead = self.lead()
        top = self.top()
        self.shows(top, "1 of 1 nodes up")
        lead.process.send_signal(signal.SIGSTOP)
        self.addCleanup(lead.process.send_signal, signal.SIGCONT)
        self.shows(top, "NO ANSWER for 2 s")
        lead.process.send_signal(signal.SIGCONT)
        self.eventually(
            lambda: top.read() and not any(
                "NO ANSWER" in x or "LOST" in x for x in top.rows),
            "it answers")

    def test_a_wrong_path_is_explained_by_who_has_its_root(self):
        self.lead()
        self.work("z")  # It is asked last, and has no such root.
        self.eventually(lambda: "z" in self.up(), "z joins")
        wrong = self.troupe("describe", "coordinator/cluster/scheduler/x",
                            code=1)
        self.assertNotIn('; "coordinator" is the part', wrong.err)


if __name__ == "__main__":
    unittest.main()
