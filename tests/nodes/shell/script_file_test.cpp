#define CAF_SUITE script_file

#include "nodes/shell/script_file.hpp"
#include "nodes/shell/script_parser.hpp"
#include "nodes/shell/text_output.hpp"
#include "tests/nodes/shell/temporary_folder.hpp"

#include <caf/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

using namespace troupe::shell;

CAF_TEST(files_are_read_up_to_a_limit) {
  temporary_folder folder;
  auto path = folder.file("x.troupe", "jobs\n");
  auto text = read_script(path, {});
  CAF_REQUIRE(text);
  CAF_CHECK_EQUAL(*text, "jobs\n");
  auto large = folder.file("large", std::string(script_bytes_max + 1, 'x'));
  text = read_script(large, {});
  CAF_REQUIRE(!text);
  CAF_CHECK(text.error().text.find("longer than 1024 KiB")
            != std::string::npos);
  text = read_script("/nowhere/x", {});
  CAF_REQUIRE(!text);
  CAF_CHECK_EQUAL(text.error().text,
                  "cannot open \"/nowhere/x\": No such file or directory");
  text = read_script(std::string{"/"}, {});
  CAF_REQUIRE(!text);
  CAF_CHECK_EQUAL(text.error().text, "cannot read \"/\": Is a directory");
}

CAF_TEST(a_file_that_nobody_writes_can_be_interrupted) {
  temporary_folder folder;
  auto path = folder.path("fifo");
  CAF_REQUIRE_EQUAL(::mkfifo(path.c_str(), 0600), 0);
  int asked = 0;
  auto text = read_script(path, [&] { return ++asked == 3; });
  CAF_REQUIRE(!text);
  CAF_CHECK(text.error().code == exit_code::detached);
  // Somebody who writes later, and in pieces, is waited for.
  std::thread writer{[&] {
    auto end = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    for (auto piece : {"jo", "bs\n"})
      static_cast<void>(write_fully(end, piece));
    ::close(end);
  }};
  text = read_script(path, {});
  writer.join();
  CAF_REQUIRE(text);
  CAF_CHECK_EQUAL(*text, "jobs\n");
}

CAF_TEST(scripts_are_beside_each_other) {
  struct row {
    const char* name;
    const char* path;
    const char* want;
  };
  const row rows[] = {
    {"a.troupe", "b.troupe", "b.troupe"},
    {"x/a", "b", "x/b"},
    {"x/y/a", "../b", "x/y/../b"},
    {"x/a", "/b", "/b"},
    {"/a", "b", "/b"},
    {"-c", "b", "b"},
  };
  for (const auto& [name, path, want] : rows) {
    auto got = path_beside(name, path);
    CAF_CHECK_EQUAL(got, want);
  }
}
