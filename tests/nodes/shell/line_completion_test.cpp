#define CAF_SUITE line_completion

#include "nodes/shell/line_completion.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <random>

using namespace troupe::shell;

namespace {

using texts = std::vector<std::string>;

completion_sources some_sources() {
  completion_sources out;
  out.values = [](value_kind kind) -> texts {
    switch (kind) {
      case value_kind::job:
      case value_kind::task: return {"12", "11", "7"};
      case value_kind::node: return {"alpha", "beta", "a name"};
      case value_kind::function: return {"echo", "wordcount"};
      case value_kind::actor: return {"alpha/worker/runner", "beta/root"};
      case value_kind::context: return {"home", "lab"};
      default: return {};
    }
  };
  out.files = [](std::string_view prefix) {
    texts all{"data/", "data.txt", "draft \"1\".txt", "ö.txt", "ö.csv"};
    std::erase_if(all, [&](const auto& x) { return !x.starts_with(prefix); });
    return all;
  };
  out.variables = {"last", "job"};
  out.words = {"exit", "history"};
  return out;
}

texts candidates(std::string_view line) {
  return complete_line(line, line.size(), some_sources()).candidates;
}

/// Returns the line after the Tab key.
std::string completed(std::string line) {
  auto what = complete_line(line, line.size(), some_sources());
  auto text = insertion(what);
  return text.empty() ? line : line.substr(0, what.begin) + text;
}

} // namespace

CAF_TEST(words_are_split_as_they_are_meant) {
  struct row {
    const char* line;
    texts want;
  };
  const row rows[] = {
    {"", {""}},
    {"run", {"run"}},
    {"run ", {"run", ""}},
    {"  run\techo", {"run", "echo"}},
    {R"(a "b c" 'd "e')", {"a", "b c", "d \"e"}},
    {R"(a "b c)", {"a", "b c"}},
    {R"(a "b )", {"a", "b "}},
    {R"(a\ b 'c\d' "e\"f")", {"a b", "c\\d", "e\"f"}},
    {"jobs # all", {}},
    {"a#b", {"a#b"}},
    {"a;b 'c;d'; e", {"a", ";", "b", "c;d", ";", "e"}},
    {"for j in $(jobs", {"for", "j", "in", "$(", "jobs"}},
    {"a;", {"a", ";", ""}},
  };
  for (const auto& [line, want] : rows) {
    CAF_MESSAGE(line);
    texts got;
    for (const auto& word : split_words(line))
      got.push_back(word.text);
    CAF_CHECK(got == want);
  }
}

CAF_TEST(each_place_offers_what_belongs_there) {
  struct row {
    const char* line;
    texts want;
  };
  const row rows[] = {
    {"unc", {"uncordon"}},
    {"exi", {"exit"}},
    {"help unc", {"uncordon"}},
    {"nothing ", {}},
    {"jobs --li", {"--limit"}},
    {"jobs --limit 5 --li", {}},
    {"run echo --input 1 --inp", {"--input"}},
    {"--conn", {"--connect", "--connect-timeout"}},
    {"--connect 127.0.0.1:1 unc", {"uncordon"}},
    {"run echo --reduce m", {"max", "merge_counts", "min"}},
    {"run echo --reduce=s", {"stats", "sum"}},
    {"run echo --reduce to", {"top:"}},
    {"run echo --lines dat", {"data/", "data.txt"}},
    {"run echo --split data.txt dat", {"data/", "data.txt"}},
    {"run echo --split data.txt --reduce su", {"sum"}},
    {"run echo --placement work", {"work_stealing"}},
    {"run echo --near al", {"alpha"}},
    {"fault ki", {"kill"}},
    {"fault kill al", {"alpha"}},
    {"fault kill alpha ", {"worker/runner"}},
    {"describe ", {"worker/runner", "root"}},
    {"describe --node beta ", {"root"}},
    {"tasks 7 --state back", {"backoff"}},
    {"tasks 7 --state ready,su", {"succeeded"}},
    {"dead show 1", {"12", "11"}},
    {"submit -f dat", {"data/", "data.txt"}},
    {"source dat", {"data/", "data.txt"}},
    {"set ev", {"events"}},
    {"set json o", {"on", "off"}},
    {"set events j", {"jobs"}},
    {"help scr", {"scripts"}},
    {"help --completion z", {"zsh"}},
    {"events --kind task_failed,task_d", {"task_dead"}},
    {"top --sort ol", {"oldest"}},
    {"top --view j", {"jobs"}},
    {"log w1 -f --level w", {"warn"}},
    {"ask root vi", {"vitals"}},
    {"send root f", {"flush"}},
    {"connect la", {"lab"}},
    {"run echo --name da", {}},
    {"j = unc", {"uncordon"}},
    {"jobs;unc", {"uncordon"}},
    {"jobs --limit 5; jobs --li", {"--limit"}},
    {"for j in $(unc", {"uncordon"}},
    {"echo = unc", {"uncordon"}},
    {"run = =", {}},
    {"wait $", {"$last", "$job"}},
    {"wait $l", {"$last"}},
    {"wait '$l", {}},
    {"jobs # unc", {}},
  };
  for (const auto& [line, want] : rows) {
    CAF_MESSAGE(line);
    CAF_CHECK(candidates(line) == want);
  }
}

CAF_TEST(only_what_is_before_the_cursor_counts) {
  auto what = complete_line("unc w1", 3, some_sources());
  CAF_CHECK(what.candidates == texts{"uncordon"});
  CAF_CHECK_EQUAL(what.begin, 0u);
}

CAF_TEST(the_word_goes_on_as_far_as_it_is_certain) {
  struct row {
    const char* line;
    const char* want;
  };
  const row rows[] = {
    {"unco", "uncordon "},
    {"run echo --redu", "run echo --reduce "},
    {"run echo --reduce to", "run echo --reduce top:"},
    {"run echo --lines da", "run echo --lines data"},
    {"run echo --lines data/", "run echo --lines data/"},
    {"run echo --lines dr", "run echo --lines \"draft \\\"1\\\".txt\" "},
    {"run echo --lines \"dra", "run echo --lines \"draft \\\"1\\\".txt\" "},
    {"run echo --lines \xc3", "run echo --lines ö."},
    {"run echo --near a", "run echo --near a"},
    {"run echo --near a\\ ", "run echo --near \"a name\" "},
    {"wait $j", "wait $job "},
    {"xyz", "xyz"},
    {"", ""},
  };
  for (const auto& [line, want] : rows) {
    CAF_MESSAGE(line);
    CAF_CHECK(completed(line) == want);
  }
}

CAF_TEST(whatever_is_typed_candidates_begin_with_it) {
  const texts parts = {
    "run",  "help",   "--",   "--reduce", "--split", "--state", "fault",
    "kill", "dead",   "list", " ",        " ",       " ",       "\t",
    "\"",   "'",      "\\",   "$",        "#",       "=",       ",",
    ";",    "{",      "a",    "da",       "7",       "ö",       "\xff",
    "\xc3", "\0",     "top:", "/",        "$(",      "tree",    "w",
    "--n",  "repeat", "-",    "alpha",    "\n",      "echo",
  };
  auto sources = some_sources();
  std::mt19937 random{20260101};
  std::uniform_int_distribution<size_t> part{0, parts.size() - 1};
  std::uniform_int_distribution<size_t> length{0, 12};
  size_t offered = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string line;
    for (auto rest = length(random); rest > 0; --rest)
      line += parts[part(random)];
    std::uniform_int_distribution<size_t> place{0, line.size()};
    auto cursor = place(random);
    auto what = complete_line(line, cursor, sources);
    CAF_REQUIRE(what.begin <= cursor);
    for (const auto& candidate : what.candidates)
      CAF_REQUIRE(candidate.starts_with(what.word));
    auto text = insertion(what);
    CAF_REQUIRE(text.empty() || !what.candidates.empty());
    offered += what.candidates.size();
  }
  CAF_CHECK(offered > 100'000);
}

CAF_TEST(without_sources_the_table_is_offered) {
  CAF_CHECK(complete_line("unc", 3, {}).candidates == texts{"uncordon"});
  CAF_CHECK(complete_line("wait ", 5, {}).candidates.empty());
  CAF_CHECK(complete_line("run a --lines x", 15, {}).candidates.empty());
}
