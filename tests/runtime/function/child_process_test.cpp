#define CAF_SUITE child_process

#include "runtime/base/limits.hpp"
#include "runtime/function/child_process.hpp"

#include <caf/test/unit_test.hpp>

#include <signal.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

using namespace troupe;
using namespace std::string_literals;

namespace {

constexpr size_t kept = 64 * 1024;

command shell(std::string line) {
  return {{"/bin/sh", "-c", std::move(line)}, {}, {}, {}};
}

command_outcome run(const command& what) {
  auto got = run_command(what, kept, nullptr);
  if (!got)
    CAF_MESSAGE(got.error().text);
  CAF_REQUIRE(got.has_value());
  return *got;
}

} // namespace

CAF_TEST(a_long_text_keeps_both_ends) {
  struct row {
    std::vector<std::string> pieces;
    const char* want;
  };
  const row rows[] = {
    {{}, ""},
    {{"abc"}, "abc"},
    {{"abcd", "efgh"}, "abcdefgh"},
    {{"abcdefghi"}, "abcd\n[... 1 bytes cut by troupe ...]\nfghi"},
    {{"ab", "cdef", "ghijklmnop", "qrstuvwxyz"},
     "abcd\n[... 18 bytes cut by troupe ...]\nwxyz"},
  };
  for (const auto& [pieces, want] : rows) {
    capped_text text{8};
    for (const auto& piece : pieces)
      text.append(piece);
    CAF_CHECK_EQUAL(text.text(), want);
  }
}

CAF_TEST(output_and_exit_code_come_back) {
  auto got = run(shell("echo out; echo err >&2; exit 3"));
  CAF_CHECK_EQUAL(got.exit_code, 3);
  CAF_CHECK_EQUAL(got.signal, 0);
  CAF_CHECK_EQUAL(got.out, "out\n");
  CAF_CHECK_EQUAL(got.err, "err\n");
  CAF_CHECK(got.seconds > 0);
}

CAF_TEST(the_program_is_looked_up_and_gets_its_arguments_unchanged) {
  auto got = run({{"printf", "%s|", "a b", "$HOME", ""}, {}, {}, {}});
  CAF_CHECK_EQUAL(got.out, "a b|$HOME||");
}

CAF_TEST(a_signal_is_told_apart_from_an_exit_code) {
  auto got = run(shell("kill -TERM $$"));
  CAF_CHECK_EQUAL(got.signal, SIGTERM);
  CAF_CHECK_EQUAL(got.exit_code, 0);
}

CAF_TEST(input_larger_than_any_pipe_goes_through) {
  auto what = shell("cat");
  what.input = std::string(kept / 2, 'x') + std::string(kept / 2 - 1, 'y');
  auto got = run(what);
  CAF_CHECK(got.out == *what.input);
  what = shell("wc -c");
  what.input = std::string(8'000'000, 'z');
  CAF_CHECK_EQUAL(run(what).out, "8000000\n");
}

CAF_TEST(a_command_that_does_not_read_its_input_kills_nobody) {
  auto what = shell("exec <&-; echo done");
  what.input = std::string(8'000'000, 'z');
  CAF_CHECK_EQUAL(run(what).out, "done\n");
}

CAF_TEST(without_input_there_is_the_end_of_file) {
  CAF_CHECK_EQUAL(run(shell("cat; echo end")).out, "end\n");
}

CAF_TEST(both_pipes_are_read_at_once_and_cut) {
  auto got = run(shell("i=0; while [ $i -lt 100 ]; do head -c 10000 /dev/zero; "
                       "head -c 10000 /dev/zero >&2; i=$((i+1)); done"));
  auto mark = "\n[... 934464 bytes cut by troupe ...]\n"s;
  CAF_CHECK_EQUAL(got.out.size(), kept + mark.size());
  CAF_CHECK_EQUAL(got.out.substr(kept / 2, mark.size()), mark);
  CAF_CHECK_EQUAL(got.err.size(), kept + mark.size());
}

CAF_TEST(the_environment_is_added_to_and_replaced) {
  setenv("TROUPE_TEST_KEPT", "kept", 1);
  setenv("TROUPE_TEST_OLD", "old", 1);
  auto what = shell("echo $TROUPE_TEST_KEPT $TROUPE_TEST_OLD $NEW");
  what.env = {{"TROUPE_TEST_OLD", "replaced"}, {"NEW", "new = x"}};
  CAF_CHECK_EQUAL(run(what).out, "kept replaced new = x\n");
}

CAF_TEST(the_folder_can_be_chosen) {
  auto what = shell("pwd");
  what.cwd = "/usr/share";
  CAF_CHECK_EQUAL(run(what).out, "/usr/share\n");
}

CAF_TEST(no_other_file_is_inherited) {
  std::ifstream opened{"/etc/passwd"};
  CAF_CHECK_EQUAL(run(shell("ls /proc/self/fd | wc -l")).out,
                  "4\n"); // The three, and the one that ls reads.
}

CAF_TEST(what_cannot_be_a_command_is_refused) {
  struct row {
    command what;
    errc code;
    const char* want;
  };
  const row rows[] = {
    {{{}, {}, {}, {}}, errc::bad_input, "the command is empty"},
    {{{""}, {}, {}, {}}, errc::bad_input, "the command is empty"},
    {{{"a\0b"s}, {}, {}, {}}, errc::bad_input, "zero byte"},
    {{{"true"}, {{"", "x"}}, {}, {}}, errc::bad_input, "no name"},
    {{{"true"}, {{"a=b", "x"}}, {}, {}}, errc::bad_input, "with `=`"},
    {{{"/no/such/program"}, {}, {}, {}},
     errc::command_failed,
     "cannot start `/no/such/program`: No such file or directory"},
    {{{"no-such-program-anywhere"}, {}, {}, {}},
     errc::command_failed,
     "cannot start `no-such-program-anywhere`: No such file"},
    {{{"/etc/passwd"}, {}, {}, {}}, errc::command_failed, "Permission denied"},
    {{{"true"}, {}, {}, "/no/such/folder"},
     errc::command_failed,
     "cannot start `true` in `/no/such/folder`"},
  };
  for (const auto& [what, code, want] : rows) {
    auto got = run_command(what, kept, nullptr);
    CAF_REQUIRE(!got.has_value());
    CAF_MESSAGE(got.error().text);
    CAF_CHECK(got.error().code == code);
    CAF_CHECK(got.error().text.find(want) != std::string::npos);
  }
}

namespace {

/// A named pipe that a test's command opens: its end tells when all of the
/// command's processes are gone, without a clock.
struct witness {
  witness() {
    auto pattern =
      (std::filesystem::temp_directory_path() / "troupe-XXXXXX").string();
    folder = mkdtemp(pattern.data());
    path = folder / "pipe";
    auto made = run({{"mkfifo", path.string()}, {}, {}, {}});
    CAF_REQUIRE_EQUAL(made.exit_code, 0);
  }

  ~witness() {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }

  std::filesystem::path folder;
  std::filesystem::path path;
};

} // namespace

CAF_TEST(stopping_kills_the_whole_group) {
  witness alive;
  std::atomic<bool> stop{false};
  // The reader stops the command once both of its processes run, and then
  // waits until the last of them has closed the pipe.
  std::string seen;
  std::thread reader{[&] {
    std::ifstream in{alive.path};
    std::string line;
    std::getline(in, line);
    seen = line;
    stop = true;
    while (std::getline(in, line))
      seen += line;
  }};
  auto what = shell("exec 3>" + alive.path.string()
                    + "; (sleep 1000 & echo up >&3; wait) & wait");
  auto got = run_command(what, kept, &stop);
  reader.join();
  CAF_CHECK_EQUAL(seen, "up");
  CAF_REQUIRE(!got.has_value());
  CAF_CHECK_EQUAL(got.error().text, "`/bin/sh` was stopped");
}

CAF_TEST(a_command_may_tidy_up_when_it_is_stopped) {
  witness alive;
  std::atomic<bool> stop{false};
  std::string seen;
  std::thread reader{[&] {
    std::ifstream in{alive.path};
    std::string line;
    std::getline(in, line);
    stop = true;
    while (std::getline(in, line))
      seen += line;
  }};
  auto what = shell("exec 3>" + alive.path.string()
                    + "; trap 'echo tidy >&3; exit 0' TERM; echo up >&3; "
                      "while :; do sleep 0.01; done");
  auto got = run_command(what, kept, &stop);
  reader.join();
  CAF_CHECK_EQUAL(seen, "tidy");
  CAF_CHECK(!got.has_value());
}

CAF_TEST(a_command_that_ignores_its_stop_is_killed) {
  witness alive;
  std::atomic<bool> stop{false};
  std::thread reader{[&] {
    std::ifstream in{alive.path};
    std::string line;
    std::getline(in, line);
    stop = true;
    while (std::getline(in, line))
      continue;
  }};
  auto what = shell("exec 3>" + alive.path.string()
                    + "; trap '' TERM; echo up >&3; "
                      "while :; do sleep 0.1; done");
  auto begin = std::chrono::steady_clock::now();
  auto got = run_command(what, kept, &stop);
  auto took = std::chrono::steady_clock::now() - begin;
  reader.join();
  CAF_CHECK(!got.has_value());
  CAF_CHECK(took >= limits::exec_stop_grace);
}

CAF_TEST(what_a_command_leaves_running_is_killed_with_it) {
  witness alive;
  std::string seen;
  std::thread reader{[&] {
    std::ifstream in{alive.path};
    for (std::string line; std::getline(in, line);)
      seen += line;
  }};
  auto got = run(shell("exec 3>" + alive.path.string()
                       + "; sleep 1000 & echo up >&3; echo done"));
  reader.join();
  CAF_CHECK_EQUAL(seen, "up");
  CAF_CHECK_EQUAL(got.out, "done\n");
  CAF_CHECK_EQUAL(got.exit_code, 0);
}

CAF_TEST(endless_output_does_not_keep_a_command_from_being_stopped) {
  std::atomic<bool> stop{true};
  auto got = run_command({{"cat", "/dev/zero"}, {}, {}, {}}, kept, &stop);
  CAF_CHECK(!got.has_value());
}
