#define CAF_SUITE output_file

#include "nodes/shell/output_file.hpp"
#include "tests/nodes/shell/temporary_folder.hpp"

#include <caf/test/unit_test.hpp>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

using namespace troupe;
using namespace troupe::shell;

namespace {

result<void> write(const std::string& path, std::string_view first,
                   std::string_view second = "") {
  auto file = output_file::prepare(path);
  if (!file)
    return tl::unexpected{file.error()};
  return file->write(std::array{first, second});
}

unsigned mode_of(const std::string& path) {
  struct stat info {};
  ::stat(path.c_str(), &info);
  return info.st_mode & 07777u;
}

} // namespace

CAF_TEST(a_new_file_has_all_parts_and_the_usual_permissions) {
  temporary_folder folder;
  auto before = ::umask(027);
  CAF_CHECK(write(folder.path("x"), "one ", "two"));
  ::umask(before);
  CAF_CHECK_EQUAL(folder.read("x"), "one two");
  CAF_CHECK_EQUAL(mode_of(folder.path("x")), 0640u);
  CAF_CHECK_EQUAL(folder.entries(), 1u);
}

CAF_TEST(an_old_file_is_replaced_and_keeps_its_permissions) {
  temporary_folder folder;
  auto path = folder.file("x", "a longer text");
  ::chmod(path.c_str(), 0604);
  CAF_CHECK(write(path, "new"));
  CAF_CHECK_EQUAL(folder.read("x"), "new");
  CAF_CHECK_EQUAL(mode_of(path), 0604u);
}

CAF_TEST(preparing_changes_nothing) {
  temporary_folder folder;
  folder.file("x", "old");
  CAF_CHECK(output_file::prepare(folder.path("x")));
  CAF_CHECK(output_file::prepare(folder.path("y")));
  CAF_CHECK_EQUAL(folder.read("x"), "old");
  CAF_CHECK_EQUAL(folder.entries(), 1u);
}

CAF_TEST(a_link_keeps_pointing_to_its_file) {
  temporary_folder folder;
  auto target = folder.file("target", "old");
  std::filesystem::create_symlink(target, folder.path("link"));
  CAF_CHECK(write(folder.path("link"), "new"));
  CAF_CHECK(std::filesystem::is_symlink(folder.path("link")));
  CAF_CHECK_EQUAL(folder.read("target"), "new");
}

CAF_TEST(what_is_no_regular_file_is_written_to) {
  CAF_CHECK(write("/dev/null", "text"));
  struct stat info {};
  CAF_REQUIRE_EQUAL(::stat("/dev/null", &info), 0);
  CAF_CHECK(S_ISCHR(info.st_mode));
  int ends[2] = {-1, -1};
  CAF_REQUIRE_EQUAL(::pipe(ends), 0);
  CAF_CHECK(write(fmt::format("/proc/self/fd/{}", ends[1]), "ab", "c"));
  char buffer[8] = {};
  CAF_CHECK_EQUAL(::read(ends[0], buffer, sizeof(buffer)), 3);
  CAF_CHECK_EQUAL(std::string{buffer}, "abc");
  ::close(ends[0]);
  ::close(ends[1]);
}

CAF_TEST(what_cannot_be_written_is_refused_first) {
  temporary_folder folder;
  struct row {
    const char* what;
    std::string path;
    const char* text;
  };
  const row rows[] = {
    {"no name", "", "No such file"},
    {"no folder", folder.path("none/x"), "No such file"},
    {"a folder", folder.path("."), "Is a directory"},
    {"below a file", folder.file("f", "") + "/x", "Not a directory"},
  };
  for (const auto& [what, path, text] : rows) {
    CAF_MESSAGE(what);
    auto file = output_file::prepare(path);
    CAF_REQUIRE(!file);
    CAF_CHECK(file.error().code == errc::file_error);
    CAF_CHECK(file.error().text.find(text) != std::string::npos);
  }
}

CAF_TEST(a_full_disk_is_an_error) {
  auto written = write("/dev/full", "text");
  CAF_REQUIRE(!written);
  CAF_CHECK(written.error().text.find("No space") != std::string::npos);
}
