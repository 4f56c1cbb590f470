#define CAF_SUITE interrupt

#include "nodes/shell/interrupt.hpp"

#include <caf/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

using namespace troupe::shell;

namespace {

/// Runs `body` in a child process and returns how that ended.
template <class F>
int exit_code_of(F body) {
  auto child = ::fork();
  if (child == 0) {
    // A test that goes wrong ends here instead of waiting for ever.
    ::alarm(20);
    interrupt_watch::block();
    body();
    std::_Exit(99);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace

// The runner has no other threads, so a forked child can start some.

CAF_TEST(ends_the_process_when_nobody_can_detach) {
#ifdef __SANITIZE_ADDRESS__
  CAF_MESSAGE("skipped: a thread of a forked child hangs in the sanitizer");
  return;
#endif
  CAF_CHECK_EQUAL(exit_code_of([] {
                    interrupt_watch watch;
                    ::kill(::getpid(), SIGINT);
                    for (;;)
                      ::pause();
                  }),
                  130);
}

CAF_TEST(the_first_sets_the_flag_and_the_second_ends_the_process) {
  CAF_CHECK_EQUAL(exit_code_of([] {
                    interrupt_watch watch;
                    watch.allow_detach(true);
                    ::kill(::getpid(), SIGINT);
                    while (!watch.flag())
                      std::this_thread::yield();
                    ::kill(::getpid(), SIGINT);
                    for (;;)
                      ::pause();
                  }),
                  130);
}

CAF_TEST(after_the_flag_the_process_goes_on) {
  CAF_CHECK_EQUAL(exit_code_of([] {
                    interrupt_watch watch;
                    watch.allow_detach(true);
                    ::kill(::getpid(), SIGINT);
                    while (!watch.flag())
                      std::this_thread::yield();
                    std::_Exit(7);
                  }),
                  7);
}

CAF_TEST(stops_when_it_is_destroyed) {
  CAF_CHECK_EQUAL(exit_code_of([] {
                    { interrupt_watch watch; }
                    std::_Exit(7);
                  }),
                  7);
}
