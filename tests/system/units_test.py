#!/usr/bin/env python3
"""Checks the systemd units in config/systemd: systemd understands every line,
they start the programs that exist with the configs that exist, and they keep
the sandbox that operators rely on. Skips (exit code 77) without systemd."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
UNITS = sorted((SOURCE / "config" / "systemd").glob("*.service"))
PROGRAM = pathlib.Path(os.environ["TROUPE_BIN"]) / "trouped"
# What `systemd-analyze security` calls the exposure, times 10; 96 is none.
EXPOSURE_MAX = 20


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def settings(text):
    """Returns the lines `key=value` of a unit."""
    return dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))


class UnitsTest(unittest.TestCase):
    def test_there_is_one_for_each_config(self):
        roles = {x.stem for x in (SOURCE / "config").glob("*.conf")}
        self.assertEqual({x.stem.removeprefix("troupe-") for x in UNITS}, roles)

    def test_systemd_understands_them(self):
        for unit in UNITS:
            with self.subTest(unit.name), tempfile.TemporaryDirectory() as folder:
                text = unit.read_text()
                text = text.replace("/usr/bin/trouped", str(PROGRAM))
                copy = pathlib.Path(folder) / unit.name
                copy.write_text(text)
                done = run("systemd-analyze", "verify", "--man=no", str(copy))
                self.assertEqual(done.stderr + done.stdout, "")
                self.assertEqual(done.returncode, 0)

    def test_they_start_what_exists(self):
        for unit in UNITS:
            with self.subTest(unit.name):
                role = unit.stem.removeprefix("troupe-")
                command = settings(unit.read_text())["ExecStart"].split()
                self.assertEqual(command[0], "/usr/bin/trouped")
                self.assertEqual(command[2], f"/etc/troupe/{role}.conf")
                config = SOURCE / "config" / f"{role}.conf"
                done = run(str(PROGRAM), command[1], str(config), "--check")
                self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_the_sandbox_holds(self):
        for unit in UNITS:
            with self.subTest(unit.name):
                done = run("systemd-analyze", "security", "--offline=yes",
                           f"--threshold={EXPOSURE_MAX}", str(unit))
                self.assertEqual(done.returncode, 0, done.stdout[-400:])

    def test_a_drain_has_its_time(self):
        for unit in UNITS:
            with self.subTest(unit.name):
                keys = settings(unit.read_text())
                stop = int(keys["TimeoutStopSec"].removesuffix("s"))
                self.assertGreater(stop, 30)  # node.drain_timeout
                self.assertEqual(keys["KillMode"], "mixed")
                self.assertEqual(keys["RestartPreventExitStatus"], "2")
                self.assertIn("MemoryMax", keys)
                self.assertIn("LimitNOFILE", keys)


if __name__ == "__main__":
    if shutil.which("systemd-analyze") is None:
        print("SKIPPED: this machine has no systemd-analyze")
        sys.exit(77)
    unittest.main()
