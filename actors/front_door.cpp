#include "actors/front_door.hpp"

#include "actors/harden.hpp"
#include "actors/observed.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/version.hpp"
#include "runtime/wire/messages.hpp"

#include <fmt/format.h>

#include <utility>

namespace troupe {

namespace {

/// Returns why the node may not come in, or no error.
error refusal(const front_door_options& door, const hello& from) {
  // The protocol first: of another one, the other words may mean anything.
  if (from.protocol_version != protocol_version)
    return {errc::version_mismatch,
            fmt::format("node {} has Troupe {} with protocol {}, the "
                        "coordinator has Troupe {} with protocol {}: install "
                        "the same version on both",
                        quote_text(from.node), quote_text(from.product_version),
                        from.protocol_version, product_version,
                        protocol_version)};
  if (from.cluster != door.cluster)
    return {errc::cluster_mismatch,
            fmt::format("node {} belongs to cluster {}, the coordinator to "
                        "cluster {}: give both the same name (node.cluster "
                        "of a node, --cluster of troupe), or connect to "
                        "another coordinator",
                        quote_text(from.node), quote_text(from.cluster),
                        quote_text(door.cluster))};
  const auto& x = door.handles;
  if (!x.coordinator || !x.scheduler || !x.membership || !x.event_hub)
    return {errc::cannot_connect,
            fmt::format("the coordinator of cluster {} is still starting and "
                        "cannot serve node {}: try again in a moment",
                        quote_text(door.cluster), quote_text(from.node))};
  return {};
}

} // namespace

caf::message front_door_state::answer(const hello& from) const {
  if (auto why = refusal(options, from); why.code != errc::ok) {
    log->warn(name, "refused a node", {{"why", why.text}});
    return caf::make_message(refused_atom::value,
                             static_cast<uint8_t>(why.code), why.text);
  }
  const auto& x = options.handles;
  return caf::make_message(welcome_atom::value, options.cluster,
                           std::string{product_version}, x.coordinator,
                           x.scheduler, x.membership, x.event_hub,
                           uint64_t{options.store});
}

caf::behavior front_door(caf::stateful_actor<front_door_state>* self,
                         front_door_options options, logger_ptr log) {
  harden(self, log);
  self->state.options = std::move(options);
  self->state.log = std::move(log);
  return observed<caf::event_based_actor>(
    self,
    {
      [self](hello_atom, const std::string& cluster, const std::string& product,
             uint32_t protocol, const std::string& node,
             uint64_t incarnation_id) {
        return self->state.answer(
          {cluster, product, protocol, node, incarnation_id});
      },
      [self](const front_door_handles& x) { self->state.options.handles = x; },
    });
}

} // namespace troupe
