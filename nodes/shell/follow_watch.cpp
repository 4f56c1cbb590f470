#include "nodes/shell/follow_watch.hpp"

#include <poll.h>

#include <algorithm>

namespace troupe::shell {

namespace {

using std::chrono::milliseconds;
using clock = std::chrono::steady_clock;

constexpr milliseconds look_interval{20};

/// Whether nothing can be written any more. A pipe without a reader tells that
/// before anything is written.
bool is_gone(const text_output& out) {
  pollfd wanted{out.descriptor(), 0, 0};
  return out.is_broken()
         || (::poll(&wanted, 1, 0) > 0
             && (wanted.revents & (POLLERR | POLLHUP)) != 0);
}

} // namespace

follow_watch::follow_watch(session& self)
  : self_(self), began_(clock::now()),
    timeout_(self.call().duration("timeout")) {
  if (timeout_ && timeout_->count() == 0)
    timeout_.reset(); // As of every command: as long as it takes.
  self_.interrupts().allow_detach(true);
}

follow_watch::~follow_watch() {
  self_.interrupts().allow_detach(false);
}

bool follow_watch::pause(milliseconds time) {
  auto until = clock::now() + time;
  while (!is_over() && clock::now() < until) {
    auto left = std::chrono::ceil<milliseconds>(until - clock::now());
    static_cast<void>(::poll(
      nullptr, 0, static_cast<int>(std::min(left, look_interval).count())));
  }
  return !is_over();
}

bool follow_watch::is_over() const {
  return self_.interrupts().flag() || is_gone(self_.out())
         || (timeout_ && clock::now() - began_ >= *timeout_);
}

void follow_watch::lost(const std::string& why) {
  if (!is_lost_)
    self_.say(why + "; waiting until it is back");
  is_lost_ = true;
}

void follow_watch::found() {
  if (is_lost_)
    self_.say("it is back");
  is_lost_ = false;
}

outcome<exit_code> follow_watch::ending() const {
  if (self_.interrupts().flag())
    return exit_code::detached;
  if (is_gone(self_.out())) // The program says why, if it is a failure.
    return exit_code::done;
  return refuse("--timeout is over", exit_code::timed_out);
}

} // namespace troupe::shell
