#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

namespace troupe::shell {

/// Runs `call` in a thread of its own and waits for its result, yet no longer
/// than until `stop()` is true: a coordinator that is lost takes seconds to
/// give up, and people do not wait so long for their Ctrl-C.
/// @param call Must own what it uses; it may go on after this returned.
/// @returns nothing if it was stopped.
template <class Stop, class F>
std::optional<std::invoke_result_t<F>> call_unless(Stop stop, F call) {
  constexpr std::chrono::milliseconds look_interval{20};
  using value_type = std::invoke_result_t<F>;
  auto promise = std::make_shared<std::promise<value_type>>();
  auto answer = promise->get_future();
  std::thread{[promise, call = std::move(call)]() mutable {
    promise->set_value(call());
  }}.detach();
  while (answer.wait_for(look_interval) != std::future_status::ready)
    if (stop())
      return std::nullopt;
  return answer.get();
}

} // namespace troupe::shell
