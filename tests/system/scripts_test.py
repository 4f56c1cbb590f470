#!/usr/bin/env python3
"""Scripts of `troupe`, among them all of examples/scripts, against real
`trouped` processes on free loopback ports.

    TROUPE_BIN=build/dev/bin python3 -B tests/system/scripts_test.py [TEST...]
"""
# ctest: timeout=300

import json
import os
import pathlib
import re
import signal
import subprocess
import time
import unittest

from shell_test import COMMAND_SECONDS_MAX, READY_SECONDS_MAX, free_port
import shell_test

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples/scripts"


class script_case(shell_test.shell_case):
    flags = ["--worker.slots=1", "--node.name=a"]

    def setUp(self):
        super().setUp()
        self.wait_for_worker()

    def script(self, text, *args, before=(), **how):
        """Runs a text from a file named x.troupe."""
        path = self.folder / "x.troupe"
        path.write_text(text)
        return self.troupe(*before, "-f", path, *args, **how)


class examples(script_case):
    """Each of the examples, as its comment says how to start it."""

    # The worker reads files in the folder of the test that is running.
    flags = ["--worker.slots=1", "--node.name=a", "--worker.read_paths=/tmp"]

    def example(self, name, *args, before=(), **how):
        return self.troupe(*before, "-f", EXAMPLES / f"{name}.troupe", *args,
                           **how)

    def test_all_are_run(self):
        tested = {name.removeprefix("test_") for name in dir(self)}
        there = {path.stem for path in EXAMPLES.glob("*.troupe")}
        self.assertEqual(len(there), 5)
        self.assertLessEqual(there, tested)

    def test_wordcount(self):
        for number in range(3):
            (self.folder / f"{number}.txt").write_text("to be or not to be\n")
        out = self.folder / "counts.json"
        ended = self.example("wordcount", self.folder / "*.txt", out)
        self.assertEqual(
            json.loads(out.read_text()), {"to": 6, "be": 6, "or": 3, "not": 3}
        )
        lines = ended.out.splitlines()
        self.assertRegex(lines[0], r"^job \d+ counts the words of /.*\*\.txt$")
        self.assertEqual(lines[-1], f"3 files, the counts are in {out}")

    def test_sweep(self):
        ended = self.example("sweep", 100_000)
        self.assertIn("job name tasks primes\n", ended.out)
        for step, tasks in ((1000, 100), (10000, 10), (50000, 2)):
            self.assertRegex(
                ended.out, rf"(?m)^\d+ sweep-{step} {tasks} 9592$"
            )

    def test_retry_dead(self):
        path = self.folder / "comes-later"
        failed = self.troupe("--json", "run", "wordcount_file", "--input",
                             json.dumps(str(path)), "--retries", "0", code=1)
        number = json.loads(failed.out)["job"]
        ended = self.example("retry_dead", number, "10ms", code=1)
        self.assertEqual(ended.out.count("failed again"), 3)
        self.assertIn(f"given up: task {number}/0: ", ended.out)
        path.write_text("here now")
        ended = self.example("retry_dead", number, "10ms")
        self.assertTrue(
            ended.out.endswith(f"job {number} has no dead letters\n")
        )

    def test_nightly_check(self):
        ended = self.example("nightly_check", 1)
        self.assertEqual(ended.out, "")
        ended = self.example("nightly_check", 7, before=["--keep-going"],
                             code=1)
        self.assertIn("the assertion does not hold: \"1\" >= \"7\"", ended.err)
        self.assertEqual(ended.err.count("does not hold"), 1, ended.err)

    def test_maintenance(self):
        ended = self.example("maintenance", "a", "1m")
        self.assertIn("a is empty: stop it", ended.out)
        self.troupe("uncordon", "a")
        busy = self.troupe("submit", "sleep", "--input", 600_000).out.strip()
        ended = self.example("maintenance", "a", "300ms", code=1)
        self.assertIn("a still holds tasks", ended.out)
        (about,) = self.json("nodes")
        self.assertFalse(about["cordoned"])
        self.troupe("cancel", busy)


class scripts(script_case):
    flags = ["--worker.slots=1", "--node.name=a", "--worker.exec=yes"]

    def test_a_failure_is_said_with_file_and_line(self):
        ended = self.script("print one\n\nwait 999\nprint two\n", code=1)
        self.assertEqual(ended.out, "one\n")
        first, second = ended.err.splitlines()
        self.assertIn("999", first)
        self.assertEqual(
            second,
            f'troupe: {self.folder}/x.troupe:3: "wait 999" ended with exit '
            "code 1; the script stops here",
        )

    def test_nothing_runs_when_a_statement_is_wrong(self):
        ended = self.script("print one\nrepeat 3\n", code=2)
        self.assertEqual(ended.out, "")
        self.assertIn("x.troupe:2: the end of this repeat is missing",
                      ended.err)

    def test_it_keeps_going_when_told_to(self):
        ended = self.script("subnit\nwait 999\nprint on", code=2,
                            before=["--keep-going"])
        self.assertEqual(ended.out, "on\n")
        self.assertIn("x.troupe:1: there is no command", ended.err)
        self.assertIn("x.troupe:2: ", ended.err)

    def test_texts_come_from_everywhere(self):
        text = 'job = submit echo --input \'"a b"\'\nwait $job\nresult $job\n'
        for ended in (
            self.troupe("-c", text),
            self.troupe("-c", text.replace("\n", ";")),
            self.troupe(stdin=text),
            self.troupe("-f", "-", stdin=text),
            self.script(text),
        ):
            self.assertTrue(ended.out.endswith('["a b"]\n'), ended.out)
        ended = self.troupe(stdin="", code=2)
        self.assertIn("a command is missing", ended.err)

    def test_arguments_and_files_beside(self):
        (self.folder / "inner").write_text("print inner $1\nx = 3\n")
        ended = self.script("source inner\nprint $x $2\n", "a b", "-c")
        self.assertEqual(ended.out, "inner a b\n3 -c\n")
        ended = self.script("print $3", "a", code=2)
        self.assertIn("without the argument $3", ended.err)

    def test_values_are_those_of_the_commands(self):
        ended = self.script(
            "run count_primes --range 0..100/10 --reduce sum\n"
            "assert $last == 25\n"
            "sum = run count_primes --range 0..10/5 --reduce sum --json\n"
            "assert $sum.state == succeeded\n"
            "assert $sum.result == 4\n"
            "assert $code == 0\n"
            "run fail --input 9 --retries 0\n"
            "if failed; print $code; end\n"
            "for n in $(nodes --json); print $n.name; end\n"
        )
        self.assertTrue(ended.out.endswith("1\na\n"), ended.out)

    def test_a_byte_that_is_not_utf8_spoils_no_json(self):
        ended = self.script(
            "run exec --input '[\"printf\", \"\\\\377\"]' --json\n"
            "print $last.state ${last.result.0.exit}\n"
            "answer = spawn exec --input '[\"printf\", \"\\\\377\"]' --json\n"
            "print ${answer.result.exit}\n"
            "for one in $(jobs --json --limit 1); print $one.state; end\n"
        )
        self.assertTrue(ended.out.endswith("succeeded 0\n0\nsucceeded\n"),
                        ended.out)

    def test_a_full_disk_ends_a_script(self):
        for text in ("jobs", "print x"):
            with open("/dev/full", "w") as full:
                ended = subprocess.run(
                    shell_test.command_line(["-c", text], self.where),
                    stdin=subprocess.DEVNULL,
                    stdout=full,
                    stderr=subprocess.PIPE,
                    env=shell_test.environment(),
                    timeout=COMMAND_SECONDS_MAX,
                )
            self.assertEqual(ended.returncode, 1, ended.stderr)
            self.assertIn(b"cannot write to stdout", ended.stderr)

    def test_exit_codes(self):
        self.script("exit 7", code=7)
        self.troupe("-f", self.folder / "none", code=1)
        self.script("source none", code=1)
        self.script("wait 999\nif failed; exit; end", code=0)
        self.script("jobs --none", code=2)
        nowhere = f"127.0.0.1:{free_port()}"
        self.script("jobs", where=nowhere, code=3,
                    before=["--connect-timeout", "100ms"])
        self.script("j = submit sleep --input 600000\n"
                    "wait $j --timeout 50ms\n"
                    "if code == 124\ncancel $j\nexit 124\nend", code=124)

    def test_global_options_hold_for_all_commands(self):
        ended = self.script("jobs\nnodes", before=["--json"])
        decoder = json.JSONDecoder()
        _, end = decoder.raw_decode(ended.out)
        decoder.raw_decode(ended.out[end:].lstrip())

    def test_ctrl_c_ends_script_and_command(self):
        """SIGINT to the process group, as from a terminal."""
        path = self.folder / "x.troupe"
        path.write_text("print waiting\nj = submit sleep --input 600000\n"
                        "wait $j\nprint no\n")
        for text in (path.read_text(), "print waiting\nsleep 1h\nprint no"):
            path.write_text(text)
            script = self.start("-f", path, start_new_session=True)
            self.addCleanup(script.kill)
            self.assertEqual(script.stdout.readline(), b"waiting\n")
            jobs = [x for x in self.jobs() if x["state"] == "running"]
            end = time.monotonic() + READY_SECONDS_MAX
            while "wait $j" in text and not jobs:
                self.assertLess(time.monotonic(), end)
                jobs = [x for x in self.jobs() if x["state"] == "running"]
            os.killpg(script.pid, signal.SIGINT)
            out, err = script.communicate(timeout=COMMAND_SECONDS_MAX)
            self.assertEqual(script.returncode, 130, err)
            self.assertEqual(out, b"")
            self.assertIn(b"interrupted; the script stops here", err)
            for job in jobs:
                self.troupe("cancel", job["job"])

    def test_ctrl_c_ends_the_wait_for_a_script(self):
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        for words, stdin in (
            (["-f", fifo], subprocess.DEVNULL),
            (["-f", "-"], subprocess.PIPE),
            (["-c", f"source {fifo}"], subprocess.DEVNULL),
        ):
            script = subprocess.Popen(
                shell_test.command_line(words, self.where),
                stdin=stdin,
                stderr=subprocess.PIPE,
                env=shell_test.environment(),
            )
            self.addCleanup(script.kill)
            path = pathlib.Path(f"/proc/{script.pid}/status")
            mask = 1 << (signal.SIGINT - 1)
            while not int(
                re.search(r"SigBlk:\s*(\w+)", path.read_text())[1], 16
            ) & mask:
                pass
            script.send_signal(signal.SIGINT)
            # It reads no stdin that is closed, so not `communicate`.
            err = script.stderr.read()
            self.assertEqual(script.wait(COMMAND_SECONDS_MAX), 130, err)
            self.assertIn(b"interrupted", err)
            script.stderr.close()
            if script.stdin:
                script.stdin.close()

    def test_a_killed_script_takes_its_command_along(self):
        script = self.start("-c", "j = submit sleep --input 600000\n"
                            "print waiting\nwait $j")
        self.addCleanup(script.kill)
        self.assertEqual(script.stdout.readline(), b"waiting\n")
        end = time.monotonic() + READY_SECONDS_MAX
        children = pathlib.Path(f"/proc/{script.pid}/task/{script.pid}/children")
        while not children.read_text():
            self.assertLess(time.monotonic(), end)
        child = pathlib.Path(f"/proc/{children.read_text().split()[0]}")
        script.kill()
        script.communicate(timeout=COMMAND_SECONDS_MAX)  # Also its pipes.
        while child.exists():
            self.assertLess(time.monotonic(), end)
        for job in self.jobs():
            if job["state"] == "running":
                self.troupe("cancel", job["job"])


class lost_coordinators(script_case):
    def test_a_script_that_waits_says_that_its_job_is_lost(self):
        path = self.folder / "x.troupe"
        path.write_text("j = submit sleep --input 600000\nprint $j\nwait $j\n")
        script = subprocess.Popen(
            shell_test.command_line(["-f", path], self.where),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=shell_test.environment(),
        )
        self.addCleanup(script.kill)
        self.assertEqual(script.stdout.readline().strip(), b"1")
        type(self).node.stop()
        type(self).node = shell_test.node(
            f"--node.listen={self.where}", *self.flags
        )
        self.addClassCleanup(type(self).node.stop)
        out, err = script.communicate(timeout=COMMAND_SECONDS_MAX)
        self.assertNotEqual(script.returncode, 0)
        self.assertIn(b'x.troupe:3: "wait $j" ended with exit code', err)
        self.assertGreaterEqual(err.count(b"\n"), 2)  # And the command's own.
        self.wait_for_worker()
        self.troupe("-c", "run echo --input 1")


if __name__ == "__main__":
    unittest.main(verbosity=2)
