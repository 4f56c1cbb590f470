#include "runtime/function/child_process.hpp"

#include "runtime/base/limits.hpp"
#include "runtime/function/file_descriptor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace troupe {

namespace {

constexpr int poll_ms = 20;
// Where the kernel has no pidfd, the end of the child wakes nobody up.
constexpr int poll_ms_without_pidfd = 5;
constexpr size_t pipe_bytes = 64 * 1024;

/// Writing to a command that reads no more must fail, not kill this process:
/// blocks SIGPIPE in this thread and swallows one that came meanwhile (the
/// usual way for libraries, which may not change the disposition).
class sigpipe_guard {
public:
  sigpipe_guard() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }

  sigpipe_guard(const sigpipe_guard&) = delete;
  sigpipe_guard& operator=(const sigpipe_guard&) = delete;

  ~sigpipe_guard() {
    timespec at_once{0, 0};
    if (!was_pending_)
      while (sigtimedwait(&pipe_, nullptr, &at_once) < 0 && errno == EINTR)
        continue;
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

private:
  sigset_t pipe_;
  sigset_t before_;
  bool was_pending_ = false;
};

struct pipe_ends {
  file_descriptor read;
  file_descriptor write;
};

/// Moves a descriptor out of the way of 0, 1 and 2, which a host may have
/// closed: the child's ends are copied onto those.
file_descriptor above_standard(int fd) {
  file_descriptor owned{fd};
  if (fd < 0 || fd > 2)
    return owned;
  return file_descriptor{fcntl(fd, F_DUPFD_CLOEXEC, 3)};
}

bool open_pipe(pipe_ends& out) {
  std::array<int, 2> ends{-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    return false;
  out.read = above_standard(ends[0]);
  out.write = above_standard(ends[1]);
  return out.read && out.write;
}

void set_nonblocking(const file_descriptor& file) {
  fcntl(file.get(), F_SETFL, fcntl(file.get(), F_GETFL) | O_NONBLOCK);
}

/// The settings of `posix_spawn`, freed at the end.
class spawn_settings {
public:
  spawn_settings() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }

  spawn_settings(const spawn_settings&) = delete;
  spawn_settings& operator=(const spawn_settings&) = delete;

  ~spawn_settings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }

  /// An own process group, and signals as in a fresh shell.
  void isolate() {
    sigset_t none;
    sigset_t defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    for (auto x : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD})
      sigaddset(&defaults, x);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP
                                            | POSIX_SPAWN_SETSIGMASK
                                            | POSIX_SPAWN_SETSIGDEF);
  }

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& text : texts)
    out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> environment(const command& what) {
  std::vector<std::string> out;
  for (auto at = environ; at != nullptr && *at != nullptr; ++at) {
    std::string_view text{*at};
    if (!what.env.contains(std::string{text.substr(0, text.find('='))}))
      out.emplace_back(text);
  }
  for (const auto& [name, text] : what.env)
    out.push_back(name + '=' + text);
  return out;
}

result<void> check(const command& what) {
  auto has_zero = [](const std::string& text) {
    return text.find('\0') != std::string::npos;
  };
  auto bad_name = [&](const auto& x) {
    return x.first.empty() || x.first.find('=') != std::string::npos
           || has_zero(x.first) || has_zero(x.second);
  };
  if (what.argv.empty() || what.argv[0].empty())
    return fail(errc::bad_input, "the command is empty");
  if (has_zero(what.cwd)
      || std::any_of(what.argv.begin(), what.argv.end(), has_zero))
    return fail(errc::bad_input, "the command holds a zero byte");
  if (std::any_of(what.env.begin(), what.env.end(), bad_name))
    return fail(errc::bad_input, "a variable in the command's environment has "
                                 "no name, or one with `=`, or a zero byte");
  return {};
}

/// A child that is killed with its group and reaped at the latest when this
/// object dies.
class child_process {
public:
  child_process() = default;
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  ~child_process() {
    if (pid_ > 0) {
      kill_group();
      int status = 0;
      reap(status);
    }
  }

  result<void> start(const command& what) {
    pipe_ends in;
    pipe_ends out;
    pipe_ends err;
    if ((what.input && !open_pipe(in)) || !open_pipe(out) || !open_pipe(err))
      return fail(errc::command_failed,
                  fmt::format("cannot make pipes for `{}`: {}", what.argv[0],
                              std::strerror(errno)));
    if (auto problem = spawn(what, in.read, out.write, err.write))
      return fail(errc::command_failed,
                  fmt::format("cannot start `{}`{}: {}", what.argv[0],
                              what.cwd.empty() ? "" : " in `" + what.cwd + '`',
                              std::strerror(problem)));
    input = std::move(in.write);
    output = std::move(out.read);
    errors = std::move(err.read);
    for (auto file : {&input, &output, &errors})
      if (*file)
        set_nonblocking(*file);
    // Debian 12's header of pidfd_open() is not made for C++.
    ended = file_descriptor{static_cast<int>(syscall(SYS_pidfd_open, pid_, 0))};
    return {};
  }

  /// Returns whether the command itself has ended. It is not reaped, so that
  /// its process group's number stays its own.
  bool has_ended() {
    siginfo_t info{};
    auto got = waitid(P_PID, static_cast<id_t>(pid_), &info,
                      WEXITED | WNOHANG | WNOWAIT);
    lost_ = got < 0 && errno == ECHILD;
    return lost_ || (got == 0 && info.si_pid == pid_);
  }

  void kill_group() const {
    if (lost_) // Reaped by the host: the number may be a stranger's by now.
      return;
    kill(-pid_, SIGKILL);
    kill(pid_, SIGKILL); // It may have left its group.
  }

  /// Asks the group to end.
  void terminate_group() const {
    if (!lost_)
      kill(-pid_, SIGTERM);
  }

  /// Takes the status. @returns false if somebody else has taken it.
  bool reap(int& status) {
    auto got = waitpid(pid_, &status, 0);
    while (got < 0 && errno == EINTR)
      got = waitpid(pid_, &status, 0);
    pid_ = -1;
    return got > 0;
  }

  file_descriptor input;
  file_descriptor output;
  file_descriptor errors;
  file_descriptor ended; ///< A pidfd, readable at the end; may be none.

private:
  int spawn(const command& what, const file_descriptor& in,
            const file_descriptor& out, const file_descriptor& err) {
    spawn_settings settings;
    auto actions = &settings.actions;
    if (in)
      posix_spawn_file_actions_adddup2(actions, in.get(), 0);
    else
      posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(actions, out.get(), 1);
    posix_spawn_file_actions_adddup2(actions, err.get(), 2);
    posix_spawn_file_actions_addclosefrom_np(actions, 3);
    if (!what.cwd.empty())
      posix_spawn_file_actions_addchdir_np(actions, what.cwd.c_str());
    settings.isolate();
    auto argv = what.argv;
    auto env = environment(what);
    auto problem =
      posix_spawnp(&pid_, argv[0].c_str(), actions, &settings.attributes,
                   pointers(argv).data(), pointers(env).data());
    if (problem != 0)
      pid_ = -1;
    return problem;
  }

  pid_t pid_ = -1;
  bool lost_ = false;
};

/// Moves what is there, but not forever: the command may write faster. Closes
/// the file at its end.
void drain(file_descriptor& file, capped_text& out) {
  constexpr size_t reads_max = 16;
  std::array<char, pipe_bytes> buffer;
  for (size_t i = 0; file && i < reads_max; ++i) {
    auto got = read(file.get(), buffer.data(), buffer.size());
    if (got > 0)
      out.append({buffer.data(), static_cast<size_t>(got)});
    else if (got < 0 && errno == EINTR)
      continue;
    else if (got < 0 && errno == EAGAIN)
      return;
    else
      file.reset();
  }
}

/// Writes what fits; closes the pipe when all is written or nobody reads.
void feed(file_descriptor& file, std::string_view& rest) {
  while (file && !rest.empty()) {
    auto put = write(file.get(), rest.data(), rest.size());
    if (put >= 0)
      rest.remove_prefix(static_cast<size_t>(put));
    else if (errno == EAGAIN)
      return;
    else if (errno != EINTR)
      file.reset();
  }
  file.reset();
}

/// Serves the three pipes until the command has ended, or for a grace time
/// after it was asked to.
/// @returns false if it was stopped.
bool serve(child_process& child, std::string_view input, capped_text& out,
           capped_text& err, const std::atomic<bool>* stop) {
  auto stop_requested = [stop] {
    return stop != nullptr && stop->load(std::memory_order_relaxed);
  };
  sigpipe_guard guard;
  std::optional<std::chrono::steady_clock::time_point> kill_at;
  for (;;) {
    feed(child.input, input);
    drain(child.output, out);
    drain(child.errors, err);
    if (child.has_ended())
      return !kill_at;
    auto now = std::chrono::steady_clock::now();
    if (kill_at && now >= *kill_at)
      return false;
    if (!kill_at && stop_requested()) {
      child.terminate_group();
      kill_at = now + limits::exec_stop_grace;
    }
    std::array<pollfd, 4> files{{{child.input.get(), POLLOUT, 0},
                                 {child.output.get(), POLLIN, 0},
                                 {child.errors.get(), POLLIN, 0},
                                 {child.ended.get(), POLLIN, 0}}};
    poll(files.data(), files.size(),
         child.ended ? poll_ms : poll_ms_without_pidfd);
  }
}

} // namespace

void capped_text::append(std::string_view bytes) {
  size_ += bytes.size();
  auto to_head = std::min(bytes.size(), half_ - head_.size());
  head_.append(bytes.substr(0, to_head));
  tail_.append(bytes.substr(to_head));
  if (tail_.size() > 2 * half_)
    tail_.erase(0, tail_.size() - half_);
}

std::string capped_text::text() const {
  auto tail = std::string_view{tail_};
  if (tail.size() > half_)
    tail.remove_prefix(tail.size() - half_);
  auto cut = size_ - head_.size() - tail.size();
  if (cut == 0)
    return head_ + std::string{tail};
  return fmt::format("{}\n[... {} bytes cut by troupe ...]\n{}", head_, cut,
                     tail);
}

result<command_outcome> run_command(const command& what,
                                    size_t output_bytes_max,
                                    const std::atomic<bool>* stop) {
  if (auto valid = check(what); !valid)
    return tl::unexpected{std::move(valid.error())};
  auto begin = std::chrono::steady_clock::now();
  child_process child;
  if (auto started = child.start(what); !started)
    return tl::unexpected{std::move(started.error())};
  capped_text out{output_bytes_max};
  capped_text err{output_bytes_max};
  auto input = what.input ? std::string_view{*what.input} : std::string_view{};
  if (!serve(child, input, out, err, stop))
    return fail(errc::command_failed,
                fmt::format("`{}` was stopped", what.argv[0]));
  child.kill_group();
  drain(child.output, out);
  drain(child.errors, err);
  int status = 0;
  if (!child.reap(status))
    return fail(errc::command_failed,
                fmt::format("cannot learn how `{}` ended: this process takes "
                            "the status of its children elsewhere",
                            what.argv[0]));
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  return command_outcome{WIFEXITED(status) ? WEXITSTATUS(status) : 0,
                         WIFSIGNALED(status) ? WTERMSIG(status) : 0, out.text(),
                         err.text(), took.count()};
}

} // namespace troupe
