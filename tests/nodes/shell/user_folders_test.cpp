#define CAF_SUITE user_folders

#include "nodes/shell/user_folders.hpp"
#include "tests/nodes/shell/scoped_variable.hpp"
#include "tests/nodes/shell/temporary_folder.hpp"

#include <caf/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

using namespace troupe;
using namespace troupe::shell;

namespace {

unsigned mode_of(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777u : 0;
}

} // namespace

CAF_TEST(files_are_where_the_variables_say) {
  scoped_variable home{"HOME", "/home/ada"};
  {
    scoped_variable config{"XDG_CONFIG_HOME", "/c"};
    scoped_variable state{"XDG_STATE_HOME", "/s"};
    CAF_CHECK(config_path("a") == "/c/troupe/a");
    CAF_CHECK(state_path("a") == "/s/troupe/a");
  }
  for (const auto* unset :
       {static_cast<const char*>(nullptr), "", "relative"}) {
    scoped_variable config{"XDG_CONFIG_HOME", unset};
    scoped_variable state{"XDG_STATE_HOME", unset};
    CAF_CHECK(config_path("a") == "/home/ada/.config/troupe/a");
    CAF_CHECK(state_path("a") == "/home/ada/.local/state/troupe/a");
  }
}

CAF_TEST(without_a_home_it_says_what_to_set) {
  scoped_variable home{"HOME", nullptr};
  scoped_variable config{"XDG_CONFIG_HOME", nullptr};
  auto path = config_path("a");
  CAF_REQUIRE(!path);
  CAF_CHECK(path.error().code == errc::file_error);
  CAF_CHECK(path.error().text.find("XDG_CONFIG_HOME") != std::string::npos);
}

CAF_TEST(a_private_file_is_its_users_alone) {
  temporary_folder folder;
  auto path = folder.path("new/deep/file");
  CAF_REQUIRE(write_private_file(path, "one"));
  CAF_CHECK_EQUAL(mode_of(path), 0600u);
  CAF_CHECK_EQUAL(mode_of(folder.path("new")), 0700u);
  CAF_REQUIRE(write_private_file(path, "two"));
  CAF_CHECK(read_small_file(path, 100) == "two");
}

CAF_TEST(a_link_stays_a_link) {
  namespace fs = std::filesystem;
  temporary_folder folder;
  fs::create_directory(folder.path("far"));
  folder.file("far/real", "old");
  fs::create_symlink("far/real", folder.path("link"));
  fs::create_symlink("far/none", folder.path("dangling"));
  CAF_REQUIRE(write_private_file(folder.path("link"), "new"));
  CAF_REQUIRE(write_private_file(folder.path("dangling"), "made"));
  CAF_CHECK(fs::is_symlink(folder.path("link")));
  CAF_CHECK_EQUAL(folder.read("far/real"), "new");
  CAF_CHECK_EQUAL(folder.read("far/none"), "made");
}

CAF_TEST(a_lock_keeps_others_out_as_long_as_it_lives) {
  temporary_folder folder;
  auto is_free = [&] {
    auto other = ::open(folder.path("new").c_str(), O_RDONLY | O_DIRECTORY);
    auto locked = ::flock(other, LOCK_EX | LOCK_NB) == 0;
    ::close(other);
    return locked;
  };
  {
    auto lock = folder_lock::take(folder.path("new/file"));
    CAF_REQUIRE(lock);
    auto moved = std::move(*lock);
    CAF_CHECK(!is_free());
  }
  CAF_CHECK(is_free());
  folder.file("plain", "x");
  CAF_CHECK(!folder_lock::take(folder.path("plain/file")));
}

CAF_TEST(a_file_that_is_missing_is_empty_and_one_too_large_an_error) {
  temporary_folder folder;
  CAF_CHECK(read_small_file(folder.path("none"), 100) == "");
  auto path = folder.file("large", std::string(101, 'x'));
  CAF_CHECK(!read_small_file(path, 100));
  CAF_CHECK(read_small_file(path, 101));
  CAF_CHECK(!read_small_file(folder.path(""), 100)); // A folder.
}

CAF_TEST(what_cannot_be_written_leaves_nothing_behind) {
  temporary_folder folder;
  folder.file("file", "x");
  auto done = write_private_file(folder.path("file/below"), "y");
  CAF_REQUIRE(!done);
  CAF_CHECK(done.error().code == errc::file_error);
  CAF_CHECK_EQUAL(folder.entries(), 1u);
}
