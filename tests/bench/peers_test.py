#!/usr/bin/env python3
"""The scripts of peers/: they skip what is not installed with one line, run
what is, and leave neither processes nor files behind, also when they are told
to stop. Prints what each peer did."""

# ctest: timeout=300

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

PEERS = pathlib.Path(__file__).resolve().parent / "peers"
NAMES = sorted(path.stem for path in PEERS.glob("*.sh") if path.stem != "common")
SKIPPED = 77
ECHO_METRICS = {"echo_per_s"}
LATENCY_METRICS = {"p50_us", "p99_us"}
# What the scripts need besides the peers themselves.
TOOLS = [
    "basename", "bash", "cp", "dirname", "ln", "mktemp", "python3", "rm",
    "setpriv", "setsid", "sleep", "tail",
]


def processes_of(folder):
    """Those whose command line or current folder mentions it."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().decode(errors="replace")
            where = os.readlink(entry / "cwd")
        except OSError:
            continue
        if str(folder) in words or where.startswith(str(folder)):
            found.append(words.replace("\0", " "))
    return found


class PeersTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.temp = self.folder / "temp"
        self.temp.mkdir()

    def start(self, name, *options, **variables):
        return subprocess.Popen(
            ["bash", str(PEERS / f"{name}.sh"), *options],
            env=os.environ | {"TMPDIR": str(self.temp)} | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run_it(self, name, *options, **variables):
        process = self.start(name, *options, **variables)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def expect_nothing_left(self):
        self.assertEqual(list(self.temp.iterdir()), [])
        self.assertEqual(processes_of(self.temp), [])

    def expect_skip(self, name, got):
        code, out, err = got
        self.assertEqual((code, out), (SKIPPED, ""), err)
        self.assertEqual(len(err.splitlines()), 1, err)
        self.assertTrue(err.startswith(f"skipped {name}: "), err)
        self.assertRegex(err, "apt-get install|dev deps --peers")
        self.expect_nothing_left()

    def test_there_are_six(self):
        self.assertEqual(
            NAMES,
            ["beanstalkd", "bullmq", "dask", "gearman", "rabbitmq", "redis"],
        )

    def test_what_is_not_installed_is_skipped(self):
        tools = self.folder / "tools"
        tools.mkdir()
        for tool in TOOLS:
            (tools / tool).symlink_to(shutil.which(tool))
        (tools / "distributed.py").write_text("raise ImportError\n")
        for name in NAMES:
            with self.subTest(name):
                got = self.run_it(name, PATH=str(tools), PYTHONPATH=str(tools))
                self.expect_skip(name, got)

    def test_a_client_that_is_not_built_is_skipped(self):
        for name in ("beanstalkd", "gearman", "rabbitmq", "redis"):
            with self.subTest(name):
                self.expect_skip(
                    name, self.run_it(name, TROUPE_BUILD=str(self.folder))
                )

    def test_unknown_options_are_refused(self):
        for name in NAMES:
            code, _, err = self.run_it(name, "--fast")
            self.assertEqual(code, 2)
            self.assertIn("--fast", err)

    def test_what_is_installed_runs(self):
        for name in NAMES:
            with self.subTest(name):
                code, out, err = self.run_it(name, "--smoke")
                print(f"peer {name}: {err.strip() or ' '.join(out.split())}")
                if code == SKIPPED:
                    continue
                self.assertEqual(code, 0, err)
                metrics = dict(line.split() for line in out.splitlines())
                want = LATENCY_METRICS
                want = want if name == "rabbitmq" else want | ECHO_METRICS
                self.assertEqual(set(metrics), {f"{name}.{m}" for m in want})
                for value in metrics.values():
                    self.assertGreater(float(value), 0)
                self.expect_nothing_left()

    def test_told_to_stop_it_ends_what_it_started(self):
        for name in ("gearman", "redis", "beanstalkd"):
            process = self.start(name)
            deadline = time.monotonic() + 20
            while process.poll() is None and time.monotonic() < deadline:
                if any(self.temp.glob("*/worker-2.log")):
                    break
                time.sleep(0.05)
            if process.poll() == SKIPPED:
                process.communicate()
                continue
            with self.subTest(name):
                self.assertIsNone(process.poll())
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=30)
                self.assertNotEqual(process.returncode, 0)
                self.expect_nothing_left()


if __name__ == "__main__":
    unittest.main()
