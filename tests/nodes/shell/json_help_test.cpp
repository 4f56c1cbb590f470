#define CAF_SUITE json_help

#include "nodes/shell/json_help.hpp"

#include <caf/test/unit_test.hpp>

#include <fstream>
#include <sstream>
#include <string>

using namespace troupe::shell;

namespace {

/// Returns the words of a text, without the signs of Markdown.
std::string words_of(std::string text) {
  for (auto sign : {'`', '|', '#'})
    std::erase(text, sign);
  std::istringstream in{text};
  std::string out;
  for (std::string word; in >> word;)
    if (word.find_first_not_of('-') != std::string::npos)
      out += word + " ";
  return out;
}

} // namespace

CAF_TEST(has_the_words_of_the_page) {
  std::ifstream file{TROUPE_SOURCE_DIR "/docs/shell.md"};
  std::string page{std::istreambuf_iterator<char>{file}, {}};
  auto begin = page.find("### JSON values\n");
  auto end = page.find("## The interactive shell\n");
  CAF_REQUIRE(begin < end && end != std::string::npos);
  CAF_CHECK_EQUAL(words_of(std::string{json_help()}),
                  words_of(page.substr(begin, end - begin)));
}
