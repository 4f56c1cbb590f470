#define CAF_SUITE input_source

#include "nodes/shell/input_source.hpp"
#include "runtime/base/limits.hpp"
#include "tests/nodes/shell/temporary_folder.hpp"

#include <caf/test/unit_test.hpp>

#include <numeric>
#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::shell;

namespace {

using words = std::vector<std::string>;

/// Takes everything; an error ends the list with its code.
words drain(input_source& source) {
  words out;
  for (;;) {
    auto input = source.next();
    if (!input) {
      out.push_back("error " + std::string{to_string(input.error().code)});
      return out;
    }
    if (!*input)
      return out;
    out.emplace_back(**input);
  }
}

words lines_of(const temporary_folder& folder, std::string_view content) {
  auto source = read_lines(folder.file("lines", content), nullptr);
  return drain(**source);
}

words pieces_of(const words& paths, size_t chunk_bytes) {
  auto source = split_files(paths, chunk_bytes, nullptr);
  return drain(**source);
}

} // namespace

CAF_TEST(lines_have_no_newline_and_the_last_may_have_none) {
  struct row {
    const char* what;
    std::string content;
    words want;
  };
  const row rows[] = {
    {"empty file", "", {}},
    {"one line", "a\n", {"a"}},
    {"no newline at the end", "a\nb", {"a", "b"}},
    {"empty lines", "\n\na\n\n", {"", "", "a", ""}},
    {"carriage returns stay", "a\r\nb\r", {"a\r", "b\r"}},
    {"any bytes",
     std::string{"\0\xff\n\x80", 4},
     {std::string{"\0\xff", 2}, "\x80"}},
  };
  temporary_folder folder;
  for (const auto& [what, content, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK_EQUAL(lines_of(folder, content), want);
  }
}

CAF_TEST(lines_may_span_many_reads) {
  temporary_folder folder;
  std::string content;
  words want;
  for (size_t i = 0; i < 40; ++i) {
    want.emplace_back(i * 30'011, static_cast<char>('a' + i % 26));
    content += want.back() + "\n";
  }
  CAF_CHECK(lines_of(folder, content) == want);
}

CAF_TEST(a_line_over_the_limit_is_refused) {
  temporary_folder folder;
  std::string limit(limits::input_bytes_max, 'x');
  CAF_CHECK(lines_of(folder, "a\n" + limit + "\nb")
            == (words{"a", limit, "b"}));
  auto got = lines_of(folder, "a\n" + limit + "x\nb");
  CAF_CHECK_EQUAL(got, (words{"a", "error input_too_large"}));
}

CAF_TEST(pieces_end_at_line_ends) {
  struct row {
    const char* what;
    std::string content;
    size_t chunk_bytes;
    words want;
  };
  const row rows[] = {
    {"empty file", "", 4, {}},
    {"all in one", "a\nb\n", 4, {"a\nb\n"}},
    {"cut behind the last line that fits", "a\nb\nc\n", 5, {"a\nb\n", "c\n"}},
    {"a long line stays whole",
     "a\nlonger\nb\n",
     3,
     {"a\n", "longer\n", "b\n"}},
    {"a long last line", "a\nlonger", 3, {"a\n", "longer"}},
    {"no newline at the end", "ab\ncd", 4, {"ab\n", "cd"}},
    {"exactly the size", "abc\ndef\n", 4, {"abc\n", "def\n"}},
    {"without newline, exactly the size", "abcd", 4, {"abcd"}},
    {"one byte", "\n\n", 1, {"\n", "\n"}},
  };
  temporary_folder folder;
  for (const auto& [what, content, chunk_bytes, want] : rows) {
    CAF_MESSAGE(what);
    auto got = pieces_of({folder.file("x", content)}, chunk_bytes);
    CAF_CHECK_EQUAL(got, want);
    CAF_CHECK_EQUAL(std::accumulate(got.begin(), got.end(), std::string{}),
                    content);
  }
}

CAF_TEST(files_are_never_joined) {
  temporary_folder folder;
  CAF_CHECK_EQUAL(pieces_of({folder.file("x", "a"), folder.file("y", ""),
                             folder.file("z", "b\nc\n")},
                            100),
                  (words{"a", "b\nc\n"}));
}

CAF_TEST(large_files_come_in_pieces_of_about_the_size) {
  temporary_folder folder;
  std::string content;
  for (size_t i = 0; i < 200'000; ++i)
    content += std::to_string(i) + "\n";
  auto got = pieces_of({folder.file("x", content)}, 100'000);
  CAF_CHECK(std::accumulate(got.begin(), got.end(), std::string{}) == content);
  for (size_t i = 0; i + 1 < got.size(); ++i) {
    CAF_CHECK(got[i].size() <= 100'000u && got[i].size() > 99'990u);
    CAF_CHECK(got[i].ends_with("\n"));
  }
}

CAF_TEST(a_piece_over_the_limit_is_refused) {
  temporary_folder folder;
  std::string content(limits::input_bytes_max + 1, 'x');
  CAF_CHECK_EQUAL(pieces_of({folder.file("x", "a\n" + content)}, 10),
                  (words{"a\n", "error input_too_large"}));
}

CAF_TEST(all_files_are_checked_first) {
  temporary_folder folder;
  auto source =
    split_files({folder.file("x", "a"), folder.path("missing")}, 10, nullptr);
  CAF_REQUIRE(!source);
  CAF_CHECK(source.error().code == errc::file_error);
  CAF_CHECK(!read_lines(folder.path("missing"), nullptr));
  CAF_CHECK(!read_lines(folder.path("."), nullptr));
}

CAF_TEST(paths_are_sorted) {
  temporary_folder folder;
  words want;
  for (const auto* name : {"A.txt", "a.txt", "b.txt"})
    want.push_back(folder.file(name, ""));
  folder.file("c.md", "");
  auto source = match_paths(folder.path("*.txt"));
  CAF_REQUIRE(source);
  CAF_CHECK_EQUAL(drain(**source), want);
  auto none = match_paths(folder.path("*.pdf"));
  CAF_REQUIRE(!none);
  CAF_CHECK(none.error().text.find("*.pdf") != std::string::npos);
}

CAF_TEST(texts_of_the_command_line_are_json) {
  auto source = json_inputs({"1", "[2]"});
  CAF_CHECK(source->is_json());
  CAF_CHECK_EQUAL(drain(*source), (words{"1", "[2]"}));
}
