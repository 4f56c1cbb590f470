#!/usr/bin/env python3
"""Breaks the product on purpose, one thing at a time, and requires that the
simulator or the unit tests notice.

    ./dev mutate [--seeds 500] [--jobs N] [NAME...]

Works on a copy of the sources in build/mutation, which is built there; what is
checked out stays as it is. Prints a line for each mutation of mutations.py and
a closing one; exits 1 if one survived or does not fit the sources any more.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import time

import mutations

ROOT = pathlib.Path(__file__).resolve().parents[2]
COPY = ROOT / "build" / "mutation"
BUILD = COPY / "build" / "dev"
# Seeds that are run before it is looked whether one was violated.
BATCH = 50
BUILD_SECONDS_MAX = 3600
RUN_SECONDS_MAX = 600
VIOLATION = re.compile(r"^seed (\d+): VIOLATION at (.*)$", re.MULTILINE)


def run(command, seconds):
    """Exit status and output; a run that takes too long counts as failed."""
    environment = dict(
        os.environ, CCACHE_BASEDIR=str(COPY), CCACHE_NOHASHDIR="1"
    )
    try:
        done = subprocess.run(
            [str(x) for x in command],
            cwd=COPY,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None, f"did not end within {seconds} s"
    return done.returncode, done.stdout.decode("utf-8", "replace")


def copy_sources():
    """Brings the copy up to date; what has not changed keeps its time."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    ).stdout.decode()
    wanted = {x for x in listed.split("\0") if x and (ROOT / x).is_file()}
    for name in wanted:
        write(name, (ROOT / name).read_bytes())
    for path in COPY.rglob("*"):
        name = path.relative_to(COPY).as_posix()
        if path.is_file() and not name.startswith("build/"):
            if name not in wanted:
                path.unlink()


def write(name, content):
    path = COPY / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_bytes() != content:
        path.write_bytes(content)


def build(jobs, targets):
    """An error text, or None."""
    status, output = run(
        ["cmake", "--build", BUILD, "-j", jobs, "--target", *targets],
        BUILD_SECONDS_MAX,
    )
    return None if status == 0 else f"does not build:\n{output[-4000:]}"


def simulate(seeds):
    """What the simulator caught, or None."""
    for first in range(1, seeds + 1, BATCH):
        count = min(BATCH, seeds + 1 - first)
        status, output = run(
            [
                BUILD / "tests" / "simulate",
                *("--seeds", count, "--first-seed", first),
            ],
            RUN_SECONDS_MAX,
        )
        if status == 0:
            continue
        found = sorted((int(s), what) for s, what in VIOLATION.findall(output))
        if found:
            seed, what = found[0]
            return f"seed {seed} ({what.split(': ', 1)[-1]})"
        if status is None:
            return f"a seed of {first}..{first + count - 1} that {output}"
        return f"a crash in seeds {first}..{first + count - 1}"
    return None


def test(what):
    """The names of the unit tests that failed."""
    failed = []
    for suite in what.suites:
        status, _ = run(
            [BUILD / "tests" / what.program, suite], RUN_SECONDS_MAX
        )
        if status != 0:
            failed.append(f"{what.program} {suite}")
    return failed


def check(what, options):
    """Whether it was caught, and a line about it."""
    original = (COPY / what.path).read_bytes()
    write(what.path, mutations.apply(what, original.decode()).encode())
    try:
        problem = build(options.jobs, ["simulate", what.program])
        if problem:
            return False, f"{what.name}: {problem}"
        seed = simulate(options.seeds)
        failed = test(what)
    finally:
        write(what.path, original)
    by_seed = f"by {seed}" if seed else f"by none of {options.seeds} seeds"
    by_test = f"by {', '.join(failed)}" if failed else "by no unit test"
    caught = bool(seed or failed)
    verdict = "caught" if caught else "SURVIVED"
    return caught, f"{what.name}: {verdict} {by_seed}, {by_test} ({what.breaks})"


def check_healthy(chosen, options):
    """What is caught means nothing if the sources are not right as they are."""
    programs = {what.program for what in chosen}
    problem = build(options.jobs, ["simulate", *sorted(programs)])
    if not problem and (seed := simulate(options.seeds)):
        problem = f"the simulator finds {seed}"
    if not problem:
        failed = sorted({x for what in chosen for x in test(what)})
        if failed:
            problem = f"these tests fail: {', '.join(failed)}"
    return problem


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seeds", type=int, default=500)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    known = {what.name for what in mutations.ALL}
    unknown = [x for x in options.names if x not in known]
    if unknown:
        parser.error(
            f"there is no mutation {', '.join(unknown)}; there are "
            f"{', '.join(sorted(known))}"
        )
    return options


def main():
    options = parse()
    begin = time.monotonic()
    chosen = [
        what
        for what in mutations.ALL
        if not options.names or what.name in options.names
    ]
    copy_sources()
    for what in chosen:  # Before an hour is spent on the others.
        try:
            mutations.apply(what, (COPY / what.path).read_text())
        except ValueError as problem:
            print(f"mutate: {problem}")
            return 1
    status, output = run(["cmake", "--preset", "dev"], BUILD_SECONDS_MAX)
    problem = output if status != 0 else check_healthy(chosen, options)
    if problem:
        print(f"mutate: without any mutation: {problem}")
        return 1
    caught = []
    by_seeds = 0
    for what in chosen:
        is_caught, line = check(what, options)
        caught.append(is_caught)
        by_seeds += "by none of" not in line and is_caught
        print(line, flush=True)
    print(
        f"{len(chosen)} mutations, {sum(caught)} caught, {by_seeds} of them by "
        f"the simulator within {options.seeds} seeds, in "
        f"{time.monotonic() - begin:.0f} s"
    )
    return 0 if all(caught) else 1


if __name__ == "__main__":
    sys.exit(main())
