#!/usr/bin/env python3
"""The prompt of `troupe` as a person meets it: tmux is the terminal, the
cluster is made of real `trouped` processes, and screens are what is looked at.

    TROUPE_BIN=build/dev/bin python3 -B tests/system/terminal_test.py [TEST...]
"""
# ctest: timeout=600
# ctest: serial

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from cluster_test import PROGRAMS, environment, node

TMUX = shutil.which("tmux")
COLUMNS, ROWS = 100, 30
SECONDS_MAX = 60
LOOK_SECONDS = 0.05
SH_PROMPT = r"\S*[#$]"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class terminal:
    """A tmux server of its own with one window of a fixed size."""

    def __init__(self, folder):
        self.socket = folder / "tmux"
        self.variables = environment() | {
            "HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_STATE_HOME": str(folder / "state"),
            "LC_ALL": "C.UTF-8",
        }
        for name in ("TMUX", "TMUX_PANE", "NO_COLOR", "EDITRC"):
            self.variables.pop(name, None)
        self.tmux(
            "-f", "/dev/null", "new-session", "-d",
            "-x", COLUMNS, "-y", ROWS, "sh",
        )

    def tmux(self, *args):
        return subprocess.run(
            [TMUX, "-u", "-S", self.socket, *map(str, args)],
            env=self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS_MAX,
        ).stdout.decode("utf-8", "replace")

    def stop(self):
        self.tmux("kill-server")

    def type(self, *keys):
        """Types texts as they are."""
        for text in keys:
            self.tmux("send-keys", "-l", "--", text)

    def press(self, *names):
        """Presses keys by their names, as in C-c."""
        self.tmux("send-keys", *names)

    def enter(self, line):
        self.type(line)
        self.press("Enter")

    def lines(self, *args):
        text = self.tmux("capture-pane", "-p", *args)
        return [line.rstrip() for line in text.rstrip().split("\n")]

    def resize(self, columns):
        self.tmux("resize-window", "-x", columns, "-y", ROWS)


@unittest.skipIf(TMUX is None, "tmux is not installed")
class at_the_prompt(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.where = f"127.0.0.1:{free_port()}"
        self.lead = self.start_lead()
        self.screen = terminal(self.folder)
        self.addCleanup(self.screen.stop)

    def start_lead(self, where=None, cluster="default"):
        started = node(
            "--node.roles=coordinator,worker",
            "--node.name=lead",
            f"--node.cluster={cluster}",
            "--worker.slots=1",
            f"--node.listen={where or self.where}",
        )
        self.addCleanup(started.stop)
        return started

    # What is seen -------------------------------------------------------------

    def until(self, claim, what):
        """Looks at the screen until a claim about its lines is true."""
        end = time.monotonic() + SECONDS_MAX
        while not claim(lines := self.screen.lines()):
            if time.monotonic() > end:
                shown = "\n".join(lines)
                self.fail(f"in vain: {what}; the screen is\n{shown}")
            time.sleep(LOOK_SECONDS)
        return lines

    def until_last(self, pattern):
        """Until the last line matches; returns all lines."""
        return self.until(
            lambda lines: re.fullmatch(pattern, lines[-1]),
            f"the last line is {pattern!r}",
        )

    def until_shown(self, text):
        return self.until(
            lambda lines: any(text in line for line in lines),
            f"{text!r} is shown",
        )

    def open_shell(self, *options, prompt=r"default>"):
        words = [PROGRAMS.absolute() / "troupe", "--connect", self.where]
        self.screen.enter(" ".join(map(str, [*words, *options])))
        self.until_shown('"help" lists the commands')
        self.until_last(prompt)

    def troupe(self, *args):
        """A command of somebody else."""
        return subprocess.run(
            [PROGRAMS / "troupe", "--connect", self.where, *map(str, args)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            env=environment(),
            timeout=SECONDS_MAX,
            check=True,
        ).stdout.decode()

    # Tests --------------------------------------------------------------------

    def test_lines_are_typed_and_remembered(self):
        self.open_shell()
        self.assertRegex(
            self.screen.lines()[-2],
            r"Troupe [0-9.]+, cluster default at 127\.0\.0\.1:\d+: 1 node, "
            r'0 active jobs; "help" lists the commands',
        )
        self.screen.enter("nodes")
        lines = self.until_shown("coordinator,worker")
        self.assertIn("default> nodes", lines)
        self.screen.enter(" jobs --limit 3")
        self.until_shown("default>  jobs --limit 3")
        self.until_last("default>")
        self.screen.press("Up")
        self.until_last("default> nodes")
        self.screen.press("C-c")
        self.until_last("default>")
        self.screen.enter("exit")
        self.until_last(SH_PROMPT)
        self.open_shell()
        self.screen.press("C-r")
        self.screen.type("ode")
        self.until_shown("bck:ode")
        self.screen.press("Enter")
        self.until(
            lambda lines: sum("coordinator,worker" in x for x in lines) == 2,
            "the line that was found has run",
        )
        self.screen.press("C-d")
        self.until_last(SH_PROMPT)
        history = self.folder / "state/troupe/history"
        self.assertEqual(history.read_text(), "nodes\nexit\nnodes\n")
        self.assertEqual(history.stat().st_mode & 0o777, 0o600)

    def test_the_tab_key_knows_commands_options_and_the_cluster(self):
        job = self.troupe("submit", "noop", "--range", "0..1").strip()
        self.open_shell()
        self.screen.type("unc")
        self.screen.press("Tab")
        self.until_last("default> uncordon")
        self.screen.press("Tab")
        self.until_last("default> uncordon lead")
        self.screen.press("C-u")
        self.screen.type("result --out")
        self.screen.press("Tab")
        self.until_last("default> result --output")
        self.screen.press("C-u")
        self.screen.type("run --reduce m")
        self.screen.press("Tab")
        self.until_shown("max           merge_counts  min")
        self.until_last("default> run --reduce m")
        self.screen.press("C-u")
        self.screen.type("wait ")
        self.screen.press("Tab")
        self.until_last(f"default> wait {job}")
        self.screen.press("C-u")
        self.screen.type("run wordc")
        self.screen.press("Tab", "Tab")
        self.until_shown("wordcount_file")
        self.until_last("default> run wordcount")
        # Another job is there a moment later.
        other = self.troupe("submit", "noop", "--range", "0..1").strip()

        def offered(lines):
            # Completed to the one job that was known, it would offer no other.
            self.screen.press("C-u")
            self.screen.type("wait ")
            self.screen.press("Tab", "Tab")
            return any(line.split() == [other, job] for line in lines)

        self.until(offered, "both jobs are offered")

    def test_ctrl_c_ends_a_command_and_not_the_shell(self):
        job = self.troupe("submit", "sleep", "--input", "600000").strip()
        self.open_shell(prompt=r"default \(1 job\)>")
        self.screen.enter(f"wait {job}")
        self.until_shown("0/1")
        self.screen.press("C-c")
        self.until_shown(f"detached; job {job} goes on")
        self.until_last(r"default \(1 job\)>")
        self.screen.enter("nodes")
        self.until_shown("coordinator,worker")

    def test_ctrl_c_ends_the_wait_for_a_file(self):
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        self.open_shell()
        self.screen.enter(f"source {fifo}")

        def interrupted(lines):
            self.screen.press("C-c")
            return any("interrupted" in line for line in lines)

        self.until(interrupted, "the wait has ended")
        self.until_last("default>")

    def test_last_is_what_a_command_prints_elsewhere(self):
        job = self.troupe("submit", "sleep", "--input", "300").strip()
        self.open_shell(prompt=r"default.*>")
        self.screen.resize(50)
        self.screen.enter("set events off; functions; shown = $last")
        self.screen.enter("all = functions; assert $shown == $all; print same")
        self.until(lambda lines: "same" in lines, "both are the same")
        self.screen.enter(f"watch {job}; print <$last>")
        lines = self.until_shown("<job ")
        self.assertFalse(any("\\x1b" in line for line in lines), lines)

    def test_a_stopped_sleep_goes_on_to_its_end(self):
        self.open_shell()
        begin = time.monotonic()
        self.screen.enter("sleep 5s; print slept")
        self.until_shown("default> sleep 5s")
        time.sleep(0.5)  # Nothing on the screen tells that it sleeps.
        self.screen.press("C-z")
        self.until_last(SH_PROMPT)
        self.screen.enter("fg")
        self.until(lambda lines: "slept" in lines, "the sleep has ended")
        self.assertGreater(time.monotonic() - begin, 5)
        self.until_last("default>")
        self.screen.enter("exit 3")
        self.until_last(SH_PROMPT)
        self.screen.enter("echo code $?")
        self.until(lambda lines: "code 3" in lines, "the exit code is 3")

    def children(self):
        """The commands that run below the shell."""
        shell = self.screen.tmux("display-message", "-p", "#{pane_pid}")
        found = {}
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                text = stat.read_text()
            except OSError:
                continue
            pid, parent = text.split()[0], text.rsplit(")", 1)[1].split()[1]
            found.setdefault(parent, []).append(pid)
        prompts = found.get(shell.strip(), [])
        return [child for prompt in prompts for child in found.get(prompt, [])]

    def test_ctrl_c_ends_a_command_whose_coordinator_is_frozen(self):
        self.open_shell("--connect-timeout", "100s")
        self.lead.process.send_signal(signal.SIGSTOP)
        self.addCleanup(self.lead.process.send_signal, signal.SIGCONT)
        self.screen.enter("jobs")
        self.until(lambda _: self.children(), "the command runs")
        self.screen.press("C-c")
        self.until(lambda _: not self.children(), "the command has ended")
        self.until_last(r"default.*>")
        self.screen.enter("history")
        self.until_shown("1  jobs")
        self.lead.process.send_signal(signal.SIGCONT)
        self.screen.enter("nodes")
        self.until_shown("coordinator,worker")
        self.until_last("default>")

    def test_a_lost_coordinator_is_told_and_the_line_stays(self):
        self.open_shell("--connect-timeout", "1s")
        self.screen.type("node")
        self.until_last("default> node")
        self.lead.kill()
        self.until_last(r"default \(not connected\)> node")
        told = f"lost the coordinator at {self.where}"
        self.until_shown(told)
        lines = self.screen.lines()
        self.assertEqual(sum(told in line for line in lines), 1, lines)
        self.start_lead()
        self.until_last("default> node")
        lines = self.screen.lines()
        told = (f"connected to the coordinator at {self.where}; it was started "
                "anew: its jobs are gone")
        self.assertEqual(sum(told in line for line in lines), 1, lines)
        self.screen.enter("s")
        self.until_shown("coordinator,worker")
        self.until_last("default>")

    def test_a_loss_that_is_over_is_not_told(self):
        self.open_shell("--connect-timeout", "1s")
        job = self.troupe("submit", "sleep", "--input", "14000").strip()
        self.screen.enter(f"wait {job}")
        self.until_shown("0/1")
        self.lead.process.send_signal(signal.SIGSTOP)
        self.addCleanup(self.lead.process.send_signal, signal.SIGCONT)
        self.until_shown("waiting for it")
        self.lead.process.send_signal(signal.SIGCONT)
        self.until_shown("the coordinator is back")
        self.until_shown(f"job {job} succeeded")
        self.until_last("default>")
        time.sleep(3)  # What comes late would come now.
        lines = self.screen.lines()
        self.assertFalse(any("reconnect" in x for x in lines), lines)
        self.assertFalse(any("connected to" in x for x in lines), lines)

    def test_a_long_line_survives_a_resize(self):
        self.open_shell()
        words = [f"word{i}" for i in range(30)]
        line = "history " + " ".join(words)
        self.screen.type(line)
        self.until(
            lambda lines: lines[-1].endswith("word29"), "the line is shown"
        )
        for columns in (60, 90, 47, COLUMNS):
            self.screen.resize(columns)
            self.until(
                lambda lines: "".join(lines).replace(" ", "").endswith(
                    ("default>" + line).replace(" ", "")
                ),
                f"the line is whole with {columns} columns",
            )
        self.screen.press("C-a", "C-k")
        self.until_last("default>")
        self.screen.enter("nodes")
        self.until_shown("coordinator,worker")

    def test_events_come_above_the_line(self):
        self.open_shell()
        self.screen.type("node")
        job = self.troupe("submit", "noop", "--range", "0..5").strip()
        self.until_shown(f"job {job} (noop) has succeeded in")
        self.until_last("default> node")
        self.screen.press("C-u")
        self.screen.enter("set events off")
        self.until_last("default>")
        other = self.troupe("submit", "noop", "--range", "0..5").strip()
        self.screen.enter(f"wait {other}")
        lines = self.until_shown(f"default> wait {other}")
        self.assertFalse(any(f"job {other} (noop)" in x for x in lines), lines)
        self.screen.enter("set events some")
        self.until_shown("off, jobs")

    def test_contexts_are_saved_and_switched_to(self):
        elsewhere = f"127.0.0.1:{free_port()}"
        self.start_lead(elsewhere, cluster="night")
        self.open_shell()
        self.screen.enter(f"connect lab {elsewhere} --cluster night")
        self.until_shown(f"saved lab: {elsewhere}, cluster night")
        self.until_shown(f"commands go to cluster night at {elsewhere}")
        self.screen.type("connect la")
        self.screen.press("Tab")
        self.until_last("night> connect lab")
        self.screen.press("Enter")
        self.until_last("night>")
        self.screen.enter(f"connect {self.where}")
        self.until_last("default>")
        self.screen.enter("exit")
        self.until_last(SH_PROMPT)
        # Commands from now on go there.
        self.screen.enter(f"{PROGRAMS.absolute() / 'troupe'}")
        self.until_last("night>")
        saved = self.folder / "config/troupe/contexts.json"
        self.assertEqual(saved.stat().st_mode & 0o777, 0o600)

    def test_a_command_that_prints_much_leaves_the_prompt_alone(self):
        self.open_shell()
        self.screen.enter("help")
        self.until_shown("At the prompt also:")
        self.until_last("default>")
        self.screen.enter("nodse")
        self.until_shown('there is no command "nodse"')
        self.until_last("default>")

    def test_a_signal_ends_it_and_the_terminal_is_usable(self):
        self.open_shell()
        shell = self.screen.tmux("display-message", "-p", "#{pane_pid}").strip()
        prompts = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", shell],
            stdout=subprocess.PIPE,
            check=True,
        ).stdout.split()
        self.assertEqual(len(prompts), 1)
        os.kill(int(prompts[0]), signal.SIGTERM)
        self.until_last(SH_PROMPT)
        self.screen.enter("echo still there")
        self.until(lambda lines: "still there" in lines, "sh answers")


if __name__ == "__main__":
    if TMUX is None:
        print("tmux is not installed: `./dev deps` does it. Nothing is tested.")
        sys.exit(77)
    unittest.main(verbosity=2)
