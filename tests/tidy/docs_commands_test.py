#!/usr/bin/env python3
"""Runs the commands that README.md and docs/ show.

A fenced block that begins with ```sh test is run by `bash -euo pipefail` in an
empty folder, with `trouped` and `troupe` on the PATH and a free port in
$TROUPE_PORT. It fails when the block does. An HTML comment right above the
fence says what must appear in its output, one comment a text:

    <!-- expect: sum 6 -->
    ```sh test

Blocks of one page share the folder and run in order, each in its own shell;
what a block leaves running in the background ends with the block.

    python3 -B tests/tidy/docs_commands_test.py [--list]
"""
# ctest: timeout=300

import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK_SECONDS_MAX = 60
EXPECT = re.compile(r"<!--\s*expect:\s*(.*?)\s*-->$")


@dataclass
class block:
    page: str
    line: int  # Of the fence.
    script: str
    expected: list


def blocks_of(page, text):
    """The testable blocks of a page; raises ValueError for a fence that is
    never closed."""
    found = []
    expected = []
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        line = lines[number]
        match = EXPECT.match(line.strip())
        fence = re.match(r"^(\s*)```(.*)$", line)
        if match:
            expected.append(match.group(1))
        elif fence:
            body = []
            begin = number + 1
            number += 1
            while number < len(lines) and lines[number].strip() != "```":
                body.append(lines[number].removeprefix(fence.group(1)))
                number += 1
            if number == len(lines):
                raise ValueError(f"{page}:{begin}: the fence is not closed.")
            if fence.group(2).strip() == "sh test":
                found.append(block(page, begin, "\n".join(body), expected))
            expected = []
        elif line.strip():
            expected = []
        number += 1
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(what, folder, programs):
    """Runs a block; returns a sentence about what is wrong, or None."""
    environment = {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "TROUPE_PORT": str(free_port()),
        "TROUPE_SOURCE": str(ROOT),
    }
    # Output goes to a file: a pipe would stay open as long as a process that
    # the block left in the background.
    with tempfile.TemporaryFile() as log:
        shell = subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", what.script],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = shell.wait(BLOCK_SECONDS_MAX)
            wrong = f"the block ends with exit code {code}" if code else None
        except subprocess.TimeoutExpired:
            wrong = f"the block runs longer than {BLOCK_SECONDS_MAX} s"
        finally:
            try:
                os.killpg(shell.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # Nothing was left of the block.
            shell.wait()
        log.seek(0)
        output = log.read().decode("utf-8", "replace")
    for text in what.expected:
        if wrong is None and text not in output:
            wrong = f"the output has no '{text}'"
    return f"{wrong}. The output is:\n{output}" if wrong else None


def self_test():
    """Shows that each way to fail is noticed."""
    page = "<!-- expect: b -->\n```sh test\necho a\n```\n\n```sh\nfalse\n```\n"
    (found,) = blocks_of("page", page)
    assert (found.line, found.script, found.expected) == (2, "echo a", ["b"])
    with tempfile.TemporaryDirectory() as folder:
        assert "no 'b'" in run(found, folder, "/nowhere")
        assert run(block("page", 1, "echo a", ["a"]), folder, "/x") is None
        assert "code 1" in run(block("page", 1, "false\ntrue", []), folder, "")


def main(arguments):
    self_test()
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    programs = os.environ.get("TROUPE_BIN", "")
    if not programs and arguments != ["--list"]:
        print("docs_commands_test: set TROUPE_BIN to the programs' folder.")
        return 2
    count = 0
    failed = 0
    broken = []
    for page in pages:
        name = page.relative_to(ROOT).as_posix()
        try:
            blocks = blocks_of(name, page.read_text("utf-8"))
        except FileNotFoundError:
            blocks, broken = [], broken + [f"{name}:1: the file is missing."]
        except ValueError as error:
            blocks, broken = [], broken + [str(error)]
        with tempfile.TemporaryDirectory() as folder:
            for what in blocks:
                count += 1
                if arguments == ["--list"]:
                    print(f"{what.page}:{what.line}")
                    continue
                wrong = run(what, folder, programs)
                print(f"{what.page}:{what.line}: {wrong or 'ok'}")
                failed += wrong is not None
    if not count:
        broken.append("README.md:1: no page has a block ```sh test.")
    print("\n".join([*broken, f"{count - failed} of {count} blocks are right"]))
    return 1 if failed or broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
