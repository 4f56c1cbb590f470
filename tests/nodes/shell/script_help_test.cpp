#define CAF_SUITE script_help

#include "nodes/shell/script_help.hpp"
#include "nodes/shell/script_parser.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::shell;

CAF_TEST(the_help_names_every_word_of_the_language) {
  auto text = script_help();
  for (const auto& word : script_keywords()) {
    CAF_MESSAGE(word);
    CAF_CHECK(text.find(word) != std::string_view::npos);
  }
}

CAF_TEST(every_word_is_explained) {
  for (const auto& word : script_keywords()) {
    CAF_MESSAGE(word);
    CAF_CHECK(word_help(word).starts_with("  "));
  }
  for (const auto& word : prompt_words())
    CAF_CHECK(word_help(word).starts_with("At the prompt"));
  auto text = word_help("for");
  CAF_CHECK(text.starts_with("  for x in WORDS ... end "));
  CAF_CHECK(text.find("JSON array or else the lines\n\n") != std::string::npos);
  CAF_CHECK(text.find("repeat") == std::string::npos);
  text = word_help("end");
  for (auto row : {"  if CONDITION", "  for x", "  repeat N"})
    CAF_CHECK(text.find(row) != std::string::npos);
  for (auto word : {"", "name", "runs", "x"})
    CAF_CHECK_EQUAL(word_help(word), "");
}

CAF_TEST(the_example_is_a_script) {
  auto text = script_help();
  auto begin = text.find("Example:\n") + 9;
  auto example = text.substr(begin, text.find("More:") - begin);
  auto parsed = parse_script(example);
  CAF_REQUIRE(parsed);
  CAF_CHECK_EQUAL(parsed->size(), 5u);
}

CAF_TEST(lines_fit_a_terminal) {
  auto text = script_help();
  while (!text.empty()) {
    auto end = text.find('\n');
    CAF_CHECK(end <= 80);
    text.remove_prefix(end + 1);
  }
}
