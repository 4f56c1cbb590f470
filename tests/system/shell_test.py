#!/usr/bin/env python3
"""The program `troupe` against real `trouped` processes on free loopback ports.

    TROUPE_BIN=build/dev/bin python3 -B tests/system/shell_test.py [TEST...]
"""
# ctest: timeout=300

import collections
import fcntl
import json
import os
import pathlib
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest

PROGRAMS = pathlib.Path(os.environ.get("TROUPE_BIN", "build/dev/bin"))
READY_SECONDS_MAX = 20
COMMAND_SECONDS_MAX = 60


class node:
    """A `trouped` process; ended by its pid."""

    def __init__(self, *flags):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [PROGRAMS / "trouped", *flags],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.log,
        )
        self.ready = self._ready_line()

    def _ready_line(self):
        readable, _, _ = select.select(
            [self.process.stdout], [], [], READY_SECONDS_MAX
        )
        line = self.process.stdout.readline().decode() if readable else ""
        if not line.startswith("ready "):
            self.log.seek(0)
            said = self.log.read()
            self.stop()
            raise RuntimeError(f"trouped is not ready: {said!r}")
        return dict(word.split("=", 1) for word in line.split()[1:])

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.log.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command_line(args, where):
    return [PROGRAMS / "troupe", "--connect", where, *map(str, args)]


def environment():
    return {k: v for k, v in os.environ.items() if not k.startswith("TROUPE_")}


class shell_case(unittest.TestCase):
    """One coordinator with one worker for all tests of a class."""

    flags = ["--worker.slots=1"]

    @classmethod
    def setUpClass(cls):
        cls.where = f"127.0.0.1:{free_port()}"
        cls.node = node(f"--node.listen={cls.where}", *cls.flags)
        cls.addClassCleanup(cls.node.stop)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def troupe(self, *args, code=0, stdin="", where=None):
        """Runs a command line; returns its end with out and err as text."""
        ended = subprocess.run(
            command_line(args, where or self.where),
            input=stdin.encode("utf-8", "surrogateescape"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=COMMAND_SECONDS_MAX,
            env=environment(),
        )
        ended.out = ended.stdout.decode("utf-8", "surrogateescape")
        ended.err = ended.stderr.decode("utf-8", "surrogateescape")
        self.assertEqual(ended.returncode, code, (args, ended.out, ended.err))
        return ended

    def json(self, *args, **how):
        """The JSON that a command line prints; nothing else may be there."""
        return json.loads(self.troupe("--json", *args, **how).out)

    def start(self, *args, **how):
        """Starts a command line that is going to be interrupted."""
        return subprocess.Popen(
            command_line(args, self.where),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
            **how,
        )

    def wait_for_worker(self):
        """Until the cluster offers functions."""
        end = time.monotonic() + READY_SECONDS_MAX
        while not self.json("functions"):
            self.assertLess(time.monotonic(), end, "no worker joined")

    def jobs(self):
        return self.json("jobs")


class commands(shell_case):
    def setUp(self):
        super().setUp()
        self.wait_for_worker()

    def test_each_kind_of_input(self):
        lines = self.folder / "lines"
        lines.write_bytes(b"a\nb\r\n\nc")
        echo = lambda *args, **how: self.json("run", "echo", *args, **how)
        self.assertEqual(echo("--range", "-1..2")["result"], [-1, 0, 1])
        self.assertEqual(
            echo("--range", "0..5/2")["result"], [[0, 2], [2, 4], [4, 5]]
        )
        self.assertEqual(
            echo("--lines", lines)["result"], ["a", "b\r", "", "c"]
        )
        self.assertEqual(
            echo("--lines", "-", stdin="x\ny")["result"], ["x", "y"]
        )
        self.assertEqual(
            echo("--split", lines, lines, "--chunk", "4B")["result"],
            ["a\n", "b\r\n\n", "c"] * 2,
        )
        self.assertEqual(
            echo("--glob", self.folder / "l*")["result"], [str(lines)]
        )
        self.assertEqual(
            echo("--input", "null", "--input", '{"a": [1.5]}')["result"],
            [None, {"a": [1.5]}],
        )
        self.assertEqual(echo("--range", "3..3")["result"], [])
        self.assertEqual(echo("--lines", "/dev/null")["result"], [])

    def test_the_keys_of_a_job(self):
        job = self.json("run", "echo", "--input", "1", "--name", "mine")
        self.assertEqual(
            list(job),
            "job name function state tasks succeeded dead cancelled attempts "
            "seconds result".split(),
        )
        self.assertEqual(job["name"], "mine")
        self.assertEqual(job["state"], "succeeded")
        self.assertEqual((job["tasks"], job["succeeded"]), (1, 1))
        number = job["job"]
        del job["result"]
        self.assertEqual(list(self.json("job", number)), list(job))
        self.assertEqual(list(self.json("wait", number)), list(job))
        self.assertEqual(
            self.json("wait", number, "--result")["result"], [1]
        )
        self.assertEqual(self.json("result", number)["result"], [1])
        self.assertIn(number, [x["job"] for x in self.jobs()])

    def test_word_counts_are_those_of_the_text(self):
        text = b"to be or not to be \xff \xff\n" * 5000
        file = self.folder / "text"
        file.write_bytes(text)
        args = ["wordcount", "--split", file, "--chunk", "10KiB"]
        got = self.json("run", *args, "--reduce", "merge_counts")["result"]
        want = collections.Counter(
            word.decode("utf-8", "surrogateescape") for word in text.split()
        )
        self.assertEqual(got, dict(want))
        top = self.json("run", *args, "--reduce", "top:1")["result"]
        self.assertEqual(top, [["be", 10000]])

    def test_results_go_to_files(self):
        out = self.folder / "out"
        ended = self.troupe("run", "echo", "--input", "1", "--output", out)
        self.assertEqual((ended.out, out.read_text()), ("", "[1]\n"))
        args = '{"width": 4, "height": 2, "iterations": 9, "center": [0, 0],'
        args += ' "scale": 3}'
        self.troupe("run", "mandelbrot", "--range", "0..2/1", "--reduce",
                    "concat", "--args", args, "--raw", "--output", out)
        self.assertEqual(len(out.read_bytes()), 8)
        known = {x["job"] for x in self.jobs()}
        self.troupe("run", "echo", "--input", "1", "--output",
                    self.folder / "none" / "x", code=1)
        self.assertEqual({x["job"] for x in self.jobs()}, known)
        self.assertEqual(list(self.folder.iterdir()), [out])

    def test_what_is_wrong_gets_a_sentence_and_submits_nothing(self):
        known = {x["job"] for x in self.jobs()}
        run = lambda *args, code=1: self.troupe("run", *args, code=code).err
        self.assertIn("echo", run("ecko", "--input", "1"))
        self.assertIn(
            'input 1: expected uint, got string "x"',
            run("sleep", "--input", "1", "--input", '"x"', code=2),
        )
        self.assertIn("No such file", run("echo", "--split", "/none"))
        self.assertIn("irectory", run("echo", "--split", "/usr"))
        self.assertIn("*.none", run("echo", "--glob", "/usr/*.none"))
        self.assertIn("sum", run("echo", "--input", "1", "--reduce", "sun", code=2))
        self.assertIn("--reduce", run("echo", "--redcue", "x", code=2))
        self.assertIn("--args", run("mandelbrot", "--range", "0..2/1"))
        self.assertEqual({x["job"] for x in self.jobs()}, known)

    def test_a_failed_job(self):
        args = ["fail", "--input", "9", "--retries", "0"]
        ended = self.troupe("--json", "run", *args, code=1)
        job = json.loads(ended.out)
        self.assertEqual((job["state"], job["dead"]), ("failed", 1))
        self.assertIn(f"job {job['job']} failed", ended.err)
        self.assertIn("reason", job)
        self.troupe("wait", job["job"], code=1)
        retried = self.json("run", "fail", "--input", "1", "--retries", "1")
        self.assertEqual((retried["result"], retried["attempts"]), ([2], 2))

    def test_histories_are_verified(self):
        good = self.json("run", "echo", "--range", "0..5000")["job"]
        audit = self.json("verify", good)
        self.assertEqual((audit["ok"], audit["ended"]), (True, True))
        self.assertEqual((audit["tasks"], audit["accepted"]), (5000, 5000))
        self.assertIn("no violation", self.troupe("verify", good).out)
        failed = self.troupe(
            "--json", "run", "fail", "--input", "9", "--retries", "1",
            "--backoff", "1ms", code=1,
        )
        audit = self.json("verify", json.loads(failed.out)["job"])
        self.assertEqual((audit["ok"], audit["failed"]), (True, 2))
        self.troupe("verify", 999_999, code=1)
        self.troupe("verify", "x", code=2)

    def test_submit_wait_cancel(self):
        number = self.troupe("submit", "sleep", "--input", "60000").out.strip()
        ended = self.troupe("wait", number, "--timeout", "100ms", code=124)
        self.assertIn(f"troupe wait {number}", ended.err)
        ended = self.troupe("result", number, "--timeout", "100ms", code=124)
        self.assertIn("has not ended", ended.err)
        self.assertEqual(ended.out, "")
        self.assertEqual(self.json("cancel", number)["state"], "cancelled")
        self.assertIn("cancelled", self.troupe("cancel", number, code=1).err)
        self.assertEqual(
            self.json("wait", number, code=1)["state"], "cancelled"
        )
        self.assertIn("99999", self.troupe("job", "99999", code=1).err)

    def test_lists(self):
        (mine,) = self.json("nodes")
        self.assertEqual(mine["state"], "up")
        self.assertEqual(mine["slots"], 1)
        self.assertIn("worker", mine["roles"])
        self.assertIn(mine["name"], self.troupe("nodes").out)
        names = [x["name"] for x in self.json("functions")]
        self.assertIn("wordcount", names)
        self.assertEqual(self.json("functions", "sleep")["input"], "uint")
        self.troupe("functions", "slep", code=1)
        for _ in range(3):
            self.troupe("submit", "echo", "--input", "1")
        ended = self.troupe("jobs", "--limit", "2")
        self.assertEqual(len(ended.out.splitlines()), 3)
        self.assertIn("only the newest 2 ", ended.err)
        self.assertEqual(len(self.json("jobs", "--limit", "2")), 2)

    def test_help_needs_no_cluster(self):
        nowhere = f"127.0.0.1:{free_port()}"
        self.assertIn("Jobs:", self.troupe("help", where=nowhere).out)
        self.assertIn("--reduce", self.troupe("run", "-h", where=nowhere).out)
        self.assertIn("troupe ", self.troupe("--version", where=nowhere).out)
        self.assertIn("missing", self.troupe(where=nowhere, code=2).err)

    def test_a_reader_that_goes_away(self):
        for args in ("jobs", "functions", "help run"):
            line = f'"{PROGRAMS}/troupe" --connect {self.where} {args}'
            ended = subprocess.run(
                ["bash", "-o", "pipefail", "-c", f"{line} | head -c 1"],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                timeout=COMMAND_SECONDS_MAX,
            )
            self.assertEqual((ended.returncode, ended.stderr), (0, b""))


class interrupts(shell_case):
    def setUp(self):
        super().setUp()
        self.wait_for_worker()

    def running_job(self):
        """The number of the one running job."""
        end = time.monotonic() + READY_SECONDS_MAX
        while time.monotonic() < end:
            running = [x for x in self.jobs() if x["state"] == "running"]
            if running:
                return running[0]["job"]
        self.fail("no job is running")

    def wait_for_handler(self, pid):
        """Until the process takes SIGINT itself."""
        end = time.monotonic() + READY_SECONDS_MAX
        while time.monotonic() < end:
            status = pathlib.Path(f"/proc/{pid}/status").read_text()
            blocked = int(re.search(r"SigBlk:\s*(\w+)", status).group(1), 16)
            if blocked & (1 << (signal.SIGINT - 1)):
                return
        self.fail("SIGINT is not blocked")

    def test_ctrl_c_detaches(self):
        program = self.start("run", "sleep", "--input", "60000")
        number = self.running_job()
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=COMMAND_SECONDS_MAX)
        self.assertEqual((program.returncode, out), (130, b""))
        self.assertIn(
            f"detached; job {number} goes on: troupe wait {number}",
            err.decode(),
        )
        self.assertEqual(self.json("job", number)["state"], "running")
        self.troupe("cancel", number)

    def test_ctrl_c_while_waiting_for_stdin_submits_nothing(self):
        known = len(self.jobs())
        reader, writer = os.pipe()
        self.addCleanup(os.close, writer)
        program = subprocess.Popen(
            command_line(["run", "echo", "--lines", "-"], self.where),
            stdin=reader,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
        )
        os.close(reader)
        self.wait_for_handler(program.pid)
        program.send_signal(signal.SIGINT)
        out, _ = program.communicate(timeout=COMMAND_SECONDS_MAX)
        self.assertEqual((program.returncode, out), (130, b""))
        self.assertEqual(len(self.jobs()), known)

    def test_progress_on_a_terminal(self):
        screen, terminal = pty.openpty()
        fcntl.ioctl(
            terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0)
        )
        program = subprocess.Popen(
            command_line(["run", "sleep", *["--input", "100"] * 8], self.where),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=terminal,
            env=environment(),
        )
        os.close(terminal)
        shown = b""
        while True:
            try:
                piece = os.read(screen, 4096)
            except OSError:  # The terminal has no program any more.
                break
            if not piece:
                break
            shown += piece
        os.close(screen)
        out, _ = program.communicate(timeout=COMMAND_SECONDS_MAX)
        self.assertEqual(json.loads(out), [100] * 8)
        text = shown.decode()
        drawn = re.findall(r"\r([^\r\n]*?)\x1b\[K", text)
        self.assertTrue(any("%" in line for line in drawn), text)
        self.assertTrue(all(len(line) < 60 for line in drawn), text)
        # Erased before the summary.
        self.assertRegex(text, r"\r\x1b\[Ktroupe: job \d+ succeeded[^\r]*\r\n$")


class without_a_coordinator(shell_case):
    @classmethod
    def setUpClass(cls):
        cls.where = f"127.0.0.1:{free_port()}"

    def test_exit_code_3_within_the_timeout(self):
        begin = time.monotonic()
        ended = self.troupe("--connect-timeout", "500ms", "jobs", code=3)
        self.assertLess(time.monotonic() - begin, 5)
        self.assertIn(self.where, ended.err)
        self.assertEqual(ended.out, "")

    def test_a_silent_port(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            where = f"127.0.0.1:{silent.getsockname()[1]}"
            begin = time.monotonic()
            self.troupe(
                "--connect-timeout", "500ms", "jobs", where=where, code=3
            )
            self.assertLess(time.monotonic() - begin, 5)


class without_a_worker(shell_case):
    flags = ["--node.roles=coordinator"]

    def test_a_job_waits_and_says_why(self):
        ended = self.troupe(
            "--json", "run", "echo", "--input", "1", "--timeout", "1s", code=124
        )
        job = json.loads(ended.out)
        self.assertIn(f"job {job['job']}: wait", ended.err)
        self.assertIn("reason", self.troupe("job", job["job"]).out)
        worker = node(
            "--node.roles=worker", f"--node.join={self.where}",
            "--worker.slots=1",
        )
        self.addCleanup(worker.stop)
        done = self.json("wait", job["job"], "--result")
        self.assertEqual(done["result"], [1])

    def test_another_cluster_is_refused(self):
        ended = self.troupe("--cluster", "other", "jobs", code=3)
        self.assertIn("other", ended.err)
        self.assertIn("default", ended.err)


if __name__ == "__main__":
    if not (PROGRAMS / "troupe").exists():
        sys.exit(f"shell_test: there is no {PROGRAMS}/troupe; set TROUPE_BIN")
    unittest.main(verbosity=2)
