#include "runtime/function/builtin.hpp"
#include "runtime/function/builtin_parts.hpp"
#include "runtime/function/type_description.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <chrono>

namespace troupe::builtin {

namespace {

// `stop` is an atomic that nobody signals: look at it this often.
constexpr auto stop_poll = std::chrono::milliseconds{10};

/// Takes any value: the bytes are checked, but not copied into a tree.
class any_body {
public:
  explicit any_body(bool echoes) : echoes_(echoes) {
    // nop
  }

  result<void> operator()(const task_context&, std::string_view input,
                          std::string& output) const {
    if (auto valid = validate("any", input); !valid)
      return valid;
    if (echoes_)
      output.append(input);
    else
      encode(null{}, output);
    return {};
  }

private:
  bool echoes_;
};

task_binder bind_any(bool echoes) {
  return [echoes](std::string_view args) -> result<task_body> {
    if (auto valid = decode_args<null>(args); !valid)
      return tl::unexpected{std::move(valid.error())};
    return any_body{echoes};
  };
}

result<uint64_t> sleep(const task_context& context, uint64_t milliseconds) {
  using namespace std::chrono;
  if (milliseconds > sleep_ms_max)
    return fail(errc::bad_input,
                fmt::format("sleep takes at most {} ms, got {}", sleep_ms_max,
                            milliseconds));
  auto end = steady_clock::now() + std::chrono::milliseconds{milliseconds};
  for (;;) {
    if (context.stop_requested())
      return stopped();
    auto left = ceil<std::chrono::milliseconds>(end - steady_clock::now());
    if (left.count() <= 0)
      return milliseconds;
    poll(nullptr, 0, static_cast<int>(std::min(left, stop_poll).count()));
  }
}

result<uint64_t> fail_until(const task_context& context, uint64_t attempts) {
  if (context.attempt <= attempts)
    return fail(errc::function_failed,
                fmt::format("attempt {} of task {} failed as it was told to "
                            "(until attempt {})",
                            context.attempt, context.index, attempts));
  return uint64_t{context.attempt};
}

} // namespace

result<void> add_basic(function_registry& registry) {
  auto added = registry.add_raw(
    {"noop", "any", "null", "null", "takes anything, does nothing"},
    bind_any(false));
  if (added)
    added = registry.add_raw(
      {"echo", "any", "null", "any", "returns its input"}, bind_any(true));
  if (added)
    added = registry.add("sleep", sleep,
                         "waits for a number of milliseconds and returns it");
  if (added)
    added = registry.add("fail", fail_until,
                         "fails attempts 1 to n, then returns the attempt");
  return added;
}

} // namespace troupe::builtin
