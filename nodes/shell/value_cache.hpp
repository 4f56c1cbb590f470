#pragma once

#include "nodes/shell/command_table.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace troupe::shell {

/// What only the cluster knows and the Tab key offers. Asked by a thread of its
/// own, so that the prompt waits for a short time only, whatever the cluster
/// does; remembered for as short a time.
class value_cache {
public:
  using values = std::vector<std::string>;
  using clock = std::chrono::steady_clock;

  /// @param fetch Called in the cache's thread; may block.
  /// @param patience How long `get` waits at most.
  /// @param fresh For how long an answer is taken for true.
  explicit value_cache(
    std::function<values(value_kind)> fetch,
    std::chrono::milliseconds patience = std::chrono::milliseconds{300},
    std::chrono::milliseconds fresh = std::chrono::milliseconds{2000});

  /// Does not wait for a question that is under way.
  ~value_cache();

  value_cache(const value_cache&) = delete;
  value_cache& operator=(const value_cache&) = delete;

  /// Returns the values; older ones, or none, if the answer takes too long.
  values get(value_kind kind);

  /// Asks anew from now on, since another cluster is talked to.
  void forget();

private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace troupe::shell
