#!/usr/bin/env python3
"""Holds the project to its own rules: who includes whom, how long things get,
what is not used, what has to be tested and documented.

    python3 -B tests/tidy/tidy_test.py [CHECK...]

Prints each violation as `file:line: sentence` and a line for each check. The
checks are functions in source_checks.py and docs_checks.py; check_cases.py
shows that each of them can fail.
"""

import pathlib
import sys

import check_cases
import docs_checks
import source_checks
from violations import report, tree

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main(names):
    checks = source_checks.ALL + docs_checks.ALL
    unknown = set(names) - {check.__name__ for check in checks}
    if unknown:
        print(f"tidy_test: there is no check {', '.join(sorted(unknown))}.")
        return 2
    wrong = check_cases.run()
    for sentence in wrong:
        print(f"self_test: {sentence}")
    files = tree.load(ROOT)
    reports = []
    for check in checks:
        if names and check.__name__ not in names:
            continue
        reports.append(report(check.__name__))
        check(files, reports[-1])
        if not reports[-1].looked_at and not reports[-1].violations:
            reports[-1].add(check.__name__, 0, "found nothing to look at.")
    for found in reports:
        for path, line, sentence in sorted(found.violations):
            print(f"{path}:{line}: {sentence}")
    print()
    print(f"{'FAIL' if wrong else 'ok':4} self_test ({len(wrong)} wrong)")
    for found in reports:
        print(
            f"{'FAIL' if found.violations else 'ok':4} {found.name} "
            f"(looked at {found.looked_at}, {len(found.violations)} wrong)"
        )
    return 1 if wrong or any(r.violations for r in reports) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
