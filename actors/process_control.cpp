#include "actors/agent.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace troupe {

namespace {

/// Signals of the kernel: what a test with `kill` would send from outside.
class own_process final : public process_control {
public:
  void kill() override {
    ::kill(getpid(), SIGKILL);
  }

  void freeze(std::chrono::milliseconds time) override {
    auto command =
      fmt::format("sleep {}.{:03}; kill -CONT {}", time.count() / 1000,
                  time.count() % 1000, getpid());
    // The shell returns at once; what it left behind wakes this process, which
    // nobody would otherwise.
    auto script = "(" + command + ") &";
    char shell[] = "sh";
    char option[] = "-c";
    char* const arguments[] = {shell, option, script.data(), nullptr};
    pid_t child = 0;
    int status = 1;
    if (posix_spawn(&child, "/bin/sh", nullptr, nullptr, arguments, environ)
          == 0
        && waitpid(child, &status, 0) == child && status == 0)
      ::kill(getpid(), SIGSTOP);
  }
};

} // namespace

std::shared_ptr<process_control> make_process_control() {
  return std::make_shared<own_process>();
}

} // namespace troupe
