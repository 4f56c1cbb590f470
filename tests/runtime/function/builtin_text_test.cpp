#define CAF_SUITE builtin_text

#include "runtime/base/limits.hpp"
#include "runtime/base/random.hpp"
#include "tests/runtime/function/call_function.hpp"

#include <caf/test/unit_test.hpp>

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace troupe;
using test::json_caller;
using test::shown;

namespace {

namespace fs = std::filesystem;

using counts = std::map<std::string, uint64_t>;

/// A folder with a file inside, one outside, and ways between them.
struct folders {
  folders() {
    auto pattern = (fs::temp_directory_path() / "troupe-XXXXXX").string();
    root = fs::canonical(mkdtemp(pattern.data()));
    fs::create_directories(root / "in/sub");
    fs::create_directories(root / "in2");
    write("in/a.txt", "b a\nb");
    write("in/sub/c.txt", "c");
    write("in2/secret.txt", "secret");
    fs::create_symlink(root / "in2/secret.txt", root / "in/escape");
    fs::create_directory_symlink(root / "in2", root / "in/folder");
    fs::create_symlink("a.txt", root / "in/inside");
    mkfifo((root / "in/fifo").c_str(), 0600);
    permissions.read_paths = {(root / "missing").string(),
                              (root / "in").string()};
  }

  ~folders() {
    std::error_code ignored;
    fs::remove_all(root, ignored);
  }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream{root / name, std::ios::binary} << text;
  }

  fs::path root;
  worker_permissions permissions;
};

/// Counts with the C++ library, slowly.
counts expected(const std::string& text) {
  counts out;
  std::string word;
  for (char c : text + ' ') {
    if (std::string_view{" \t\n\v\f\r"}.find(c) == std::string_view::npos)
      word += c;
    else if (!word.empty())
      ++out[std::exchange(word, {})];
  }
  return out;
}

result<counts> run(task_body& body, const std::string& text) {
  std::string input;
  std::string output;
  encode(text, input);
  auto done = body(task_context{}, input, output);
  if (!done)
    return tl::unexpected{done.error()};
  return decode<counts>(output);
}

std::string random_text(random_source& random, size_t size) {
  static constexpr std::string_view letters{" \t\n\v\f\rabAB\0\x80\xFF\x1C",
                                            14};
  std::string out;
  while (out.size() < size)
    out += letters[random.next() % letters.size()];
  return out;
}

} // namespace

CAF_TEST(words_are_runs_of_bytes_other_than_ascii_white_space) {
  struct row {
    const char* input;
    const char* want;
  };
  const row rows[] = {
    {R"("")", "{}"},
    {R"(" \n\t ")", "{}"},
    {R"("a")", R"({"a":1})"},
    {R"("b a  b\r\nB b.\u000b\u000cb")", R"({"B":1,"a":1,"b":3,"b.":1})"},
    {R"("x\u00a0y \udcff\udcfe")", "{\"x\xC2\xA0y\":1,\"\\udcff\\udcfe\":1}"},
    {R"("a\u0000b")", R"({"a\u0000b":1})"},
  };
  auto registry = test::builtins();
  json_caller call{registry, "wordcount"};
  for (const auto& [input, want] : rows) {
    CAF_MESSAGE(input);
    CAF_CHECK_EQUAL(shown(call(input)), want);
  }
}

CAF_TEST(any_text_is_counted_as_the_simple_way_does) {
  auto random = make_seeded_random(5);
  auto registry = test::builtins();
  auto body = registry.find("wordcount")->bind("");
  CAF_REQUIRE(body.has_value());
  for (size_t size = 0; size < 300; ++size) {
    auto text = random_text(*random, size);
    auto got = run(*body, text);
    CAF_REQUIRE(got.has_value());
    CAF_CHECK(*got == expected(text));
  }
}

CAF_TEST(a_text_of_several_pieces_is_cut_between_words) {
  auto registry = test::builtins();
  auto body = registry.find("wordcount")->bind("");
  std::string text;
  while (text.size() < 3 * limits::mib)
    text += "some words " + std::string(text.size() % 7919, 'x') + "\n";
  auto got = run(*body, text);
  CAF_REQUIRE(got.has_value());
  CAF_CHECK(*got == expected(text));
  std::string endless(4 * limits::mib, 'y');
  got = run(*body, endless);
  CAF_REQUIRE(got.has_value());
  CAF_CHECK((*got == counts{{endless, 1}}));
}

CAF_TEST(files_are_read_only_inside_the_allowed_folders) {
  struct row {
    const char* what;
    const char* path;
    errc want;
  };
  const row rows[] = {
    {"a file", "in/a.txt", errc::ok},
    {"a file below", "in/sub/c.txt", errc::ok},
    {"a link that stays inside", "in/inside", errc::ok},
    {"dots that stay inside", "in2/../in/a.txt", errc::ok},
    {"a file outside", "in2/secret.txt", errc::path_not_allowed},
    {"a link to the outside", "in/escape", errc::path_not_allowed},
    {"a linked folder", "in/folder/secret.txt", errc::path_not_allowed},
    {"dots to the outside", "in/../in2/secret.txt", errc::path_not_allowed},
    {"a folder with the same beginning", "in2", errc::path_not_allowed},
    {"nothing inside", "in/none", errc::file_error},
    {"nothing outside", "in2/none", errc::path_not_allowed},
    {"dots to nothing outside", "in/../in2/none", errc::path_not_allowed},
    {"a folder", "in/sub", errc::file_error},
    {"a pipe without a writer", "in/fifo", errc::file_error},
  };
  folders disk;
  auto registry = test::builtins();
  json_caller call{registry, "wordcount_file"};
  call.context.permissions = &disk.permissions;
  for (const auto& [what, path, want] : rows) {
    CAF_MESSAGE(what);
    std::string json;
    append_json_string((disk.root / path).string(), json);
    auto got = call(json);
    CAF_CHECK_EQUAL(to_string(got ? errc::ok : got.error().code),
                    to_string(want));
  }
}

CAF_TEST(without_permissions_nothing_is_read) {
  folders disk;
  std::string path;
  append_json_string((disk.root / "in/a.txt").string(), path);
  auto registry = test::builtins();
  json_caller call{registry, "wordcount_file"};
  auto got = call(path);
  CAF_REQUIRE(!got.has_value());
  CAF_CHECK(got.error().code == errc::path_not_allowed);
  worker_permissions none;
  call.context.permissions = &none;
  CAF_CHECK(!call(path).has_value());
  call.context.permissions = &disk.permissions;
  CAF_CHECK_EQUAL(shown(call(path)), R"({"a":1,"b":2})");
  CAF_CHECK(!call("\"\"").has_value());
  CAF_CHECK(!call(R"("a\u0000b")").has_value());
}

CAF_TEST(a_large_file_is_counted_like_a_text) {
  folders disk;
  std::string text;
  while (text.size() < 3 * limits::mib)
    text += "some words " + std::string(text.size() % 7919, 'x') + "\n";
  text += "the_end";
  disk.write("in/large", text);
  auto registry = test::builtins();
  auto body = registry.find("wordcount_file")->bind("");
  task_context context;
  context.permissions = &disk.permissions;
  std::string input;
  std::string output;
  encode((disk.root / "in/large").string(), input);
  CAF_REQUIRE((*body)(context, input, output).has_value());
  auto got = decode<counts>(output);
  CAF_REQUIRE(got.has_value());
  CAF_CHECK(*got == expected(text));
}

CAF_TEST(counting_stops_when_asked_to) {
  folders disk;
  std::atomic<bool> stop{true};
  auto registry = test::builtins();
  for (auto name : {"wordcount", "wordcount_file"}) {
    json_caller call{registry, name};
    call.context.permissions = &disk.permissions;
    call.context.stop = &stop;
    std::string path;
    append_json_string((disk.root / "in/a.txt").string(), path);
    CAF_CHECK_EQUAL(shown(call(path)), "!the attempt was stopped");
  }
}
