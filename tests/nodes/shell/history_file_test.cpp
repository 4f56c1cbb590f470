#define CAF_SUITE history_file

#include "nodes/shell/history_file.hpp"
#include "tests/nodes/shell/temporary_folder.hpp"

#include <caf/test/unit_test.hpp>

#include <sys/stat.h>

#include <string>

using namespace troupe;
using namespace troupe::shell;

namespace {

using lines = std::vector<std::string>;

struct fixture {
  temporary_folder folder;
  std::string path = folder.path("state/history");
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(history_file_tests, fixture)

CAF_TEST(what_was_typed_is_there_the_next_time) {
  history_file first{path};
  CAF_REQUIRE(first.load());
  CAF_CHECK(first.add("jobs") == true);
  CAF_CHECK(first.add("run echo --input \"ö\"") == true);
  history_file second{path};
  CAF_REQUIRE(second.load());
  CAF_CHECK(second.lines() == lines({"jobs", "run echo --input \"ö\""}));
  struct stat info {};
  CAF_REQUIRE(::stat(path.c_str(), &info) == 0);
  CAF_CHECK_EQUAL(info.st_mode & 07777u, 0600u);
}

CAF_TEST(some_lines_are_not_remembered) {
  history_file history{path};
  CAF_CHECK(history.add("jobs") == true);
  for (std::string line :
       {"", " secret", "\tsecret", "jobs", "two\nlines", "re\rturn"})
    CAF_CHECK(history.add(line) == false);
  CAF_CHECK(history.add(std::string(history_line_bytes_max + 1, 'x')) == false);
  CAF_CHECK(history.add("nodes") == true);
  CAF_CHECK(history.add("jobs") == true);
  CAF_CHECK(history.lines() == lines({"jobs", "nodes", "jobs"}));
  CAF_CHECK(folder.read("state/history") == "jobs\nnodes\njobs\n");
}

CAF_TEST(two_shells_share_a_file) {
  history_file first{path};
  history_file second{path};
  CAF_CHECK(first.add("a") == true);
  CAF_CHECK(second.add("b") == true);
  CAF_CHECK(first.add("c") == true);
  history_file third{path};
  CAF_REQUIRE(third.load());
  CAF_CHECK(third.lines() == lines({"a", "b", "c"}));
}

CAF_TEST(the_newest_lines_are_kept) {
  std::string content;
  for (size_t i = 0; i < 2 * history_lines_max; ++i)
    content += std::to_string(i) + "\n";
  auto full = folder.file("history", content);
  history_file history{full};
  CAF_REQUIRE(history.load());
  CAF_REQUIRE_EQUAL(history.lines().size(), history_lines_max);
  CAF_CHECK(history.lines().front() == std::to_string(history_lines_max));
  CAF_CHECK(folder.read("history").starts_with("10000\n"));
  CAF_CHECK(history.add("new") == true);
  CAF_CHECK_EQUAL(history.lines().size(), history_lines_max);
  CAF_CHECK(history.lines().back() == "new");
}

CAF_TEST(a_file_that_cannot_be_used_is_said_once_and_left_alone) {
  folder.file("state", "no folder");
  history_file history{path};
  CAF_CHECK(!history.load());
  CAF_CHECK(history.add("jobs") == true);
  CAF_CHECK(history.lines() == lines({"jobs"}));
}

CAF_TEST(without_a_path_nothing_is_written) {
  history_file history;
  CAF_CHECK(history.load());
  CAF_CHECK(history.add("jobs") == true);
  CAF_CHECK(history.lines() == lines({"jobs"}));
  CAF_CHECK_EQUAL(folder.entries(), 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
