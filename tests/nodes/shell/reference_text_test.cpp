#define CAF_SUITE reference_text

#include "nodes/shell/reference_text.hpp"

#include <caf/test/unit_test.hpp>

#include <fstream>
#include <iterator>
#include <string>

using namespace troupe::shell;

namespace {

std::string page() {
  std::ifstream in{TROUPE_SOURCE_DIR "/docs/shell.md"};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Returns what stands between the two lines, or a sentence.
std::string reference_of(const std::string& text) {
  auto begin = text.find("\n" + std::string{reference_begin} + "\n");
  auto end = text.find("\n" + std::string{reference_end} + "\n");
  if (begin == std::string::npos || end == std::string::npos || end < begin)
    return "the lines around the reference are missing\n";
  begin += reference_begin.size() + 2;
  return text.substr(begin, end + 1 - begin);
}

/// Returns the first line in which two texts differ, as both have it.
std::string first_difference(const std::string& left,
                             const std::string& right) {
  size_t at = 0;
  while (at < left.size() && at < right.size() && left[at] == right[at])
    ++at;
  auto line = [at](const std::string& text) {
    auto begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
    return begin < text.size() ? text.substr(begin, text.find('\n', at) - begin)
                               : std::string{"(the end)"};
  };
  return "the table gives:\n  " + line(left) + "\nthe page has:\n  "
         + line(right);
}

constexpr option_spec some_options[] = {
  {"kind", argument_kind::text, "A|B", "Of --kind a|b; see docs/concepts.md"},
  {"all", argument_kind::none, "", "All"}};

constexpr example some_examples[] = {{"troupe look x", "Looks at x"}};

constexpr command_spec look{"look",
                            "Look at something",
                            "WHAT",
                            1,
                            1,
                            some_options,
                            "One of\n\n* `a|b`: this\n* that",
                            some_examples,
                            nullptr,
                            "an array of {\"x\": [{\"y\"}]}"};

} // namespace

CAF_TEST(the_page_has_the_reference_of_this_table) {
  auto want = "\n" + reference_text() + "\n";
  auto have = reference_of(page());
  if (want != have)
    CAF_ERROR("docs/shell.md differs from the table of commands; ./dev "
              "reference writes it again. "
              << first_difference(want, have));
}

CAF_TEST(a_command_has_usage_details_options_json_and_examples) {
  auto text = reference_text(look);
  CAF_CHECK_EQUAL(text, R"(### look

```text
troupe look WHAT [OPTION...]
```

Look at something.

One of

* `a|b`: this
* that

| option | meaning |
| --- | --- |
| `--kind A\|B` | Of `--kind` a\|b; see [docs/concepts.md](concepts.md) |
| `--all` | All |

With `--json`: an array of `{"x": [{"y"}]}`.

```sh
# Looks at x
troupe look x
```
)");
}

CAF_TEST(every_command_is_there_once_in_its_group) {
  auto text = reference_text();
  size_t at = 0;
  for (const auto& group : command_groups())
    for (const auto& command : group.commands) {
      CAF_MESSAGE(command.name);
      auto found = text.find("\n### " + std::string{command.name} + "\n");
      CAF_REQUIRE(found != std::string::npos);
      CAF_CHECK(found > at);
      at = found;
    }
}

CAF_TEST(texts_of_the_table_become_markdown) {
  struct row {
    const char* text;
    const char* want;
  };
  const row rows[] = {
    {"plain, text.", "plain, text."},
    {"--wait waits", "`--wait` waits"},
    {"(--wait)", "(`--wait`)"},
    {"a-b --, c", "a-b --, c"},
    {"see `x --wait`", "see `x --wait`"},
    {"an open `quote", "an open `quote"},
    {R"({"a": {"b"}} or {})", R"(`{"a": {"b"}}` or {})"},
    {R"(an open {"a")", R"(an open {"a")"},
    {"docs/shell.md says", "[docs/shell.md](shell.md) says"},
    {"docs/ and docs/x", "docs/ and docs/x"},
    {"see JSON of a job", "see [JSON of a job](#json-of-a-job)"},
    {"2 * 3 <x>", "2 \\* 3 \\<x>"},
    {"a|b", "a|b"},
    {"", ""},
  };
  for (const auto& [text, want] : rows) {
    CAF_MESSAGE(text);
    auto got = markdown(text);
    CAF_CHECK_EQUAL(got, want);
  }
  auto cell = markdown("a|b `c|d`", true);
  CAF_CHECK_EQUAL(cell, "a\\|b `c\\|d`");
}
