#pragma once

#include "actors/dialer.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/base/version.hpp"
#include "runtime/wire/caf_error.hpp"
#include "runtime/wire/protocol.hpp"

#include <caf/behavior.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace troupe {

/// Who says hello.
struct greeting {
  std::string cluster = "default";
  std::string name;
  incarnation incarnation_id = 0;
};

/// The handles that a front door hands out, as seen through the link.
struct cluster_handles {
  coordinator_actor coordinator;
  scheduler_actor scheduler;
  membership_actor membership;
  event_hub_actor events;
  /// Of which store the jobs are: ids of another one mean other jobs.
  uint64_t store = 0;
};

/// Says hello at a front door; exactly one of the callbacks is called later,
/// in the context of `self`. Errors: `version_mismatch` and `cluster_mismatch`
/// with the coordinator's sentence, or whatever broke the request.
template <class Self>
void greet(Self* self, const connection& to, const greeting& who,
           std::function<void(const cluster_handles&)> on_welcome,
           std::function<void(const error&)> on_problem) {
  auto via = to.via;
  auto request = self->request(
    to.front_door, limits::request_timeout, hello_atom::value, who.cluster,
    std::string{product_version}, uint32_t{protocol_version}, who.name,
    uint64_t{who.incarnation_id});
  auto welcome = [=](welcome_atom, const std::string&, const std::string&,
                     const caf::actor& coordinator, const caf::actor& scheduler,
                     const caf::actor& membership, const caf::actor& events,
                     uint64_t store) {
    on_welcome({caf::actor_cast<coordinator_actor>(via->inbound(coordinator)),
                caf::actor_cast<scheduler_actor>(via->inbound(scheduler)),
                caf::actor_cast<membership_actor>(via->inbound(membership)),
                caf::actor_cast<event_hub_actor>(via->inbound(events)), store});
  };
  auto refused = [=](refused_atom, uint8_t code, const std::string& why) {
    on_problem({static_cast<errc>(code), why});
  };
  auto broken = [=](caf::error& why) { on_problem(from_caf(why)); };
  // Two shapes of answers: hence not `then`, which takes one.
  self->add_multiplexed_response_handler(
    request.id(), caf::behavior{welcome, refused, broken});
}

} // namespace troupe
