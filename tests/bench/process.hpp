#pragma once

#include "tests/bench/measure.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>
#include <vector>

namespace troupe::bench {

/// A child process that never outlives this one, and whose standard output we
/// read. Created before this process has threads of its own.
class process {
public:
  /// Starts `arguments[0]` (a path); dies if that is impossible.
  explicit process(const std::vector<std::string>& arguments) {
    std::vector<char*> argv;
    for (const auto& x : arguments)
      argv.push_back(const_cast<char*>(x.c_str())); // execv's signature is old.
    argv.push_back(nullptr);
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0)
      die("cannot create a pipe to a child process");
    auto parent = ::getpid();
    pid_ = ::fork();
    if (pid_ < 0)
      die("cannot start another process");
    if (pid_ == 0) {
      // Whatever happens to the benchmark, its processes end with it.
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent || ::dup2(ends[1], STDOUT_FILENO) < 0)
        ::_exit(127);
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    out_ = ends[0];
  }

  process(process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), out_(std::exchange(other.out_, -1)),
      rest_(std::move(other.rest_)) {
    // nop
  }

  process& operator=(process&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(out_, other.out_);
    std::swap(rest_, other.rest_);
    return *this;
  }

  ~process() {
    kill();
  }

  pid_t pid() const {
    return pid_;
  }

  /// Returns the next line of its standard output; dies after 20 seconds.
  std::string read_line() {
    auto begin = bench_clock::now();
    for (;;) {
      if (auto end = rest_.find('\n'); end != std::string::npos) {
        auto line = rest_.substr(0, end);
        rest_.erase(0, end + 1);
        return line;
      }
      pollfd readable{out_, POLLIN, 0};
      if (seconds_since(begin) > 20)
        die("a process that the benchmark started says nothing");
      if (::poll(&readable, 1, 100) <= 0)
        continue;
      char buffer[4096];
      auto count = ::read(out_, buffer, sizeof(buffer));
      if (count == 0)
        die("a process that the benchmark started ended at once");
      if (count > 0)
        rest_.append(buffer, static_cast<size_t>(count));
    }
  }

  /// Kills it and waits for its end.
  void kill() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR)
        continue;
    }
    if (out_ >= 0)
      ::close(out_);
    pid_ = -1;
    out_ = -1;
  }

private:
  pid_t pid_ = -1;
  int out_ = -1;
  std::string rest_;
};

/// Returns the path of this program, to start it again in another role.
inline std::string own_path() {
  std::string path(4096, '\0');
  auto count = ::readlink("/proc/self/exe", path.data(), path.size());
  if (count <= 0)
    die("cannot find this program's own path");
  path.resize(static_cast<size_t>(count));
  return path;
}

} // namespace troupe::bench
