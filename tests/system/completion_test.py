#!/usr/bin/env python3
"""What the completion files of `troupe` make other shells offer. Shells that
are not installed are skipped, which the output says.

    TROUPE_BIN=build/dev/bin python3 -B tests/system/completion_test.py [TEST...]
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from shell_test import COMMAND_SECONDS_MAX, PROGRAMS


class completion(unittest.TestCase):
    def script(self, shell):
        """A file with the completion script of a shell."""
        file = tempfile.NamedTemporaryFile(suffix=f".{shell}")
        self.addCleanup(file.close)
        subprocess.run(
            [PROGRAMS / "troupe", "help", "--completion", shell],
            stdout=file,
            check=True,
            timeout=COMMAND_SECONDS_MAX,
        )
        return file.name

    def run_shell(self, *args):
        """What a shell prints; it must not complain."""
        ended = subprocess.run(
            args,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=COMMAND_SECONDS_MAX,
            text=True,
        )
        self.assertEqual((ended.returncode, ended.stderr), (0, ""), args)
        return ended.stdout

    def need(self, shell):
        if not shutil.which(shell):
            self.skipTest(f"{shell} is not installed")

    def complete(self, *words):
        """What bash would offer for the last word, which it splits before."""
        script = """
            source "$1"
            shift
            COMP_LINE="$1"
            shift
            COMP_WORDS=("$@")
            COMP_CWORD=$(($# - 1))
            COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
            _troupe
            printf '%s\\n' "${COMPREPLY[@]}"
        """
        file = self.script("bash")
        line = " ".join(["troupe", *words])
        pieces = ["troupe"]
        for word in words:
            pieces += [x for x in re.split("([:=]+)", word) if x] or [""]
        if words[-1].endswith("="):
            pieces.append("")
        return self.run_shell(
            "bash", "-euc", script, "bash", file, line, *pieces
        ).split()

    def test_offers_what_fits(self):
        self.assertEqual(self.complete("can"), ["cancel"])
        self.assertIn("--json", self.complete("--"))
        self.assertEqual(self.complete("--connect", "h:1", "can"), ["cancel"])
        self.assertIn("--reduce", self.complete("run", "f", "--"))
        self.assertNotIn("--reduce", self.complete("jobs", "--"))
        self.assertEqual(
            self.complete("run", "f", "--reduce", "merge"), ["merge_counts"]
        )
        self.assertEqual(self.complete("help", "fun"), ["functions"])
        self.assertEqual(self.complete("run", "f", "--name", "x"), [])
        self.assertEqual(self.complete("help", "--completion", "z"), ["zsh"])

    def test_offers_choices_where_they_belong(self):
        self.assertEqual(self.complete("dead", "re"), ["requeue"])
        self.assertEqual(self.complete("--json", "dead", "p"), ["purge"])
        self.assertEqual(
            self.complete("dead", "--error", "list", "s"), ["show"]
        )
        self.assertEqual(self.complete("dead", "list", "s"), [])
        self.assertIn("--error", self.complete("dead", ""))

    def test_words_that_bash_splits(self):
        self.assertEqual(
            self.complete("--connect", "127.0.0.1:7400", "sta"),
            ["status", "state"],
        )
        self.assertEqual(self.complete("--connect=h:1", "can"), ["cancel"])
        self.assertEqual(self.complete("run", "f", "--reduce=mer"), ["merge_counts"])
        self.assertIn("sum", self.complete("run", "f", "--reduce="))
        # Of a word with a colon bash replaces what is behind the last one.
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(f"{folder}/a:bc").touch()
            self.assertEqual(
                self.complete("run", "f", "--lines", f"{folder}/a:b"), ["bc"]
            )

    def test_values_of_options(self):
        self.assertEqual(self.complete("log", "w", "-f", "--level", "w"), ["warn"])
        self.assertEqual(self.complete("top", "--sort", "ol"), ["oldest"])
        self.assertEqual(self.complete("events", "--kind", "task_d"), ["task_dead"])
        self.assertEqual(self.complete("send", "root", "f"), ["flush"])
        self.assertEqual(self.complete("help", "scr"), ["scripts"])

    def test_scripts_and_job_files(self):
        self.assertEqual(self.complete("--keep"), ["--keep-going"])
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/file"
            pathlib.Path(path).touch()
            for words in (["-f"], ["--file"], ["submit", "-f"], ["run", "-f"]):
                with self.subTest(words=words):
                    self.assertEqual(self.complete(*words, folder + "/"), [path])
            self.assertEqual(self.complete("submit", "-f", path, "--dry"), ["--dry-run"])

    def test_offers_files(self):
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/file"
            pathlib.Path(path).touch()
            self.assertEqual(
                self.complete("run", "f", "--split", "x", folder + "/"), [path]
            )
            self.assertEqual(
                self.complete("result", "1", "--output", folder + "/"), [path]
            )

    def test_all_scripts_are_valid(self):
        self.run_shell("bash", "-n", self.script("bash"))
        for shell in ("zsh", "fish"):
            with self.subTest(shell):
                self.need(shell)
                self.run_shell(shell, "-n", self.script(shell))

    def test_fish_offers_the_same(self):
        self.need("fish")
        file = self.script("fish")

        def complete(line):
            script = "source $argv[1]; complete -C $argv[2]"
            shown = self.run_shell("fish", "-c", script, file, line)
            return [x.split("\t")[0] for x in shown.splitlines()]

        self.assertEqual(complete("troupe can"), ["cancel"])
        self.assertEqual(complete("troupe --connect h:1 can"), ["cancel"])
        self.assertEqual(complete("troupe dead re"), ["requeue"])
        self.assertEqual(complete("troupe dead list s"), [])
        self.assertEqual(complete("troupe run f --reduce mer"), ["merge_counts"])
        self.assertIn("--limit", complete("troupe jobs --l"))
        self.assertNotIn("--limit", complete("troupe job --l"))
        self.assertEqual(complete("troupe log w --level w"), ["warn"])
        self.assertIn("--keep-going", complete("troupe --keep"))
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/file"
            pathlib.Path(path).touch()
            for line in ("troupe -f", "troupe submit -f"):
                with self.subTest(line=line):
                    self.assertEqual(complete(f"{line} {folder}/fi"), [path])
        self.assertEqual(complete("troupe submit -f x dead"), [])

    def test_zsh_offers_the_same(self):
        self.need("zsh")
        # A real line editor: what the Tab key makes of a line, printed by zsh
        # itself when the line is entered.
        script = """
            zmodload zsh/zpty
            zpty shell zsh -f -i
            zpty -w shell 'autoload -U compinit; compinit -u -D'
            zpty -w shell "source $1"
            zpty -w shell 'troupe() { print -r -- "<$*>" }'
            for line in can 'dead re' 'jobs --li' '--keep' 'log w --level w'; do
                zpty -w -n shell $'troupe '$line$'\\t\\n'
            done
            zpty -w shell 'print -r -- "<e""nd>"'
            zpty -r shell shown '*<end>*'
            print -r -- $shown
            zpty -d shell
        """
        shown = self.run_shell(
            "zsh", "-fc", script, "zsh", self.script("zsh")
        )
        for want in (
            "<cancel>", "<dead requeue>", "<jobs --limit>", "<--keep-going>",
            "<log w --level warn>",
        ):
            self.assertIn(want, shown)


if __name__ == "__main__":
    if not (PROGRAMS / "troupe").exists():
        sys.exit(f"completion_test: there is no {PROGRAMS}/troupe; set TROUPE_BIN")
    unittest.main(verbosity=2)
