#define CAF_SUITE config_file

#include "nodes/daemon/config_file.hpp"
#include "runtime/base/random.hpp"

#include <caf/test/unit_test.hpp>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

using namespace troupe;

namespace {

/// Renders entries as `key=value@line`, sections as `[name]@line`.
std::string render(const config_file& file) {
  std::string out;
  for (const auto& [name, line] : file.sections)
    out += '[' + name + "]@" + std::to_string(line) + ' ';
  for (const auto& [key, value, line] : file.entries)
    out += key + '=' + value + '@' + std::to_string(line) + ' ';
  return out;
}

} // namespace

CAF_TEST(text_becomes_sections_and_entries) {
  struct row {
    const char* what;
    std::string text;
    std::string want;
  };
  const row rows[] = {
    {"nothing", "", ""},
    {"comments and empty lines", "# a\n\n ; b\n\t\n", ""},
    {"a section alone", "[a]\n", "[a]@1 "},
    {"an entry", "[a]\nk = v\n", "[a]@1 a.k=v@2 "},
    {"no newline at the end", "[a]\nk=v", "[a]@1 a.k=v@2 "},
    {"lines of Windows", "[a]\r\nk = v\r\n", "[a]@1 a.k=v@2 "},
    {"a byte order mark", "\xEF\xBB\xBF[a]\n", "[a]@1 "},
    {"blanks everywhere", " [ a ] \n\tk \t=\t v w \n", "[a]@1 a.k=v w@2 "},
    {"an empty value", "[a]\nk =\n", "[a]@1 a.k=@2 "},
    {"a comment behind", "[a] # x\nk = v ; y\n", "[a]@1 a.k=v@2 "},
    {"a comment as value", "[a]\nk = # none\n", "[a]@1 a.k=@2 "},
    {"no comment within a word", "[a]\nk = a#b;c\n", "[a]@1 a.k=a#b;c@2 "},
    {"an equals sign in a value", "[a]\nk = x=y\n", "[a]@1 a.k=x=y@2 "},
    {"a section twice", "[a]\nk=1\n[a]\nl=2\n", "[a]@1 [a]@3 a.k=1@2 a.l=2@4 "},
    {"a key in two sections", "[a]\nk=1\n[b]\nk=2\n",
     "[a]@1 [b]@3 a.k=1@2 b.k=2@4 "},
    {"text beyond ASCII", "[a]\nk = \xC3\xA4\n", "[a]@1 a.k=\xC3\xA4@2 "},
  };
  for (const auto& [what, text, want] : rows) {
    CAF_MESSAGE(what);
    auto got = parse_config_file(text, "f");
    CAF_REQUIRE(got.has_value());
    CAF_CHECK_EQUAL(render(*got), want);
  }
}

CAF_TEST(what_is_no_config_file_is_refused_with_the_line) {
  struct row {
    const char* what;
    std::string text;
    std::string want;
  };
  const row rows[] = {
    {"a key before a section", "\nk = v\n",
     "f:2: \"k\" is set before the first section; put it under a [SECTION]"},
    {"a word", "[a]\nword\n",
     "f:2: \"word\" is neither [SECTION] nor KEY = VALUE"},
    {"no key", "[a]\n= v\n",
     "f:2: \"= v\" is neither [SECTION] nor KEY = "
     "VALUE"},
    {"a key of two words", "[a]\nk l = v\n",
     "f:2: \"k l = v\" is neither [SECTION] nor KEY = VALUE"},
    {"a section without an end", "[a\n",
     "f:1: \"[a\" is not a section; write [NAME]"},
    {"an opening bracket alone", "[\n",
     "f:1: \"[\" is not a section; write [NAME]"},
    {"an empty section", "[]\n", "f:1: \"[]\" is not a section; write [NAME]"},
    {"text behind a section", "[a] b\n",
     "f:1: \"[a] b\" is not a section; write [NAME]"},
    {"a dot in a section", "[a.b]\n",
     "f:1: \"[a.b]\" is not a section; write [NAME]"},
    {"a key twice", "[a]\nk=1\n[b]\n[a]\nk=1\n",
     "f:5: a.k is set already on line 2; remove one of the two"},
    {"a NUL byte", std::string{"[a]\nk=\0\n", 8},
     "f:2: the line holds the control character 0x00; a config file is plain "
     "text"},
    {"an escape code in a comment", "# \x1B[2J\n",
     "f:1: the line holds the control character 0x1b; a config file is plain "
     "text"},
    {"a carriage return within", "[a]\rk=1\n",
     "f:1: the line holds the control character 0x0d; a config file is plain "
     "text"},
    {"Latin 1", "[a]\nk=\xE4\n",
     "f:2: the line is not UTF-8; a config file is plain text"},
    {"a long line", "[a]\nk=" + std::string(4095, 'x') + "\n",
     "f:2: the line has 4097 bytes and at most 4096 are allowed; shorten it"},
    {"a long text", std::string(config_file_bytes_max + 1, '\n'),
     "f: the file is larger than 1048576 bytes; give a config file"},
  };
  for (const auto& [what, text, want] : rows) {
    CAF_MESSAGE(what);
    auto got = parse_config_file(text, "f");
    CAF_REQUIRE(!got.has_value());
    CAF_CHECK(got.error().code == errc::bad_config);
    CAF_CHECK_EQUAL(got.error().text, want);
  }
}

CAF_TEST(the_longest_line_and_text_are_accepted) {
  auto line = parse_config_file("[a]\nk=" + std::string(4094, 'x'), "f");
  CAF_REQUIRE(line.has_value());
  CAF_CHECK_EQUAL(line->entries.front().value.size(), 4094u);
  CAF_CHECK(parse_config_file(std::string(config_file_bytes_max, '\n'), "f")
              .has_value());
}

CAF_TEST(the_name_of_a_file_is_escaped) {
  CAF_CHECK(
    parse_config_file("x", "a\nb").error().text.starts_with("a\\nb:1: "));
}

CAF_TEST(random_bytes_are_parsed_or_refused) {
  constexpr std::string_view alphabet = "[]ab=# ;\n\r\t\"";
  auto random = make_seeded_random(7404);
  size_t valid = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    const bool binary = i % 4 == 0;
    for (auto n = random->next() % 24; n > 0; --n)
      text += binary ? static_cast<char>(random->next())
                     : alphabet[random->next() % alphabet.size()];
    auto got = parse_config_file(text, "f");
    if (got) {
      ++valid;
      continue;
    }
    CAF_CHECK(got.error().code == errc::bad_config);
    CAF_CHECK(got.error().text.starts_with("f:"));
    CAF_CHECK(got.error().text.find('\n') == std::string::npos);
  }
  CAF_CHECK(valid > 100);
}

CAF_TEST(files_are_read_or_refused) {
  std::string path = "/tmp/troupe-config-XXXXXX";
  if (const auto* parent = std::getenv("TMPDIR"))
    path = std::string{parent} + "/troupe-config-XXXXXX";
  const auto fd = mkstemp(path.data());
  CAF_REQUIRE(fd >= 0);
  CAF_CHECK_EQUAL(write(fd, "[a]\n", 4), 4);
  auto text = read_config_file(path);
  CAF_CHECK(text.has_value());
  CAF_CHECK_EQUAL(text.value_or(""), "[a]\n");
  CAF_CHECK_EQUAL(ftruncate(fd, config_file_bytes_max + 1), 0);
  auto large = read_config_file(path);
  close(fd);
  unlink(path.c_str());
  CAF_CHECK_EQUAL(large.error().text, path
                                        + ": the file is larger than 1048576 "
                                          "bytes; give a config file");
  struct row {
    std::string path;
    std::string want;
  };
  const row rows[] = {
    {"/nowhere/x.conf", "cannot read the config file \"/nowhere/x.conf\": No "
                        "such file or directory"},
    {"/", "cannot read the config file \"/\": Is a directory"},
    {"", "cannot read the config file \"\": No such file or directory"},
    {"/dev/zero", "/dev/zero: the file is larger than 1048576 bytes; give a "
                  "config file"},
  };
  for (const auto& [name, want] : rows) {
    auto got = read_config_file(name);
    CAF_REQUIRE(!got.has_value());
    CAF_CHECK(got.error().code == errc::bad_config);
    CAF_CHECK_EQUAL(got.error().text, want);
  }
}
