#pragma once

#include "actors/report.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/atom.hpp>
#include <caf/behavior.hpp>
#include <caf/fwd.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace troupe {

/// Asks any observed actor for its vitals, as JSON: `kind` (its name), `id`,
/// `mailbox` (messages that wait) and `handled` (messages of its interface that
/// it has handled; answers to its own questions do not count).
using show_vitals_atom = caf::atom_constant<caf::atom("vitals")>;

/// Asks any observed actor for its main numbers, as JSON; see `report.hpp`.
using show_state_atom = caf::atom_constant<caf::atom("state")>;

/// Goes with a question to an observed actor, as a second element, and is gone
/// when the actor has taken the question or has ended: whoever keeps a weak
/// pointer to it knows whether the question still waits.
struct question_ticket {
  std::shared_ptr<const int> waits;
};

namespace detail {

/// Puts the two questions and the counter in front of `handlers`.
caf::behavior observe(caf::scheduled_actor* self, caf::behavior handlers,
                      std::function<std::string()> report);

} // namespace detail

/// Lets an actor count what it handles and answer two questions that every
/// actor answers, although no typed interface has them: they are local, and
/// CAF keeps neither a counter nor a mailbox length that another thread may
/// read. Ask with high priority, so that the question overtakes what waits.
/// @tparam Actor The typed actor, or `caf::actor`.
template <class Actor, class Self>
typename Actor::behavior_type observed(Self self,
                                       typename Actor::behavior_type handlers) {
  auto& inner = handlers.unbox();
  inner = detail::observe(self, std::move(inner),
                          [self] { return report_of(self->state); });
  return handlers;
}

} // namespace troupe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::question_ticket)
