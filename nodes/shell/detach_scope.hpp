#pragma once

#include "nodes/shell/interrupt.hpp"

namespace troupe::shell {

/// Allows detaching as long as it lives.
class detach_scope {
public:
  explicit detach_scope(interrupt_watch& of) : of_(of) {
    of_.allow_detach(true);
  }

  ~detach_scope() {
    of_.allow_detach(false);
  }

  detach_scope(const detach_scope&) = delete;
  detach_scope& operator=(const detach_scope&) = delete;

private:
  interrupt_watch& of_;
};

} // namespace troupe::shell
