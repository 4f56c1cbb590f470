#!/usr/bin/env python3
"""Each exit code of the one-shot `troupe`, by each way to get it.

    TROUPE_BIN=build/dev/bin python3 -B tests/system/exit_codes_test.py [TEST...]
"""
# ctest: timeout=300

import json
import pathlib
import re
import signal
import socket
import sys
import threading
import time
import unittest

from shell_test import (
    COMMAND_SECONDS_MAX,
    PROGRAMS,
    READY_SECONDS_MAX,
    free_port,
)
import shell_test


class exit_codes(shell_test.shell_case):
    """Each code, by each way to get it."""

    flags = ["--worker.slots=1", "--node.name=a"]

    def setUp(self):
        super().setUp()
        self.wait_for_worker()

    def test_0_and_1(self):
        self.troupe("run", "echo", "--input", "1")
        failed = self.troupe("--json", "run", "fail", "--input", "9",
                             "--retries", "0", code=1)
        number = json.loads(failed.out)["job"]
        for args in (["wait", number], ["result", number], ["cancel", number]):
            self.troupe(*args, code=1)
        for args in (
            ["job", 999], ["wait", 999], ["result", 999], ["cancel", 999],
            ["explain", 999], ["verify", 999], ["dead", "show", "999/0"],
            ["functions", "none"], ["cordon", "none"], ["uncordon", "none"],
            ["drain", "none"], ["tree", "none"], ["fault", "kill", "a"],
        ):
            with self.subTest(args=args):
                ended = self.troupe(*args, code=1)
                self.assertRegex(ended.err, r"^troupe: .+[^.]\n$")
                self.assertEqual(ended.out, "")

    def test_2_says_what_is_wrong_and_where_to_read(self):
        for args in (
            ["ru"], ["run"], ["run", "echo", "more"], ["run", "echo"],
            ["jobs", "--limit", "x"], ["jobs", "--limit"], ["jobs", "--none"],
            ["--none", "jobs"], ["job", "x"], ["wait", "1", "--timeout", "x"],
            ["dead", "lst"], ["dead", "show", "x"], ["bench", "x"],
            ["fault", "break", "a"], ["help", "x"], ["explain", "1/x"],
            ["--connect", "x", "jobs"], ["help", "--completion", "csh"],
            ["cordon", ""], ["uncordon", "a\nb"], ["drain", ""],
            ["submit", "sleep", "--input", "{bad"],
            ["submit", "sleep", "--input", '"x"'],
            ["submit", "echo", "--range", "0..1", "--reduce", "x"],
            ["submit", "echo", "--range", "0..1", "--weight", "0"],
            ["submit", "echo", "--range", "0..1", "--label", ""],
            ["submit", "echo", "--range", "0..1", "--deadline", "+0s"],
            ["events", "--kind", ""], ["spawn", "echo", "--for", "2h"],
        ):
            with self.subTest(args=args):
                ended = self.troupe(*args, code=2)
                self.assertRegex(ended.err, r"^troupe: .+[^.]\n$")
                self.assertEqual(ended.out, "")

    def test_3_names_the_place(self):
        nowhere = f"127.0.0.1:{free_port()}"
        quick = ["--connect-timeout", "100ms"]
        for args in (["jobs"], ["run", "echo", "--input", "1"], ["wait", "1"]):
            with self.subTest(args=args):
                ended = self.troupe(*quick, *args, where=nowhere, code=3)
                self.assertIn(nowhere, ended.err)
                self.assertEqual(ended.out, "")
        ended = self.troupe("--cluster", "other", "jobs", code=3)
        self.assertIn("other", ended.err)
        self.assertIn("--cluster", ended.err)

    def test_3_tells_silence_from_another_protocol(self):
        for answer, want in ((b"", "did not answer"), (b"?" * 999, "speak")):
            with self.subTest(want=want), socket.create_server(
                ("127.0.0.1", 0)
            ) as listener:
                where = "127.0.0.1:%d" % listener.getsockname()[1]

                def talk():
                    kept = []
                    while True:
                        try:
                            kept.append(listener.accept()[0])
                            kept[-1].sendall(answer)
                        except OSError:
                            break
                    for one in kept:
                        one.close()

                talker = threading.Thread(target=talk)
                talker.start()
                ended = self.troupe("jobs", where=where, code=3)
                self.assertIn(want, ended.err)
                listener.shutdown(socket.SHUT_RDWR)
                talker.join()

    def interrupted(self, *args, ready):
        """The end of a program that gets a Ctrl-C when it is `ready`."""
        program = self.start(*args)
        self.addCleanup(program.kill)
        end = time.monotonic() + READY_SECONDS_MAX
        while not ready(program):
            self.assertLess(time.monotonic(), end, args)
        program.send_signal(signal.SIGINT)
        _, err = program.communicate(timeout=COMMAND_SECONDS_MAX)
        return program.returncode, err.decode()

    def blocks_interrupts(self, program):
        """Whether the process takes SIGINT itself by now."""
        path = pathlib.Path(f"/proc/{program.pid}/status")
        blocked = int(re.search(r"SigBlk:\s*(\w+)", path.read_text()).group(1), 16)
        return blocked & (1 << (signal.SIGINT - 1))

    def test_124_and_130(self):
        number = self.troupe("submit", "sleep", "--input", "60000").out.strip()
        self.addCleanup(self.troupe, "uncordon", "a")
        self.addCleanup(self.troupe, "cancel", number)
        while self.json("job", number)["state"] != "running":
            pass
        drain = ["drain", "a", "--grace", "1h"]
        rows = (
            (["wait", number], f"troupe wait {number}"),
            (["run", "sleep", "--input", "60000"], "troupe wait "),
            (drain + ["--wait"], "a"),
        )
        for args, way_back in rows:
            with self.subTest(args=args):
                ended = self.troupe(*args, "--timeout", "50ms", code=124)
                self.assertIn(way_back, ended.err)
                code, err = self.interrupted(
                    *args, ready=self.blocks_interrupts
                )
                self.assertEqual(code, 130, err)

    def test_the_page_has_exactly_the_codes_of_the_program(self):
        root = pathlib.Path(__file__).resolve().parents[2]
        header = (root / "nodes/shell/exit_code.hpp").read_text()
        page = (root / "docs/shell.md").read_text()
        section = page[page.index("\n## Exit codes\n"):]
        section = section[: section.index("\n## ", 1)]
        self.assertEqual(
            re.findall(r"^\| (\d+) \|", section, re.M),
            re.findall(r"= (\d+),", header),
        )


if __name__ == "__main__":
    if not (PROGRAMS / "troupe").exists():
        sys.exit(f"exit_codes_test: there is no {PROGRAMS}/troupe; set TROUPE_BIN")
    unittest.main(verbosity=2)
