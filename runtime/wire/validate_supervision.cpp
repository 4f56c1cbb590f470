#include "runtime/base/limits.hpp"
#include "runtime/wire/validate.hpp"

#include <fmt/format.h>

/// Checks of messages about supervision trees and faults.
namespace troupe {

bool is_valid(child_type type) {
  return type <= child_type::supervisor;
}

bool is_valid(child_state state) {
  return state <= child_state::zombie;
}

bool is_valid(supervision_strategy strategy) {
  return strategy <= supervision_strategy::simple_one_for_one;
}

bool is_valid(fault_kind kind) {
  return kind <= fault_kind::drop_slices;
}

namespace {

result<void> check_text(const std::string& text, size_t bytes_max,
                        std::string_view field) {
  if (text.size() <= bytes_max)
    return {};
  return fail(errc::protocol_violation,
              fmt::format("{} has {} bytes, more than {}", field, text.size(),
                          bytes_max));
}

} // namespace

result<void> check(const show_tree& what) {
  return check_text(what.node, limits::name_bytes_max,
                    "the name of a node whose tree is asked for");
}

result<void> check(const inject_fault& what) {
  if (!is_valid(what.what))
    return fail(errc::protocol_violation, "a fault has an unknown kind");
  if (!(what.share >= 0 && what.share <= 1))
    return fail(errc::protocol_violation,
                "the share of a fault must be from 0 to 1");
  auto longest = std::chrono::milliseconds{limits::fault_duration_max};
  auto most = static_cast<uint64_t>(longest.count());
  if (what.duration_ms > most || what.delay_ms > most)
    return fail(errc::protocol_violation,
                fmt::format("a fault lasts at most {} ms", most));
  if (auto ok = check_text(what.node, limits::name_bytes_max,
                           "the name of a node that shall fail");
      !ok)
    return ok;
  return check_text(what.path, limits::actor_path_bytes_max,
                    "the path of an actor that shall fail");
}

result<void> check(const supervised& what) {
  if (!is_valid(what.type) || !is_valid(what.state) || !is_valid(what.strategy))
    return fail(errc::protocol_violation,
                "an actor of a tree has an unknown type, state or strategy");
  return check_text(what.path, limits::actor_path_bytes_max,
                    "the path of an actor of a tree");
}

result<void> check(const supervision_tree& what) {
  if (what.nodes.size() > limits::tree_actors_max)
    return fail(errc::protocol_violation,
                fmt::format("a tree lists {} actors, more than {}",
                            what.nodes.size(), limits::tree_actors_max));
  for (const auto& x : what.nodes)
    if (auto ok = check(x); !ok)
      return ok;
  return {};
}

result<void> check(const fault_done& what) {
  return check_text(what.text, limits::error_text_bytes_max,
                    "what a node says of a fault");
}

} // namespace troupe
