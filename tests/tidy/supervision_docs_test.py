#!/usr/bin/env python3
"""Compares the table of docs/supervision.md with the tests: each of OTP's 74
portable supervisor behaviours has one row, and the test that it names exists.

    python3 -B tests/tidy/supervision_docs_test.py
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = "docs/supervision.md"

# The cases of supervisor_SUITE (OTP 25.2) without the 14 that are about code
# upgrades, callback modules, global names and applications.
CASES = """
    sup_start_normal sup_start_ignore_init sup_start_ignore_child
    sup_start_ignore_temporary_child
    sup_start_ignore_temporary_child_start_child
    sup_start_ignore_temporary_child_start_child_simple
    sup_start_ignore_permanent_child_start_child_simple
    sup_start_error_return sup_start_fail sup_start_child_returns_error
    sup_start_restart_child_returns_error
    sup_start_child_returns_error_simple sup_start_map sup_start_map_simple
    sup_start_map_faulty_specs sup_stop_infinity sup_stop_timeout
    sup_stop_timeout_dynamic sup_stop_brutal_kill
    sup_stop_brutal_kill_dynamic sup_stop_race
    sup_stop_non_shutdown_exit_dynamic child_adm child_adm_simple
    extra_return child_specs child_specs_map sup_flags permanent_normal
    permanent_shutdown permanent_abnormal transient_normal
    transient_shutdown transient_abnormal temporary_normal
    temporary_shutdown temporary_abnormal temporary_bystander
    multiple_restarts one_for_one one_for_one_escalation one_for_all
    one_for_all_escalation one_for_all_other_child_fails_restart
    rest_for_one rest_for_one_escalation
    rest_for_one_other_child_fails_restart simple_one_for_one
    simple_one_for_one_shutdown simple_one_for_one_extra
    simple_one_for_one_escalation simple_one_for_one_corruption
    nonsignificant_temporary nonsignificant_transient significant_temporary
    significant_transient significant_simple significant_bystander
    significant_escalation child_unlink count_children
    count_children_supervisor count_restarting_children
    do_not_save_start_parameters_for_temporary_children
    do_not_save_child_specs_for_temporary_children
    simple_one_for_one_scale_many_temporary_children
    scale_start_stop_many_children hanging_restart_loop
    hanging_restart_loop_rest_for_one hanging_restart_loop_simple tree
    order_of_children format_log_1 format_log_2
""".split()

ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| (.+) \|$", re.M)
SUITE = re.compile(r"^#define CAF_SUITE (\w+)$", re.M)
TEST = re.compile(r"^CAF_TEST\((\w+)\)", re.M)
NAMED = re.compile(r"^`(\w+\.\w+)`$")


def tests_of(sources):
    """The tests in the texts, as suite.test."""
    found = []
    for text in sources:
        suite = SUITE.search(text)
        if suite:
            found += [f"{suite.group(1)}.{m}" for m in TEST.findall(text)]
    return found


def compare(page, tests):
    """Sentences about what is wrong. A row without a test says why not."""
    wrong = []
    section = page[page.find("## OTP's test suite"):]
    rows = ROW.findall(section)
    names = [name for name, _, _ in rows]
    for case in CASES:
        if names.count(case) != 1:
            wrong.append(f"{case} has {names.count(case)} rows, not 1.")
    for name, test, note in rows:
        named = NAMED.match(test)
        if name not in CASES:
            wrong.append(f"{name} is none of OTP's portable cases.")
        elif not named and (test != "-" or len(note) < 10):
            wrong.append(f"{name} names neither a test nor a reason.")
        elif named and tests.count(named.group(1)) != 1:
            wrong.append(f"{name}: there is no test {named.group(1)}.")
    passing = sum(1 for _, test, _ in rows if NAMED.match(test))
    claim = f"{passing} of {len(CASES)} pass"
    if claim not in re.sub(r"\s+", " ", page):
        wrong.append(f"the page does not say '{claim}'.")
    return wrong


def self_test():
    """Shows that each way to fail is noticed."""
    rows = [f"| `{case}` | `s.{case}` | - |" for case in CASES]
    page = "74 of 74 pass\n## OTP's test suite\n"
    tests = [f"s.{case}" for case in CASES]

    def wrong(changed, known=None):
        return compare(page + "\n".join(changed), known or tests)

    assert len(CASES) == len(set(CASES)) == 74
    assert wrong(rows) == []
    assert any("0 rows" in x for x in wrong(rows[1:]))
    assert any("2 rows" in x for x in wrong(rows + rows[:1]))
    assert any("no test" in x for x in wrong(rows, tests[1:]))
    assert any("none of" in x for x in wrong(rows + ["| `a` | `s.a` | - |"]))
    reason = [f"| `{CASES[0]}` | - | - |", *rows[1:]]
    assert any("nor a reason" in x for x in wrong(reason))
    assert any("73 of 74" in x for x in wrong(reason))
    source = "#define CAF_SUITE s\nCAF_TEST(a) {\n// CAF_TEST(b)\n"
    assert tests_of([source]) == ["s.a"]


def main():
    self_test()
    sources = [
        path.read_text("utf-8")
        for path in sorted((ROOT / "tests").rglob("*_test.cpp"))
    ]
    try:
        page = (ROOT / PAGE).read_text("utf-8")
    except FileNotFoundError:
        print(f"{PAGE}:1: the file is missing.")
        return 1
    wrong = compare(page, tests_of(sources))
    for sentence in wrong:
        print(f"{PAGE}: {sentence}")
    print(f"{len(CASES)} cases, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
