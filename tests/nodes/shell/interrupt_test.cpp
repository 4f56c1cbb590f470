#define CAF_SUITE interrupt

#include "nodes/shell/detach_scope.hpp"
#include "nodes/shell/interrupt.hpp"

#include <caf/test/unit_test.hpp>

#include <spawn.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>

using namespace troupe::shell;

namespace {

constexpr const char* child_mark = "TROUPE_INTERRUPT_TEST_CHILD";

/// Starts the case `test` of this suite once more, with SIGINT blocked from the
/// first thread on, as `interrupt_watch::block` does it in `main`.
pid_t spawn_case(const char* test) {
  ::setenv(child_mark, "1", 1);
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGINT);
  posix_spawnattr_t how{};
  ::posix_spawnattr_init(&how);
  ::posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK);
  ::posix_spawnattr_setsigmask(&how, &blocked);
  const char* argv[] = {"test_nodes", "interrupt", test, nullptr};
  pid_t child = -1;
  if (::posix_spawn(&child, "/proc/self/exe", nullptr, &how,
                    const_cast<char**>(argv), environ)
      != 0)
    CAF_FAIL("cannot start a child process");
  ::posix_spawnattr_destroy(&how);
  ::unsetenv(child_mark);
  return child;
}

/// Runs `body` in a process of its own and returns how that ended. `test` is
/// the name of the case that calls it.
template <class F>
int exit_code_of(const char* test, F body) {
  if (std::getenv(child_mark) != nullptr) {
    // A test that goes wrong ends here instead of waiting for ever.
    ::alarm(20);
    body();
    std::_Exit(99);
  }
  int status = 0;
  ::waitpid(spawn_case(test), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace

CAF_TEST(block_is_for_this_thread_and_all_later_ones) {
  auto code = exit_code_of("block_is_for_this_thread_and_all_later_ones", [] {
    sigset_t none;
    sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
    interrupt_watch::block();
    std::thread{[] { ::pthread_kill(::pthread_self(), SIGINT); }}.join();
    ::pthread_kill(::pthread_self(), SIGINT);
    std::_Exit(7);
  });
  CAF_CHECK_EQUAL(code, 7);
}

CAF_TEST(ends_the_process_when_nobody_can_detach) {
  auto code = exit_code_of("ends_the_process_when_nobody_can_detach", [] {
    interrupt_watch watch;
    ::kill(::getpid(), SIGINT);
    for (;;)
      ::pause();
  });
  CAF_CHECK_EQUAL(code, 130);
}

CAF_TEST(the_first_sets_the_flag_and_the_second_ends_the_process) {
  constexpr const char* name =
    "the_first_sets_the_flag_and_the_second_ends_the_process";
  auto code = exit_code_of(name, [] {
    interrupt_watch watch;
    watch.allow_detach(true);
    ::kill(::getpid(), SIGINT);
    while (!watch.flag())
      std::this_thread::yield();
    ::kill(::getpid(), SIGINT);
    for (;;)
      ::pause();
  });
  CAF_CHECK_EQUAL(code, 130);
}

CAF_TEST(after_the_flag_the_process_goes_on) {
  auto code = exit_code_of("after_the_flag_the_process_goes_on", [] {
    interrupt_watch watch;
    watch.allow_detach(true);
    ::kill(::getpid(), SIGINT);
    while (!watch.flag())
      std::this_thread::yield();
    std::_Exit(7);
  });
  CAF_CHECK_EQUAL(code, 7);
}

CAF_TEST(a_wait_survives_other_signals) {
  auto code = exit_code_of("a_wait_survives_other_signals", [] {
    struct sigaction nothing {};
    nothing.sa_handler = [](int) {};
    ::sigaction(SIGALRM, &nothing, nullptr);
    const auto time = std::chrono::milliseconds{200};
    itimerval soon{{0, 0}, {0, 20'000}};
    ::setitimer(ITIMER_REAL, &soon, nullptr);
    auto begin = std::chrono::steady_clock::now();
    if (wait_for_interrupt(time)
        || std::chrono::steady_clock::now() - begin < time)
      std::_Exit(1);
    ::kill(::getpid(), SIGINT);
    std::_Exit(wait_for_interrupt(std::chrono::seconds{20}) ? 7 : 2);
  });
  CAF_CHECK_EQUAL(code, 7);
}

CAF_TEST(stops_when_it_is_destroyed) {
  auto code = exit_code_of("stops_when_it_is_destroyed", [] {
    { interrupt_watch watch; }
    std::_Exit(7);
  });
  CAF_CHECK_EQUAL(code, 7);
}

CAF_TEST(a_scope_allows_it_as_long_as_it_lives) {
  auto code = exit_code_of("a_scope_allows_it_as_long_as_it_lives", [] {
    interrupt_watch watch;
    {
      detach_scope polls{watch};
      ::kill(::getpid(), SIGINT);
      while (!watch.flag())
        std::this_thread::yield();
    }
    ::kill(::getpid(), SIGINT);
    for (;;)
      ::pause();
  });
  CAF_CHECK_EQUAL(code, 130);
}
