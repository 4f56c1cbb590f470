#pragma once

#include "nodes/shell/failure.hpp"
#include "nodes/shell/interrupt.hpp"
#include "nodes/shell/invocation.hpp"
#include "nodes/shell/surroundings.hpp"
#include "nodes/shell/text_output.hpp"
#include <troupe/client.hpp>

#include <cstddef>
#include <string_view>

namespace troupe::shell {

struct table;

/// What one command works with. Lives as long as the command runs.
class session {
public:
  session(const invocation& call, const surroundings& where,
          interrupt_watch& interrupts);

  const invocation& call() const {
    return call_;
  }

  /// Whether stdout gets one JSON document and nothing else.
  bool json() const {
    return call_.has("json");
  }

  text_output& out() {
    return out_;
  }

  interrupt_watch& interrupts() {
    return interrupts_;
  }

  /// Returns the descriptor for progress.
  int err() const {
    return where_.err;
  }

  /// Returns the descriptor behind `out`, to ask whether it is a terminal.
  int out_descriptor() const {
    return where_.out;
  }

  /// Writes `troupe: TEXT` to stderr.
  void say(std::string_view text) const;

  /// Connects as the global options say. Only commands that need a cluster
  /// call it.
  outcome<client> connect() const {
    return where_.connect(call_);
  }

  /// Writes a table as wide as the terminal, at least 40 columns; a copy of it
  /// has all columns.
  void show(const table& what);

  /// Returns the columns for text on stdout, 80 if that is no terminal.
  size_t text_columns() const;

private:
  const invocation& call_;
  const surroundings& where_;
  interrupt_watch& interrupts_;
  text_output out_;
};

} // namespace troupe::shell
