#define CAF_SUITE input_file

#include "nodes/shell/input_file.hpp"
#include "tests/nodes/shell/temporary_folder.hpp"

#include <caf/test/unit_test.hpp>

#include <sys/stat.h>

#include <atomic>
#include <string>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST(reads_in_pieces_up_to_the_end) {
  temporary_folder folder;
  input_file file{folder.file("x", "hello"), nullptr};
  CAF_REQUIRE(file.open());
  std::string bytes = ">";
  CAF_CHECK_EQUAL(file.read(3, bytes).value_or(9), 3u);
  CAF_CHECK_EQUAL(file.read(3, bytes).value_or(9), 2u);
  CAF_CHECK_EQUAL(file.read(3, bytes).value_or(9), 0u);
  CAF_CHECK_EQUAL(bytes, ">hello");
}

CAF_TEST(refuses_what_cannot_be_read) {
  temporary_folder folder;
  struct row {
    const char* what;
    std::string path;
    const char* text;
  };
  const row rows[] = {
    {"missing", folder.path("missing"), "No such file"},
    {"folder", folder.path("."), "directory"},
    {"below a file", folder.file("x", "") + "/y", "Not a directory"},
  };
  for (const auto& [what, path, text] : rows) {
    CAF_MESSAGE(what);
    auto checked = check_readable(path);
    CAF_REQUIRE(!checked);
    CAF_CHECK(checked.error().code == errc::file_error);
    CAF_CHECK(checked.error().text.find(text) != std::string::npos);
    CAF_CHECK(checked.error().text.find(path) != std::string::npos);
    CAF_CHECK(!input_file(path, nullptr).open());
  }
  CAF_CHECK(check_readable("-"));
}

CAF_TEST(a_wait_for_bytes_can_be_interrupted) {
  temporary_folder folder;
  auto path = folder.path("pipe");
  CAF_REQUIRE_EQUAL(::mkfifo(path.c_str(), 0600), 0);
  // A writer that never writes; read and write, so that open does not block.
  std::fstream writer{path};
  std::atomic<bool> interrupted = true;
  input_file file{path, &interrupted};
  CAF_REQUIRE(file.open());
  std::string bytes;
  auto got = file.read(10, bytes);
  CAF_REQUIRE(!got);
  CAF_CHECK(got.error().code == errc::timed_out);
}
