#!/usr/bin/env python3
"""Every command of `troupe` with --json prints one JSON document, whose keys
are documented: `troupe help --json` says which commands there are and what
their JSON is, CALLS below how to call each of them.

    TROUPE_BIN=build/dev/bin python3 -B tests/system/json_test.py [TEST...]
"""
# ctest: timeout=300

import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from dataclasses import dataclass

import shell_test

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECONDS_MAX = 60


@dataclass
class call:
    """A command line without the command's name. Words in braces are filled
    in: see `every_command.setUpClass`."""

    words: str
    codes: tuple = (0,)
    # For what goes on by itself: Ctrl-C comes behind the first output.
    interrupt: bool = False


# In this order: some change what others look at.
CALLS = {
    # What only looks.
    "help": [call(""), call("run")],
    "jobs": [call(""), call("--limit 1")],
    "job": [call("{done}"), call("{failed}"), call("{running}")],
    "result": [call("{done}"), call("{failed}", (1,))],
    "wait": [
        call("{done}"),
        call("{done} --result"),
        call("{failed}", (1,)),
        call("{running} --timeout 50ms", (124,)),
    ],
    "watch": [
        call("{done}"),
        call("{failed}", (1,)),
        call("{running}", (130,), interrupt=True),
    ],
    "tasks": [call("{running}"), call("{waiting}"), call("{failed}")],
    "explain": [
        call("{running}"),
        call("{running}/0"),
        call("{waiting}"),
        call("{failed}"),
    ],
    "trace": [call("{done}"), call("{done}/0"), call("{running}")],
    "verify": [call("{done}"), call("{failed}")],
    "functions": [call(""), call("echo")],
    "nodes": [call("")],
    "node": [call("{worker}"), call("{coordinator}")],
    "config": [call("{worker}")],
    "status": [call("")],
    "top": [call("")],
    "check": [call("", (0, 1, 2))],
    "events": [call(""), call("-f", (130,), interrupt=True)],
    "log": [call("{worker}"), call("{worker} -f", (130,), interrupt=True)],
    "tree": [call(""), call("{worker}")],
    "actors": [call(""), call("--node {worker}")],
    "describe": [call("{actor} --node {worker}")],
    "state": [call("{actor} --node {worker}")],
    "ask": [call("{actor} ping --node {worker}")],
    "monitor": [call("{actor} --node {worker}", (130,), interrupt=True)],
    "connect": [
        call(""),
        call("lab 127.0.0.1:7400"),
        call("lab"),
        call(""),
        call("--remove lab"),
    ],
    # What changes something.
    "run": [
        call("echo --input 1"),
        call("echo --range 0..9 --output {folder}/result"),
        call("fail --input 9 --retries 0", (1,)),
    ],
    "submit": [call("echo --range 0..9")],
    "rerun": [call("{done}"), call("{failed} --failed")],
    "dead": [
        call("list"),
        call("list {failed}"),
        call("show {failed}/0"),
        call("requeue {failed}/0"),
        call("purge {purged}"),
    ],
    "cancel": [call("{running}")],
    "cordon": [call("{worker}")],
    "uncordon": [call("{worker}")],
    "drain": [call("{other}")],
    "send": [call("{actor} flush --node {worker}")],
    "spawn": [call("echo --input 1 --node {worker}")],
    "restart": [call("{actor} --node {worker}")],
    "stop": [call("worker/spawned --node {worker}")],
    "fault": [call("delay {worker} --share 1% --by 1ms --for 1ms")],
    "bench": [
        call("latency --time 20ms --local"),
        call("throughput --time 20ms --local"),
    ],
}


def top_keys(value):
    """The keys of an object, or of the first object of an array."""
    if isinstance(value, list):
        return top_keys(value[0]) if value else []
    return list(value) if isinstance(value, dict) else []


class every_command(unittest.TestCase):
    """A coordinator, two workers, and jobs of each kind."""

    @classmethod
    def setUpClass(cls):
        cls.where = f"127.0.0.1:{shell_test.free_port()}"
        for name, *flags in (
            ("c", "--node.roles=coordinator", f"--node.listen={cls.where}"),
            ("w1", "--node.roles=worker", f"--node.join={cls.where}"),
            ("w2", "--node.roles=worker", f"--node.join={cls.where}"),
        ):
            node = shell_test.node(
                f"--node.name={name}",
                "--node.faults=yes",
                "--worker.slots=4",
                *flags,
            )
            cls.addClassCleanup(node.stop)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        cls.table = {x["name"]: x for x in cls.json("help")["commands"]}
        end = time.monotonic() + SECONDS_MAX
        while sum(x["state"] == "up" for x in cls.json("nodes")) < 3:
            assert time.monotonic() < end, "the workers do not join"
        fail = ["run", "fail", "--input", "9", "--retries", "0"]
        cls.places = {
            "worker": "w1",
            "other": "w2",
            "coordinator": "c",
            "actor": "worker/worker_tree/worker",
            "folder": cls.folder,
            "done": cls.json("run", "echo", "--range", "0..100")["job"],
            "failed": cls.json(*fail, codes=(1,))["job"],
            "purged": cls.json(*fail, codes=(1,))["job"],
            "running": cls.json("submit", "sleep", *["--input", "60000"] * 3)[
                "job"
            ],
            "waiting": cls.json(
                "submit", "echo", "--range", "0..9", "--label", "none"
            )["job"],
        }

    @classmethod
    def start(cls, *words):
        environment = shell_test.environment()
        environment["XDG_CONFIG_HOME"] = cls.folder
        environment["HOME"] = cls.folder
        return subprocess.Popen(
            [shell_test.PROGRAMS / "troupe", "--json", "--connect", cls.where]
            + list(words),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,  # What is read is the first byte and no more.
            env=environment,
        )

    @classmethod
    def output_of(cls, words, codes, interrupt=False):
        """What a command line prints; its exit code must be one of these."""
        program = cls.start(*words)
        try:
            begin = program.stdout.read(1) if interrupt else b""
            if interrupt:
                program.send_signal(signal.SIGINT)
            out, err = program.communicate(timeout=SECONDS_MAX)
        finally:
            program.kill()
        said = err.decode("utf-8", "replace")
        assert program.returncode in codes, (words, program.returncode, said)
        return begin + out

    @classmethod
    def json(cls, *words, codes=(0,)):
        return json.loads(cls.output_of(words, codes))

    def check_call(self, name, what):
        words = [name, *what.words.format(**self.places).split()]
        out = self.output_of(words, what.codes, what.interrupt)
        # A reader of its own, as people use it.
        tool = subprocess.run(
            [sys.executable, "-m", "json.tool"],
            input=out,
            capture_output=True,
            timeout=SECONDS_MAX,
        )
        self.assertEqual(tool.returncode, 0, (words, out, tool.stderr))
        self.assertTrue(out.endswith(b"\n"), words)
        said = self.documented(name)
        for key in top_keys(json.loads(out)):
            self.assertRegex(
                said, f'["`]{key}["`]', f"{words}: {key} is undocumented"
            )

    def documented(self, name):
        """What the table says about a command's JSON, with what it refers
        to."""
        text = self.table[name]["json"]
        if "JSON of a job" in text:
            page = (ROOT / "docs/shell.md").read_text("utf-8")
            section = page[page.index("\n## JSON of a job\n"):][1:]
            text += section[: section.index("\n## ")]
        for other in re.findall(r"(?:as|object) of `(\w+)`", text):
            if other != name:
                text += self.documented(other)
        return text

    def test_every_command_can_be_called(self):
        missing = sorted(set(self.table) - set(CALLS))
        self.assertEqual(
            missing, [], "CALLS must say how to call these commands"
        )

    def test_all_of_them_print_json(self):
        for name, calls in CALLS.items():
            if name not in self.table:
                continue
            for what in calls:
                with self.subTest(command=f"{name} {what.words}"):
                    self.check_call(name, what)

    def test_the_options_of_all_commands(self):
        for words in (["--help"], ["--version"], ["run", "--help"]):
            with self.subTest(words=words):
                json.loads(self.output_of(words, (0,)))


if __name__ == "__main__":
    if not (shell_test.PROGRAMS / "troupe").exists():
        sys.exit("json_test: set TROUPE_BIN to the folder of the programs")
    unittest.main(verbosity=2)
