#include "nodes/shell/command_process.hpp"

#include "nodes/shell/exit_code.hpp"
#include "nodes/shell/terminal.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <optional>

extern char** environ;

namespace troupe::shell {

namespace {

/// What a command prints for its caller, not for people.
constexpr size_t output_bytes_max = size_t{64} * 1024 * 1024;

/// The terminal's modes and foreground group, put back at the end.
class terminal_scope {
public:
  terminal_scope() : active_(is_terminal(STDIN_FILENO)) {
    if (!active_)
      return;
    group_ = ::tcgetpgrp(STDIN_FILENO);
    // We are not the one in front: somebody else rules the terminal.
    active_ = group_ == ::getpgrp() && ::tcgetattr(STDIN_FILENO, &modes_) == 0;
  }

  ~terminal_scope() {
    if (!active_)
      return;
    // Who takes the terminal from the background is stopped by this signal.
    auto before = std::signal(SIGTTOU, SIG_IGN);
    ::tcsetpgrp(STDIN_FILENO, group_);
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &modes_);
    std::signal(SIGTTOU, before);
  }

  terminal_scope(const terminal_scope&) = delete;
  terminal_scope& operator=(const terminal_scope&) = delete;

  bool active() const {
    return active_;
  }

private:
  bool active_ = false;
  pid_t group_ = -1;
  termios modes_{};
};

/// How the process is made.
class spawn_plan {
public:
  spawn_plan(bool in_front, int output) {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    sigset_t defaults;
    sigemptyset(&defaults);
    for (auto number : {SIGINT, SIGPIPE, SIGTERM, SIGHUP, SIGTTOU})
      sigaddset(&defaults, number);
    ::posix_spawnattr_setsigdefault(&attributes, &defaults);
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (in_front) {
      flags |= POSIX_SPAWN_SETPGROUP;
      ::posix_spawnattr_setpgroup(&attributes, 0);
      ::posix_spawn_file_actions_addtcsetpgrp_np(&actions, STDIN_FILENO);
    }
    if (output >= 0)
      ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    ::posix_spawnattr_setflags(&attributes, flags);
  }

  ~spawn_plan() {
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
  }

  spawn_plan(const spawn_plan&) = delete;
  spawn_plan& operator=(const spawn_plan&) = delete;

  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

std::string read_all(int descriptor) {
  std::string out;
  std::array<char, 16'384> buffer{};
  for (;;) {
    auto got = ::read(descriptor, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return out;
    // More is read, so that the command does not wait for us, and dropped.
    if (out.size() < output_bytes_max)
      out.append(buffer.data(), static_cast<size_t>(got));
  }
}

/// @returns the exit code as shells count it.
int wait_for_end(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, WUNTRACED) < 0)
    if (errno != EINTR)
      return static_cast<int>(exit_code::failed);
  if (WIFSTOPPED(status)) {
    // There are no jobs to come back to here.
    ::kill(-child, SIGKILL);
    ::kill(child, SIGKILL);
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
      // Once more.
    }
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

command_process::command_process(std::string program)
  : program_(program.empty() ? "/proc/self/exe" : std::move(program)) {
  // nop
}

command_end command_process::run(const std::vector<std::string>& args,
                                 bool show) {
  std::vector<std::string> words{"troupe"};
  words.insert(words.end(), args.begin(), args.end());
  std::vector<char*> argv;
  for (auto& word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  int pipe_ends[2] = {-1, -1};
  if (!show && ::pipe2(pipe_ends, O_CLOEXEC) != 0)
    return {static_cast<int>(exit_code::failed), ""};
  terminal_scope terminal;
  pid_t child = -1;
  int problem = 0;
  {
    spawn_plan plan{terminal.active(), pipe_ends[1]};
    problem = ::posix_spawn(&child, program_.c_str(), &plan.actions,
                            &plan.attributes, argv.data(), environ);
  }
  if (pipe_ends[1] >= 0)
    ::close(pipe_ends[1]);
  command_end ended{static_cast<int>(exit_code::failed), ""};
  if (problem == 0) {
    if (!show)
      ended.output = read_all(pipe_ends[0]);
    ended.code = wait_for_end(child);
  }
  if (pipe_ends[0] >= 0)
    ::close(pipe_ends[0]);
  return ended;
}

} // namespace troupe::shell
