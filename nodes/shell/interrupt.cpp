#include "nodes/shell/interrupt.hpp"

#include "nodes/shell/exit_code.hpp"
#include "nodes/shell/full_screen.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace troupe::shell {

namespace {

sigset_t interrupt_set() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  return set;
}

} // namespace

bool wait_for_interrupt(std::chrono::nanoseconds time) {
  auto interrupt = interrupt_set();
  auto now = std::chrono::steady_clock::now();
  auto end = now + time;
  do {
    auto left = std::max<std::chrono::nanoseconds>(end - now,
                                                   std::chrono::nanoseconds{0});
    auto whole = std::chrono::floor<std::chrono::seconds>(left);
    timespec span{};
    span.tv_sec = static_cast<time_t>(whole.count());
    span.tv_nsec = static_cast<long>((left - whole).count());
    if (::sigtimedwait(&interrupt, nullptr, &span) == SIGINT)
      return true;
    now = std::chrono::steady_clock::now();
  } while (now < end); // Some other signal.
  return false;
}

void interrupt_watch::block() {
  auto set = interrupt_set();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

interrupt_watch::interrupt_watch() {
  auto set = interrupt_set();
  signals_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  stop_ = ::eventfd(0, EFD_CLOEXEC);
  if (signals_ >= 0 && stop_ >= 0)
    thread_ = std::thread{[this] { run(); }};
  else // Without descriptors Ctrl-C does at least what it always did.
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

interrupt_watch::~interrupt_watch() {
  if (thread_.joinable()) {
    uint64_t one = 1;
    [[maybe_unused]] auto written = ::write(stop_, &one, sizeof(one));
    thread_.join();
  }
  if (signals_ >= 0)
    ::close(signals_);
  if (stop_ >= 0)
    ::close(stop_);
}

void interrupt_watch::run() {
  for (;;) {
    pollfd wanted[] = {{signals_, POLLIN, 0}, {stop_, POLLIN, 0}};
    if (::poll(wanted, 2, -1) < 0)
      continue;
    if ((wanted[1].revents & POLLIN) != 0)
      return;
    signalfd_siginfo info{};
    if (::read(signals_, &info, sizeof(info)) != sizeof(info))
      continue;
    if (!allowed_ || flag_) {
      restore_terminal();
      std::_Exit(static_cast<int>(exit_code::detached));
    }
    flag_ = true;
  }
}

} // namespace troupe::shell
