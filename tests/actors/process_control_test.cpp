#define CAF_SUITE process_control

#include "actors/agent.hpp"

#include <caf/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

/// Runs `what` in a process of its own, which then ends with code 7.
template <class F>
pid_t in_a_child(F what) {
  auto child = fork();
  if (child == 0) {
    what(*make_process_control());
    _exit(7);
  }
  return child;
}

} // namespace

CAF_TEST(kill_ends_the_process_without_notice) {
  auto child = in_a_child([](process_control& x) { x.kill(); });
  CAF_REQUIRE(child > 0);
  int status = 0;
  CAF_REQUIRE_EQUAL(waitpid(child, &status, 0), child);
  CAF_CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

CAF_TEST(freeze_stops_the_process_for_its_time) {
  auto begin = std::chrono::steady_clock::now();
  auto child = in_a_child([](process_control& x) { x.freeze(300ms); });
  CAF_REQUIRE(child > 0);
  int status = 0;
  CAF_REQUIRE_EQUAL(waitpid(child, &status, WUNTRACED), child);
  CAF_CHECK(WIFSTOPPED(status));
  CAF_REQUIRE_EQUAL(waitpid(child, &status, 0), child);
  CAF_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
  CAF_CHECK(std::chrono::steady_clock::now() - begin >= 300ms);
}
