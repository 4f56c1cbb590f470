"""Checks of the C++ sources: include direction, sizes, patterns, tests."""

import re

import cpp_source
from violations import CPP, PRODUCT

FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
BEHAVIOR_LINES_MAX = 40

# Which part may include which: docs/architecture.md shows it as a picture.
RUNTIME_MAY_INCLUDE = {
    "base": {"base"},
    "model": {"base", "model"},
    "policy": {"base", "model", "policy"},
    "store": {"base", "model", "policy", "store"},
    "telemetry": {"base", "telemetry"},
    "function": {"base", "function"},
    "wire": {"base", "model", "function", "wire"},
}
NODES_MAY_INCLUDE = {
    "embed": {"embed"},
    "daemon": {"embed", "daemon"},
    "shell": {"embed", "shell"},
    "gateway": {"embed", "gateway"},
}


def _component(path):
    """("runtime", "base") for runtime/base/error.hpp; <troupe/...> is embed."""
    parts = path.split("/")
    if parts[0] == "troupe":
        return "nodes", "embed"
    if parts[0] in ("runtime", "nodes"):
        return parts[0], parts[1] if len(parts) > 2 else ""
    return parts[0], ""


def _forbidden_include(source, target):
    """Why `source` may not include `target` (both paths), or None."""
    top, part = _component(source)
    to_top, to_part = _component(target)
    if to_top == "tests":
        return "product code must not include tests"
    if top == "runtime":
        if to_top != "runtime":
            return f"runtime must not include {to_top}"
        if to_part not in RUNTIME_MAY_INCLUDE.get(part, set()):
            return f"runtime/{part} must not include runtime/{to_part}"
    elif top == "actors":
        if to_top == "nodes":
            return "actors must not include nodes"
    elif top == "nodes" and to_top == "nodes":
        if to_part not in NODES_MAY_INCLUDE.get(part, set()):
            return f"nodes/{part} must not include nodes/{to_part}"
    return None


def _is_project(path):
    return path.split("/")[0] in (*PRODUCT, "tests", "troupe", "examples")


def include_direction(files, report):
    """Product code: each part includes only what design allows."""
    for path, text in files.under(PRODUCT, CPP):
        report.looked_at += 1
        for found in cpp_source.includes_of(text):
            if _is_project(found.path):
                why = _forbidden_include(path, found.path)
                if why:
                    report.add(path, found.line, f"{why}: {found.path}.")
            elif found.quoted:
                report.add(
                    path,
                    found.line,
                    f'"{found.path}" is no full path from the root.',
                )


def example_includes(files, report):
    """Examples use only what is installed as <troupe/...>."""
    for path, text in files.under(("examples",), CPP):
        report.looked_at += 1
        for found in cpp_source.includes_of(text):
            if _is_project(found.path) and not (
                found.path.startswith("troupe/") and not found.quoted
            ):
                report.add(
                    path,
                    found.line,
                    f"examples include only <troupe/...>, not {found.path}.",
                )


def include_targets(files, report):
    """Every project include names a file that exists."""
    for path, text in files.under((*PRODUCT, "tests", "examples"), CPP):
        report.looked_at += 1
        for found in cpp_source.includes_of(text):
            if _is_project(found.path) and not _resolve(files, found.path):
                report.add(
                    path, found.line, f"there is no file {found.path}."
                )


def _resolve(files, path):
    """The tree's path of an included file, or None."""
    if path.startswith("troupe/"):
        path = "nodes/embed/" + path
    return path if path in files.files else None


def caf_only_outside_runtime(files, report):
    """runtime knows no CAF, but for runtime/wire."""
    for path, text in files.under(("runtime",), CPP):
        if path.startswith("runtime/wire/"):
            continue
        report.looked_at += 1
        for found in cpp_source.includes_of(text):
            if found.path.startswith("caf/"):
                report.add(
                    path, found.line, "only runtime/wire may include CAF."
                )


HIDDEN_LIBRARIES = re.compile(r"^(nlohmann/|sqlite3|boost/|spdlog/)")


def public_headers(files, report):
    """What <troupe/...> pulls in, through any header of ours, has no JSON, no
    SQLite, no Boost and no spdlog; JSON is included by .cpp files only."""
    waiting = [
        path
        for path, _ in files.under(("nodes",), [".hpp"])
        if path.startswith("nodes/embed/troupe/")
    ]
    seen = set(waiting)
    while waiting:
        path = waiting.pop()
        report.looked_at += 1
        for found in cpp_source.includes_of(files.files[path]):
            if HIDDEN_LIBRARIES.match(found.path):
                report.add(
                    path,
                    found.line,
                    f"a public header must not pull in <{found.path}>.",
                )
            if found.path.startswith("actors/"):
                report.add(
                    path,
                    found.line,
                    f"{found.path} is not installed, but a public header "
                    "includes it.",
                )
            target = _resolve(files, found.path)
            if target and target not in seen:
                seen.add(target)
                waiting.append(target)
    for path, text in files.under(PRODUCT, [".hpp"]):
        for found in cpp_source.includes_of(text):
            if found.path.startswith("nlohmann/"):
                report.add(
                    path, found.line, "include JSON in .cpp files only."
                )


def header_guards(files, report):
    """Headers have #pragma once."""
    for path, text in files.under((*PRODUCT, "tests"), [".hpp"]):
        report.looked_at += 1
        if not re.search(r"^#pragma once$", text, re.M):
            report.add(path, 1, "a header needs #pragma once.")


def file_sizes(files, report):
    """Files have at most 600 lines."""
    tops = (*PRODUCT, "examples", "tests", "dev", ".ci")
    for path, text in files.under(tops, [*CPP, ".py", ".sh", "dev", "run"]):
        report.looked_at += 1
        lines = text.count("\n")
        if lines > FILE_LINES_MAX:
            report.add(
                path,
                FILE_LINES_MAX + 1,
                f"the file has {lines} lines, the limit is {FILE_LINES_MAX}.",
            )


def function_sizes(files, report):
    """Functions have at most 70 lines, behaviours 40."""
    for path, text in files.under((*PRODUCT, "examples", "tests"), CPP):
        for found in cpp_source.functions_of(text):
            report.looked_at += 1
            limit = FUNCTION_LINES_MAX
            what = "function"
            if found.is_behavior:
                limit = BEHAVIOR_LINES_MAX
                what = "behaviour"
            if found.lines > limit:
                report.add(
                    path,
                    found.line,
                    f"the {what} {found.name} has {found.lines} lines, the "
                    f"limit is {limit}.",
                )


# Pattern in code, why not, and the files where it is allowed. The names are
# put together from two halves where this file would find itself otherwise.
FORBIDDEN_IN_CODE = [
    (r"\bcaf::infinite\b", "every request has a deadline", None),
    (r"\b(sleep_for|sleep_until|usleep|nanosleep)\b|(?<!\w)::sleep\s*\(",
     "wait for an event, not for the clock", None),
    (r"\bsystem_clock::now\b", "take the time from the given clock",
     r"^runtime/base/clock\.cpp$"),
    (r"\bstd::rand\b|(?<![\w:.>])s?rand\s*\(",
     "take chance from the given source", None),
    (r"\bstd::byte\b", "CAF ships it byte by byte: use char", None),
    (r"\bnew\s+[A-Za-z_:]", "no raw new: use a container or make_unique",
     None),
    (r"(?<!operator )\bdelete(\s*\[\s*\])?\s+[A-Za-z_*(]",
     "no raw delete", None),
]
FORBIDDEN_INCLUDES = re.compile(r"^caf/(io/|openssl/)?all\.hpp$")


def forbidden_patterns(files, report):
    """No sleeping, no taken time or chance, no raw new, no caf/all.hpp."""
    for path, text in files.under((*PRODUCT, "examples"), CPP):
        report.looked_at += 1
        _search_code(path, text, FORBIDDEN_IN_CODE, report)
    for path, text in files.under(("tests",), CPP):
        if path.startswith("tests/bench/"):
            continue
        report.looked_at += 1
        _search_code(path, text, FORBIDDEN_IN_CODE[1:2], report)
    for path, text in files.under((*PRODUCT, "examples", "tests"), CPP):
        for found in cpp_source.includes_of(text):
            if FORBIDDEN_INCLUDES.match(found.path):
                report.add(
                    path,
                    found.line,
                    f"include the headers that you need, not {found.path}.",
                )


def _search_code(path, text, patterns, report):
    code = cpp_source.code_of(text)
    for pattern, why, allowed in patterns:
        if allowed and re.search(allowed, path):
            continue
        for match in re.finditer(pattern, code):
            report.add(
                path,
                cpp_source.line_of(code, match.start()),
                f"`{match.group().strip()}` is not used here: {why}.",
            )


_OPEN_ENDS = re.compile(
    r"\b(FIX" r"ME|TO" r"DO|X" r"XX)\b(?!\(#[0-9]+\))"
)


def open_ends(files, report):
    """Unfinished work names its issue: the mark, then (#12)."""
    tops = (*PRODUCT, "examples", "tests", "config", "docs", "dev", ".ci")
    endings = [*CPP, ".py", ".sh", ".md", ".conf", ".txt", ".cmake"]
    for path, text in files.under(tops, [*endings, "dev", "run"]):
        report.looked_at += 1
        for match in _OPEN_ENDS.finditer(text):
            report.add(
                path,
                cpp_source.line_of(text, match.start()),
                f"{match.group()} needs the number of an issue: "
                f"{match.group()}(#12).",
            )


def tests_exist(files, report):
    """Each .cpp of the product has a test of its stem, and each unit test
    file holds exactly the suite that CMake runs."""
    tests = {}
    for path, text in files.under(("tests",), ["_test.cpp"]):
        stem = path.rsplit("/", 1)[1].removesuffix("_test.cpp")
        if stem in tests:
            report.add(path, 1, f"{tests[stem]} has the same suite name.")
        tests[stem] = path
        suites = re.findall(r"^#define CAF_SUITE (\w+)$", text, re.M)
        if suites != [stem]:
            report.add(
                path, 1, f"the file must say `#define CAF_SUITE {stem}` once."
            )
    for path, _ in files.under(PRODUCT, [".cpp"]):
        report.looked_at += 1
        folder, _, name = path.rpartition("/")
        stem = name.removesuffix(".cpp")
        if stem != "main" and stem not in tests:
            report.add(path, 1, f"tests/{folder}/{stem}_test.cpp is missing.")


ALL = [
    include_direction,
    example_includes,
    include_targets,
    caf_only_outside_runtime,
    public_headers,
    header_guards,
    file_sizes,
    function_sizes,
    forbidden_patterns,
    open_ends,
    tests_exist,
]
