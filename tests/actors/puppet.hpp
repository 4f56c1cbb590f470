#pragma once

#include "runtime/model/packed.hpp"
#include "runtime/wire/messages.hpp"
#include "runtime/wire/register.hpp"

#include <caf/test/dsl.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::test {

/// A config that knows the messages, for CAF's deterministic scheduler.
struct wire_config : caf::actor_system_config {
  wire_config() {
    register_types(*this);
  }
};

/// An actor that the test plays by hand: it sends when the test says so, and
/// what it is sent waits until the test takes it. Destroying one looks to its
/// monitors like the loss of its process.
class puppet {
public:
  explicit puppet(caf::actor_system& system) : self_(system, true) {
    // nop
  }

  /// Returns its handle as any kind of actor.
  template <class Handle = caf::actor>
  Handle as() const {
    return caf::actor_cast<Handle>(caf::actor{self_});
  }

  template <class Handle, class... Ts>
  void send(const Handle& whom, const Ts&... content) {
    self_->send(whom, content...);
  }

  template <class Handle, class... Ts>
  auto ask(const Handle& whom, const Ts&... question) {
    return self_->request(whom, std::chrono::minutes{60}, question...);
  }

  /// From now on it is sent a `caf::down_msg` when that actor ends.
  template <class Handle>
  void monitor(const Handle& whom) {
    self_->monitor(whom);
  }

  /// Orders an actor to end; it sees who does.
  template <class Handle>
  void send_exit(const Handle& whom, caf::exit_reason why) {
    self_->send_exit(whom, why);
  }

  /// Takes the first message of that type out of the mailbox.
  template <class T>
  std::optional<T> take() {
    std::optional<T> result;
    answer([&](const T& x) { result = x; });
    return result;
  }

  /// Takes all messages of that type, oldest first.
  template <class T>
  std::vector<T> take_all() {
    std::vector<T> result;
    while (auto x = take<T>())
      result.push_back(std::move(*x));
    return result;
  }

  /// Returns the items of all lists of a type, in their order.
  template <class List>
  auto take_items() {
    decltype(List::items) result;
    for (auto& list : take_all<List>())
      std::move(list.items.begin(), list.items.end(),
                std::back_inserter(result));
    return result;
  }

  /// Calls `handler` with the first message that fits; what it returns is the
  /// answer. Messages that do not fit stay.
  template <class F>
  void answer(F handler) {
    self_->receive(
      handler, caf::after(std::chrono::seconds{0}) >> [] {});
  }

private:
  caf::scoped_actor self_;
};

/// Puppets and actors on one virtual clock.
class stage : public test_coordinator_fixture<wire_config> {
public:
  /// Lets virtual time pass in steps, so that timers that set timers fire.
  void pass(std::chrono::milliseconds time) {
    constexpr std::chrono::milliseconds step{10};
    sched.run();
    for (auto left = time; left.count() > 0; left -= step) {
      sched.advance_time(std::min(left, step));
      sched.run();
    }
  }

  /// Ends an actor as its own crash would.
  template <class Handle>
  void end(const Handle& whom) {
    caf::anon_send_exit(whom, caf::exit_reason::kill);
    sched.run();
  }
};

/// Returns packed byte strings as one blob.
inline blob packed_of(const std::vector<std::string>& strings) {
  packed_builder packed;
  for (const auto& x : strings)
    packed.add(x);
  return blob{packed.finish()};
}

/// Returns a body that carries its bytes.
inline body inline_body(blob bytes) {
  auto size = bytes.size();
  return {std::move(bytes), 0, size};
}

/// Returns the packed strings of a body as a list.
inline std::vector<std::string> strings_of(const blob& packed) {
  std::vector<std::string> result;
  if (auto view = packed_view::parse(packed.view()))
    for (uint32_t i = 0; i < view->size(); ++i)
      result.emplace_back((*view)[i]);
  return result;
}

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

} // namespace troupe::test
