#!/usr/bin/env python3
"""Looks whether the mutations of `./dev mutate` still fit the sources: the text
that each replaces is there once, and the unit tests that it names exist.

    python3 -B tests/tidy/mutations_test.py
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "mutation"))

import mutations  # noqa: E402

# Where the suites of a program are.
FOLDERS = {"test_runtime": "tests/runtime", "test_actors": "tests/actors"}


def suites_of(program):
    return {
        suite
        for path in (ROOT / FOLDERS[program]).rglob("*_test.cpp")
        for suite in re.findall(
            r"^#define CAF_SUITE (\w+)", path.read_text(), re.MULTILINE
        )
    }


def problems_of(what):
    path = ROOT / what.path
    if not path.is_file():
        return [f"{what.name}: there is no file {what.path}"]
    found = []
    try:
        if mutations.apply(what, path.read_text()) == path.read_text():
            found.append(f"{what.name}: it changes nothing")
    except ValueError as problem:
        found.append(str(problem))
    if what.program not in FOLDERS:
        return found + [f"{what.name}: unknown program {what.program}"]
    missing = set(what.suites) - suites_of(what.program)
    found.extend(
        f"{what.name}: {what.program} has no suite {x}" for x in missing
    )
    if not what.suites:
        found.append(f"{what.name}: it names no unit tests")
    return found


def self_test():
    """A mutation whose text is gone, or is there twice, is noticed."""
    one = mutations.mutation("m", "", "p", "ab", "c", "test_runtime", ["x"])
    assert mutations.apply(one, "xaby") == "xcy"
    for text in ("xay", "abab"):
        try:
            mutations.apply(one, text)
        except ValueError:
            continue
        raise AssertionError(f"'{text}' was taken")


def main():
    self_test()
    names = [what.name for what in mutations.ALL]
    found = [x for what in mutations.ALL for x in problems_of(what)]
    found += [f"{x}: two have that name" for x in names if names.count(x) > 1]
    for problem in found:
        print(problem)
    print(f"{len(names)} mutations, {len(found)} problems")
    return 1 if found or not names else 0


if __name__ == "__main__":
    sys.exit(main())
