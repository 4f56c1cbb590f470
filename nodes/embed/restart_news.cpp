#include "nodes/embed/restart_news.hpp"

#include "runtime/base/limits.hpp"

#include <utility>

namespace troupe {

std::optional<event> restart_news::note(const supervision_report& what) {
  const auto& id = what.child.id;
  std::unique_lock guard{mutex_};
  if (what.what == supervision_event::child_terminated)
    ended_[what.supervisor] = id + " ended: " + what.reason;
  if (what.what != supervision_event::progress || id.empty())
    return std::nullopt;
  auto path = what.supervisor + "/" + id;
  if (seen_.insert(path).second)
    return std::nullopt;
  event result;
  result.kind = event_kind::actor_restarted;
  result.node = node_;
  result.text = "the actor " + path + " was restarted";
  // Of those that a supervisor starts again, one has ended by itself; those
  // below a supervisor that is new were not heard to end.
  if (auto why = ended_.find(what.supervisor); why != ended_.end())
    result.text += ": " + why->second;
  if (result.text.size() > limits::error_text_bytes_max)
    result.text.resize(limits::error_text_bytes_max);
  result.at_us = static_cast<uint64_t>(wall_.now_us());
  return result;
}

} // namespace troupe
