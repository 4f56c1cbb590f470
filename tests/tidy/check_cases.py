"""Shows that each check can fail: small trees with one fault, or none."""

import cpp_source
import docs_checks
import source_checks
from violations import report, tree


def _long(header, lines, tail=""):
    return header + " {\n" + "  f();\n" * (lines - 2) + "}" + tail + "\n"


# Check, what, files, number of expected violations.
CASES = [
    (source_checks.include_direction, "base is below model",
     {"runtime/base/a.hpp": '#include "runtime/model/b.hpp"'}, 1),
    (source_checks.include_direction, "model may not use policy",
     {"runtime/model/a.hpp": '#include "runtime/policy/b.hpp"'}, 1),
    (source_checks.include_direction, "store may use model",
     {"runtime/store/a.hpp": '#include "runtime/model/b.hpp"'}, 0),
    (source_checks.include_direction, "wire may use function",
     {"runtime/wire/a.hpp": '#include "runtime/function/b.hpp"'}, 0),
    (source_checks.include_direction, "function may not use model",
     {"runtime/function/a.cpp": '#include "runtime/model/b.hpp"'}, 1),
    (source_checks.include_direction, "nothing includes nodes",
     {"actors/a.cpp": "#include <troupe/client.hpp>"}, 1),
    (source_checks.include_direction, "the daemon may use embed",
     {"nodes/daemon/a.cpp": "#include <troupe/client.hpp>"}, 0),
    (source_checks.include_direction, "the daemon may not use the shell",
     {"nodes/daemon/a.cpp": '#include "nodes/shell/b.hpp"'}, 1),
    (source_checks.include_direction, "embed may not use the daemon",
     {"nodes/embed/a.cpp": '#include "nodes/daemon/b.hpp"'}, 1),
    (source_checks.include_direction, "paths are full",
     {"actors/a.cpp": '#include "a.hpp"'}, 1),
    (source_checks.example_includes, "only <troupe/...>",
     {"examples/x/main.cpp": '#include "runtime/base/ids.hpp"'}, 1),
    (source_checks.example_includes, "<troupe/...> and CAF",
     {"examples/x/main.cpp": "#include <troupe/a.hpp>\n#include <caf/a.hpp>"},
     0),
    (source_checks.include_targets, "a file that is missing",
     {"actors/a.cpp": '#include "actors/a.hpp"'}, 1),
    (source_checks.caf_only_outside_runtime, "CAF in the model",
     {"runtime/model/a.cpp": "#include <caf/actor.hpp>"}, 1),
    (source_checks.caf_only_outside_runtime, "CAF in wire",
     {"runtime/wire/a.cpp": "#include <caf/actor.hpp>"}, 0),
    (source_checks.public_headers, "JSON behind a public header",
     {"nodes/embed/troupe/a.hpp": '#include "runtime/base/b.hpp"',
      "runtime/base/b.hpp": "#include <boost/beast.hpp>"}, 1),
    (source_checks.public_headers, "JSON in a header",
     {"runtime/base/b.hpp": "#include <nlohmann/json.hpp>"}, 1),
    (source_checks.header_guards, "no guard",
     {"actors/a.hpp": "int a;\n"}, 1),
    (source_checks.file_sizes, "601 lines", {"actors/a.cpp": "\n" * 601}, 1),
    (source_checks.file_sizes, "600 lines", {"actors/a.cpp": "\n" * 600}, 0),
    (source_checks.function_sizes, "71 lines",
     {"actors/a.cpp": _long("int f(int x)", 71)}, 1),
    (source_checks.function_sizes, "70 lines",
     {"actors/a.cpp": _long("int f(int x)", 70)}, 0),
    (source_checks.function_sizes, "a behaviour of 41 lines",
     {"actors/a.cpp": _long("caf::behavior f(self* me)", 41)}, 1),
    (source_checks.function_sizes, "a behavior_type of 41 lines",
     {"actors/a.cpp": _long("x::behavior_type\nf(x::pointer me)", 41)}, 1),
    (source_checks.function_sizes, "a long class of short functions",
     {"actors/a.hpp": _long("struct x", 2)
      + "struct y {\n" + _long("  int f() const", 40) * 3 + "};\n"}, 0),
    (source_checks.function_sizes, "a long table is no function",
     {"actors/a.cpp": "constexpr row rows[] = {\n" + "{1},\n" * 90 + "};\n"},
     0),
    (source_checks.forbidden_patterns, "no deadline",
     {"actors/a.cpp": "request(a, caf::infinite, b);"}, 1),
    (source_checks.forbidden_patterns, "a comment may name it",
     {"actors/a.cpp": "// never caf::infinite\n"}, 0),
    (source_checks.forbidden_patterns, "sleeping in a test",
     {"tests/a_test.cpp": "std::this_thread::sleep_for(1ms);"}, 1),
    (source_checks.forbidden_patterns, "the wall clock",
     {"runtime/model/a.cpp": "auto x = system_clock::now();"}, 1),
    (source_checks.forbidden_patterns, "the clock itself",
     {"runtime/base/clock.cpp": "auto x = system_clock::now();"}, 0),
    (source_checks.forbidden_patterns, "chance",
     {"runtime/base/a.cpp": "int x = rand();"}, 1),
    (source_checks.forbidden_patterns, "a call of our own `operand(`",
     {"runtime/base/a.cpp": "int x = operand(); y.rand();"}, 0),
    (source_checks.forbidden_patterns, "slow bytes",
     {"runtime/base/a.hpp": "std::vector<std::byte> x;"}, 1),
    (source_checks.forbidden_patterns, "raw new",
     {"runtime/base/a.cpp": "auto* x = new int{1}; delete x;"}, 2),
    (source_checks.forbidden_patterns, "a deleted function",
     {"runtime/base/a.hpp": "x(const x&) = delete;"}, 0),
    (source_checks.forbidden_patterns, "everything of CAF",
     {"actors/a.cpp": "#include <caf/all.hpp>"}, 1),
    (source_checks.open_ends, "no issue",
     {"actors/a.cpp": "// TO" "DO: later\n"}, 1),
    (source_checks.open_ends, "an issue",
     {"actors/a.cpp": "// TO" "DO(#12): later\n"}, 0),
    (source_checks.tests_exist, "no test", {"actors/a.cpp": ""}, 1),
    (source_checks.tests_exist, "main needs none",
     {"nodes/shell/main.cpp": ""}, 0),
    (source_checks.tests_exist, "a test",
     {"actors/a.cpp": "",
      "tests/actors/a_test.cpp": "#define CAF_SUITE a\n"}, 0),
    (source_checks.tests_exist, "a suite of another name",
     {"tests/actors/a_test.cpp": "#define CAF_SUITE b\n"}, 1),
    (docs_checks.errors_documented, "a section a code",
     {"runtime/base/error.hpp":
      "enum class errc : uint8_t { ok = 0, a = 1, };\nx errc_count = 2;",
      "docs/errors.md": "# Errors\n\n## a\n"}, 0),
    (docs_checks.errors_documented, "a missing and an invented section",
     {"runtime/base/error.hpp":
      "enum class errc : uint8_t { ok = 0, a = 1, };\nx errc_count = 2;",
      "docs/errors.md": "# Errors\n\n## b\n"}, 2),
    (docs_checks.options_documented, "documented",
     {"nodes/daemon/options.cpp": '{"node.name", "TEXT"},',
      "config/a.conf": "[node]\n# The name.\nname = x\n",
      "docs/configuration.md": "`node.name`"}, 0),
    (docs_checks.options_documented, "no comment, no docs",
     {"nodes/daemon/options.cpp": '{"node.name", "TEXT"},',
      "config/a.conf": "[node]\nname = x\n",
      "docs/configuration.md": "`node.names`"}, 2),
    (docs_checks.options_documented, "an unknown key",
     {"nodes/daemon/options.cpp": '{"node.name", "TEXT"},',
      "config/a.conf": "[node]\n# It.\n#name = x\n[worker]\nx = 1\n",
      "docs/configuration.md": "`node.name`"}, 1),
    (docs_checks.options_documented, "nothing there", {}, 3),
    (docs_checks.commands_documented, "documented",
     {"nodes/shell/command_table.cpp": 'o[] = {{"json", kind::none}};\n',
      "nodes/shell/job_commands.cpp": 'commands[] = {\n{"run", 1},\n};\n',
      "docs/shell.md": "### run\n`--json`\n"}, 0),
    (docs_checks.commands_documented, "not documented",
     {"nodes/shell/command_table.cpp":
      'o[] = {{"json", kind::none}};\ncommands[] = {\n{"run", 1},\n};\n',
      "docs/shell.md": "### runs\n`--json-lines`\n"}, 2),
    (docs_checks.commands_documented, "nothing there", {}, 2),
    (docs_checks.links, "a dead link",
     {"README.md": "[a](docs/a.md) [b](docs/b.md)",
      "docs/a.md": "[back](../README.md) [out](https://example.org)"}, 1),
]

# What the detector of functions has to find: text -> names and lines.
FUNCTIONS = [
    ("int f() {\n}\n", [("f", 2)]),
    ("namespace a {\nstruct b : c {\n  int f() const noexcept {\n  }\n};\n}\n",
     [("f", 2)]),
    ("x::x(int a) : a_{a}, b_{b{1}, 2} {\n  g();\n}\nint y = 1;\n",
     [("x::x", 3)]),
    ("x::x(int a)\n  : a_(a) {\n}\n", [("x::x", 3)]),
    ("template <class T>\nauto f(T x) -> std::vector<T> {\n  return {};\n}\n",
     [("f", 3)]),
    ("bool operator==(const a& x, const a& y) {\n  return 1 == 1;\n}\n",
     [("operator==", 3)]),
    ('auto s = "{ (";\nchar c = \'{\';\nint f() { return 1\'000; }\n',
     [("f", 1)]),
    ("const std::map<int, f> m = {{1, g(2)}};\nauto l = [](int x) {\n};\n",
     []),
    ("enum class e : int { a, b };\nconstexpr row rows[]{{f(1)}};\n", []),
    ("#define X(a) \\\n  { a }\nCAF_TEST(name) {\n  x({1, 2});\n}\n",
     [("CAF_TEST", 3)]),
    ("int f(x y = {}, z w = {1}) {\n}\nint g() {\n}\n", [("f", 2), ("g", 2)]),
    ("struct alignas(64) a {\n  void f() {\n  }\n};\n", [("f", 2)]),
    ("void a::operator()(int x) const {\n}\n", [("a::operator()", 2)]),
    ("struct x {\n  std::atomic<int> a{f(0)};\n  int b = 1;\n"
     "  void g() {\n  }\n};\n", [("g", 2)]),
    ("template <class T>\n  requires(sizeof(T) == 1)\nint f(T x) {\n}\n",
     [("f", 2)]),
]


def run():
    """Returns a sentence for each case that does not do what it should."""
    wrong = []
    for check, what, files, want in CASES:
        found = report(check.__name__)
        check(tree(files), found)
        if len(found.violations) != want:
            wrong.append(
                f"{check.__name__}, {what}: expected {want} violations, found "
                f"{found.violations}."
            )
    for text, want in FUNCTIONS:
        have = [(f.name, f.lines) for f in cpp_source.functions_of(text)]
        if have != want:
            wrong.append(f"functions of {text!r}: {have}, expected {want}.")
    return wrong
