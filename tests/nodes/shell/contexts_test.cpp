#define CAF_SUITE contexts

#include "nodes/shell/contexts.hpp"
#include "tests/nodes/shell/scoped_variable.hpp"
#include "tests/nodes/shell/temporary_folder.hpp"

#include <caf/test/unit_test.hpp>

#include <random>
#include <string>

using namespace troupe;
using namespace troupe::shell;

namespace {

contexts two() {
  contexts out;
  out.items["home"] = {{"127.0.0.1", 7400}, ""};
  out.items["lab"] = {{"lab.example", 7401}, "night"};
  out.current = "lab";
  return out;
}

std::string problem(std::string_view text) {
  auto read = parse_contexts(text);
  return read ? "" : read.error().text;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

CAF_TEST(what_was_printed_is_read) {
  CAF_CHECK(parse_contexts(print_contexts(two())) == two());
  CAF_CHECK(parse_contexts(print_contexts({})) == contexts{});
  CAF_CHECK(two().chosen()->cluster == "night");
  CAF_CHECK(!contexts{}.chosen());
}

CAF_TEST(nothing_has_no_contexts) {
  CAF_CHECK(parse_contexts("") == contexts{});
  CAF_CHECK(parse_contexts(" \n") == contexts{});
}

CAF_TEST(what_is_wrong_is_said) {
  struct row {
    const char* text;
    const char* part;
  };
  const row rows[] = {
    {"{", "not JSON"},
    {"[]", "no object \"contexts\""},
    {R"({"contexts": []})", "no object \"contexts\""},
    {R"({"contexts": {"a b": {}}})", "\"a b\" is no name"},
    {R"({"contexts": {"a": 1}})", "\"a\" is no object"},
    {R"({"contexts": {"a": {}}})", "\"connect\" of the context a is missing"},
    {R"({"contexts": {"a": {"connect": 1}}})", "is no string"},
    {R"({"contexts": {"a": {"connect": "x"}}})",
     "\"connect\" of the context a"},
    {R"({"contexts": {"a": {"tls": "x"}}})", "\"tls\""},
    {R"({"contexts": {}, "current": "a"})", "\"current\""},
    {R"({"contexts": {}, "current": 5})", "\"current\""},
  };
  for (const auto& [text, part] : rows) {
    CAF_MESSAGE(text);
    CAF_CHECK(contains(problem(text), part));
  }
  CAF_CHECK(contains(problem(std::string(100'000, '[')), "not JSON"));
}

CAF_TEST(names_are_short_and_plain) {
  for (std::string name : {"a", "lab-1.x_Y", "0"})
    CAF_CHECK(check_context_name(name));
  for (std::string name : {"", "-a", "a b", "a:1", "ö"})
    CAF_CHECK(!check_context_name(name));
  CAF_CHECK(check_context_name(std::string(64, 'a')));
  CAF_CHECK(!check_context_name(std::string(65, 'a')));
}

CAF_TEST(the_file_is_written_and_read) {
  temporary_folder folder;
  scoped_variable config{"XDG_CONFIG_HOME", folder.path("config").c_str()};
  auto path = contexts_path();
  CAF_REQUIRE(path);
  CAF_CHECK(*path == folder.path("config/troupe/contexts.json"));
  CAF_CHECK(load_contexts(*path) == contexts{});
  CAF_REQUIRE(save_contexts(*path, two()));
  CAF_CHECK(load_contexts(*path) == two());
}

CAF_TEST(a_broken_file_is_named_with_what_to_do) {
  temporary_folder folder;
  auto path = folder.file("contexts.json", "{");
  auto read = load_contexts(path);
  CAF_REQUIRE(!read);
  CAF_CHECK(read.error().code == errc::file_error);
  CAF_CHECK(contains(read.error().text, path));
  CAF_CHECK(contains(read.error().text, "mend it or remove it"));
}

CAF_TEST(no_text_breaks_the_reader) {
  std::mt19937 random{3};
  auto good = print_contexts(two());
  std::uniform_int_distribution<size_t> place{0, good.size() - 1};
  std::uniform_int_distribution<int> byte{0, 255};
  for (int i = 0; i < 20'000; ++i) {
    auto text = good;
    for (int changes = 0; changes < 3; ++changes)
      text[place(random)] = static_cast<char>(byte(random));
    if (auto read = parse_contexts(text))
      CAF_CHECK(parse_contexts(print_contexts(*read)));
  }
}
