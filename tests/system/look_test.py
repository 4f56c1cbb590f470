#!/usr/bin/env python3
"""Looking at a job while its coordinator is lost, frozen or replaced, and
reading streamed results in turns: `troupe` and `trouped` as real processes.

    TROUPE_BIN=build/dev/bin python3 -B tests/system/look_test.py [TEST...]
"""
# ctest: timeout=300

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import unicodedata
import unittest

import shell_test
from shell_test import PROGRAMS, free_port, node, shell_case

SECONDS_MAX = 60


class program:
    """A `troupe` whose output is looked at while it runs."""

    def __init__(self, process):
        self.process = process
        self.out = b""
        self.err = b""

    def read_until(self, is_there):
        """Reads until `is_there(self)`; False when it ends before."""
        streams = [self.process.stdout, self.process.stderr]
        end = time.monotonic() + SECONDS_MAX
        while not is_there(self):
            assert time.monotonic() < end, (self.out, self.err)
            ready, _, _ = select.select(streams, [], [], 0.1)
            for stream in ready:
                more = os.read(stream.fileno(), 1 << 16)
                if stream is self.process.stdout:
                    self.out += more
                else:
                    self.err += more
                if not more:
                    streams.remove(stream)
            if not streams:
                return is_there(self)
        return True

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)

    def end(self):
        """Reads the rest and returns the exit code."""
        self.read_until(lambda _: False)
        code = self.process.wait(SECONDS_MAX)
        self.process.stdout.close()
        self.process.stderr.close()
        return code


class look_case(shell_case):
    """A coordinator and a worker of their own for each test."""

    slots = 2

    @classmethod
    def setUpClass(cls):
        pass

    def setUp(self):
        super().setUp()
        self.where = f"127.0.0.1:{free_port()}"
        self.coordinator = self.start_coordinator()
        worker = node(
            "--node.roles=worker",
            f"--node.join={self.where}",
            f"--worker.slots={self.slots}",
        )
        self.addCleanup(worker.stop)
        self.wait_for_worker()

    def start_coordinator(self, *flags):
        started = node(
            "--node.roles=coordinator", f"--node.listen={self.where}", *flags
        )
        self.addCleanup(started.stop)
        return started

    def replace_coordinator(self):
        """kill -9, and another one at the same port, without the jobs."""
        self.coordinator.process.kill()
        self.coordinator.process.wait()
        self.coordinator = self.start_coordinator()

    def freeze(self):
        self.coordinator.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.coordinator.process.send_signal(signal.SIGCONT)

    def look(self, *args):
        started = program(self.start(*args))
        self.addCleanup(started.process.kill)
        return started

    def submit(self, *args):
        return self.troupe("submit", *args).out.strip()


class lost_coordinator(look_case):
    # Each of them says something as soon as it waits.
    jobs = {
        "watch": ("sleep", "--input", 60000),
        "wait": ("sleep", "--input", 60000, "--label", "none"),
        "result": ("sleep", "--stream", "--input", 1, "--input", 60000),
    }

    def test_a_job_that_is_lost_with_its_coordinator(self):
        for command, job in self.jobs.items():
            with self.subTest(command=command):
                looking = self.look(command, self.submit(*job))
                looking.read_until(
                    lambda x: x.err if command == "wait" else x.out
                )
                self.replace_coordinator()
                self.assertEqual(looking.end(), 1, looking.err)
                said = looking.err.decode()
                # It may be back before anybody noticed.
                self.assertLessEqual(said.count("; waiting for it\n"), 1, said)
                self.assertIn("was lost when the coordinator", said)
                self.assertIn("submit it again", said)
                self.wait_for_worker()

    def test_a_job_outlives_a_frozen_coordinator(self):
        job = self.submit("sleep", "--input", 8000)
        watching = self.look("watch", job, "--json")
        watching.read_until(lambda x: x.out.count(b"\n") > 1)
        self.freeze()
        watching.read_until(lambda x: b"; waiting for it\n" in x.err)
        self.thaw()
        self.assertEqual(watching.end(), 0, watching.err)
        said = watching.err.decode()
        self.assertEqual(said.count("; waiting for it\n"), 1, said)
        self.assertEqual(said.count("is back"), 1, said)
        self.assertEqual(json.loads(watching.out)[-1]["state"], "succeeded")


class streamed_results(look_case):
    def indices(self, text):
        return [x["index"] for x in json.loads(text)]

    def test_readers_in_turns_get_each_result_once(self):
        tasks = 20000
        job = self.submit("echo", "--stream", "--range", f"0..{tasks}")
        seen = []
        for reader in range(200):
            reading = self.look("result", job, "--json")
            reading.read_until(lambda x: b"result" in x.out)
            reading.interrupt()
            code = reading.end()
            seen += self.indices(reading.out)
            if code == 0:
                break
            self.assertEqual(code, 130, reading.err)
            self.assertIn(f"troupe result {job}", reading.err.decode())
        self.assertGreater(reader, 0)
        self.assertEqual(sorted(seen), list(range(tasks)))
        self.assertEqual(self.json("job", job)["state"], "succeeded")

    def test_a_run_that_is_left_is_read_on(self):
        tasks = 300
        inputs = [x for i in range(tasks) for x in ("--input", i % 20)]
        running = self.look("run", "sleep", "--stream", "--json", *inputs)
        running.read_until(lambda x: x.out.count(b"\n") > 20)
        running.interrupt()
        self.assertEqual(running.end(), 130, running.err)
        first = self.indices(running.out)
        self.assertGreater(len(first), 10)
        rest = self.indices(self.troupe("--json", "result", 1).out)
        self.assertGreater(len(rest), 0)
        self.assertEqual(sorted(first + rest), list(range(tasks)))

    def test_results_outlive_a_frozen_coordinator(self):
        tasks = 400
        inputs = [x for i in range(tasks) for x in ("--input", 50)]
        job = self.submit("sleep", "--stream", *inputs)
        reading = self.look("result", job, "--json")
        reading.read_until(lambda x: x.out.count(b"\n") > 20)
        self.freeze()
        reading.read_until(lambda x: b"; waiting for it\n" in x.err)
        self.thaw()
        self.assertEqual(reading.end(), 0, reading.err)
        self.assertEqual(sorted(self.indices(reading.out)), list(range(tasks)))
        said = reading.err.decode()
        self.assertEqual(said.count("; waiting for it\n"), 1, said)
        self.assertEqual(said.count("is back"), 1, said)

    def test_a_reader_that_ends_early_leaves_the_rest(self):
        job = self.submit("echo", "--stream", "--range", "0..50000")
        reading = self.start("result", job)
        reading.stdout.readline()
        reading.stdout.close()  # As `| head -1` does.
        said = reading.stderr.read().decode()
        reading.stderr.close()
        self.assertEqual(reading.wait(SECONDS_MAX), 1, said)
        self.assertIn("nobody reads stdout any more", said)
        self.assertIn(f"troupe result {job}", said)
        self.assertEqual(self.json("job", job)["state"], "running")
        rest = self.troupe("result", job).out.splitlines()
        self.assertGreater(len(rest), 0)


class watching(look_case):
    def watch_on(self, control, terminal, job):
        """Watches a job on a terminal until its end; returns what it drew."""
        process = subprocess.Popen(
            shell_test.command_line(["watch", job], self.where),
            stdin=subprocess.DEVNULL,
            stdout=terminal,
            stderr=subprocess.DEVNULL,
            env=shell_test.environment(),
        )
        os.close(terminal)
        out = b""
        try:
            while True:
                out += os.read(control, 1 << 16)
        except OSError:  # The other side is closed.
            pass
        os.close(control)
        self.assertEqual(process.wait(SECONDS_MAX), 0)
        return out

    def test_a_terminal_is_drawn_in_place(self):
        job = self.submit("sleep", *["--input", 1500] * 4)
        control, terminal = pty.openpty()
        out = self.watch_on(control, terminal, job)
        text = out.decode()
        self.assertIn("\x1b[J", text)
        last = text[text.rindex("\x1b[J") + 3:]
        self.assertIn(f"job {job}  succeeded  sleep", last)
        self.assertIn("100%", last)

    def test_ctrl_c_and_a_timeout_do_not_wait_for_a_frozen_coordinator(self):
        job = self.submit("sleep", "--input", 60000)
        looks = (
            (130, ("watch", job)),
            (124, ("watch", job, "--timeout", "3s")),
            (130, ("monitor", "coordinator/event_hub")),
            (124, ("monitor", "coordinator/event_hub", "--timeout", "3s")),
            (130, ("spawn", "sleep", "--input", 60000)),
            (124, ("events", "--follow", "--timeout", "3s", "--json")),
        )
        self.addCleanup(self.thaw)
        for code, args in looks:
            with self.subTest(args=args):
                looking = self.look(*args)
                if args[0] == "spawn":
                    self.wait_for_spawned()
                else:
                    looking.read_until(lambda x: x.out)
                self.freeze()
                time.sleep(1)  # A question is under way.
                begin = time.monotonic()
                if code == 130:
                    looking.interrupt()
                self.assertEqual(looking.end(), code, looking.err)
                self.assertLess(time.monotonic() - begin, 3.5)
                self.thaw()
        self.troupe("cancel", job)

    def wait_for_spawned(self):
        end = time.monotonic() + SECONDS_MAX
        while not any("/spawned/" in x["path"]
                      for x in self.json("actors") if x["state"] == "running"):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)

    def test_the_rate_is_right_from_the_first_result_on(self):
        inputs = [x for i in range(10) for x in ("--input", 1500)]
        watching = self.look("watch", self.submit("sleep", *inputs), "--json")
        self.assertEqual(watching.end(), 0, watching.err)
        views = json.loads(watching.out)
        rates = [x["per_second"] for x in views if x["succeeded"] > 0]
        # Two slots, 1.5 s a task.
        self.assertLess(max(rates), 2.6)
        last = views[-1]
        self.assertAlmostEqual(
            last["per_second"], 10 / last["seconds"], places=2
        )
        for seen in last["nodes"]:
            self.assertEqual(seen["leased"], 0)
            self.assertAlmostEqual(
                seen["per_second"], seen["succeeded"] / last["seconds"],
                places=2,
            )

    def test_why_a_job_waits_is_told(self):
        job = self.submit("echo", "--range", "0..9", "--resource", "gpu:1")
        watching = self.look("watch", job)
        watching.read_until(lambda x: b"gpu=1" in x.out)
        self.troupe("cancel", job)
        self.assertEqual(watching.end(), 1, watching.err)
        last = watching.out.decode().splitlines()[-1]
        self.assertIn("0/9 done  9 cancelled", last)

    def test_a_narrow_terminal_is_drawn_in_place(self):
        name = "\u65e5\u672c\u8a9e" * 10
        job = self.submit("sleep", "--input", 2500, "--name", name)
        control, terminal = pty.openpty()
        columns = 24
        fcntl.ioctl(terminal, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 24, columns, 0, 0))
        out = self.watch_on(control, terminal, job)
        frames = out.decode().replace("\r", "").split("\x1b[J")
        self.assertGreater(len(frames), 2)
        for line in "\n".join(frames).split("\n"):
            shown = re.sub("\x1b\\[[0-9]*A", "", line)
            wide = sum(unicodedata.east_asian_width(x) == "W" for x in shown)
            self.assertLess(len(shown) + wide, columns, shown)

    def test_ctrl_c_leaves_the_job(self):
        job = self.submit("sleep", "--input", 60000)
        watching = self.look("watch", job, "--json")
        watching.read_until(lambda x: b"running" in x.out)
        watching.interrupt()
        self.assertEqual(watching.end(), 130, watching.err)
        self.assertEqual(json.loads(watching.out)[-1]["state"], "running")
        self.assertIn(f"troupe watch {job}", watching.err.decode())
        self.troupe("cancel", job)


if __name__ == "__main__":
    if not (PROGRAMS / "troupe").exists():
        sys.exit("look_test: set TROUPE_BIN to the folder of the programs")
    unittest.main(verbosity=2)
