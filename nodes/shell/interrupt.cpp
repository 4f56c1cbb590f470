#include "nodes/shell/interrupt.hpp"

#include "nodes/shell/exit_code.hpp"
#include "nodes/shell/full_screen.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>

namespace troupe::shell {

namespace {

sigset_t interrupt_set() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  return set;
}

} // namespace

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
