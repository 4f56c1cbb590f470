#define CAF_SUITE command_process

#include "nodes/shell/command_process.hpp"
#include "tests/nodes/shell/captured.hpp"

#include <caf/test/unit_test.hpp>

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

using namespace troupe::shell;

namespace {

/// Runs a text by the shell. The word behind it is $0.
command_end run(const std::string& text, bool show = false, int out = 1) {
  return command_process{"/bin/sh", out}.run({"-c", text, "sh", "a b"}, show);
}

size_t open_descriptors() {
  size_t count = 0;
  auto folder = ::opendir("/proc/self/fd");
  while (::readdir(folder) != nullptr)
    ++count;
  ::closedir(folder);
  return count;
}

/// Counts those that any program gets which is started from here.
int inherited_descriptors() {
  int count = 0;
  for (int number = 0; number < 1024; ++number) {
    auto flags = ::fcntl(number, F_GETFD);
    count += flags >= 0 && (flags & FD_CLOEXEC) == 0 ? 1 : 0;
  }
  return count;
}

} // namespace

CAF_TEST(what_is_not_shown_is_returned) {
  auto ended = run("printf 'x%s' \"$1\"; exit 3");
  CAF_CHECK_EQUAL(ended.code, 3);
  CAF_CHECK_EQUAL(ended.output, "xa b");
}

CAF_TEST(what_is_shown_is_returned_too) {
  captured out;
  auto ended = run("echo a; echo b", true, out.descriptor());
  CAF_CHECK_EQUAL(ended.code, 0);
  CAF_CHECK_EQUAL(ended.output, "a\nb\n");
  CAF_CHECK_EQUAL(out.text(), "a\nb\n");
}

CAF_TEST(a_command_that_is_killed_has_the_code_of_shells) {
  CAF_CHECK_EQUAL(run("kill -INT $$").code, 130);
  CAF_CHECK_EQUAL(run("kill -KILL $$").code, 137);
}

CAF_TEST(a_program_that_is_not_there_fails) {
  auto ended = command_process{"/nowhere"}.run({}, false);
  CAF_CHECK_EQUAL(ended.code, 1);
  CAF_CHECK_EQUAL(ended.problem, "cannot start the command: No such file or "
                                 "directory");
}

CAF_TEST(a_word_that_is_too_long_is_said) {
  auto ended =
    command_process{"/bin/sh"}.run({std::string(200'000, 'x')}, false);
  CAF_CHECK_EQUAL(ended.code, 1);
  CAF_CHECK_EQUAL(ended.problem, "cannot start the command: Argument list too "
                                 "long; a word of it has at most 128 KiB");
  CAF_CHECK_EQUAL(::waitpid(-1, nullptr, WNOHANG), -1);
}

CAF_TEST(output_beyond_the_limit_is_cut) {
  auto ended = run("head -c 20000000 /dev/zero");
  CAF_CHECK_EQUAL(ended.code, 0);
  CAF_CHECK_EQUAL(ended.output.size(), command_output_bytes_max);
}

CAF_TEST(a_reader_that_is_gone_does_not_stop_the_command) {
  std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  CAF_REQUIRE_EQUAL(::pipe2(ends, O_CLOEXEC), 0);
  ::close(ends[0]);
  auto ended = run("echo a; echo b; exit 4", true, ends[1]);
  ::close(ends[1]);
  CAF_CHECK_EQUAL(ended.code, 4);
  CAF_CHECK_EQUAL(ended.output, "a\nb\n");
}

CAF_TEST(a_disk_that_is_full_is_said) {
  auto full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  auto ended = run("echo a; echo b", true, full);
  ::close(full);
  CAF_CHECK_EQUAL(ended.code, 1);
  CAF_CHECK_EQUAL(ended.output, "a\nb\n");
  CAF_CHECK_EQUAL(ended.problem,
                  "cannot write to stdout: No space left on device");
}

CAF_TEST(what_a_command_leaves_in_the_background_does_not_keep_us) {
  auto ended = run("echo a; sleep 300 & echo $!");
  CAF_REQUIRE(ended.output.starts_with("a\n"));
  ::kill(std::stoi(ended.output.substr(2)), SIGKILL);
  CAF_CHECK_EQUAL(ended.code, 0);
}

CAF_TEST(nothing_is_left_of_a_command) {
  auto before = open_descriptors();
  for (int i = 0; i < 20; ++i)
    run("echo x");
  CAF_CHECK_EQUAL(open_descriptors(), before);
  CAF_CHECK_EQUAL(::waitpid(-1, nullptr, WNOHANG), -1);
  // It has what everybody has, and the folder that it lists.
  auto own = run("ls /proc/self/fd | wc -l");
  CAF_CHECK_EQUAL(std::stoi(own.output), inherited_descriptors() + 1);
}

CAF_TEST(an_interrupt_is_passed_on) {
  sigset_t interrupt;
  sigset_t before;
  sigemptyset(&interrupt);
  sigaddset(&interrupt, SIGINT);
  pthread_sigmask(SIG_BLOCK, &interrupt, &before);
  // For this thread alone: others in here do not block it.
  pthread_kill(pthread_self(), SIGINT);
  auto ended = run("exec sleep 300");
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  CAF_CHECK_EQUAL(ended.code, 130);
}

CAF_TEST(on_a_terminal_the_copy_comes_by_itself) {
  int leader = -1;
  int follower = -1;
  CAF_REQUIRE_EQUAL(::openpty(&leader, &follower, nullptr, nullptr, nullptr),
                    0);
  auto ended = run("test -t 1 && printf shown; "
                   "printf copied >/dev/fd/$TROUPE_OUTPUT_COPY",
                   true, follower);
  CAF_CHECK_EQUAL(ended.output, "copied");
  std::array<char, 64> buffer{};
  auto got = ::read(leader, buffer.data(), buffer.size());
  CAF_CHECK_EQUAL(std::string(buffer.data(), static_cast<size_t>(got)),
                  "shown");
  // Without the variable when there is a pipe.
  CAF_CHECK_EQUAL(run("echo ${TROUPE_OUTPUT_COPY-none}").output, "none\n");
  ::close(leader);
  ::close(follower);
}
