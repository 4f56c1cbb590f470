// A coordinator that notes when heartbeats arrive, for the system tests:
//
//     heartbeats
//
// Prints `ready listen=HOST:PORT pid=N` as trouped does, then `beat
// INCARNATION NANOSECONDS` for each heartbeat, and works until it is killed.
// Its front door hands out a tap in the place of membership, which passes
// everything on.

#include "actors/front_door.hpp"
#include "nodes/embed/roles.hpp"
#include "nodes/embed/troupe/configure.hpp"
#include "runtime/base/random.hpp"
#include "runtime/base/version.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

namespace troupe {

namespace {

void note(const heartbeat& what) {
  auto now = std::chrono::steady_clock::now().time_since_epoch();
  fmt::print("beat {} {}\n", uint64_t{what.incarnation_id},
             std::chrono::nanoseconds{now}.count());
  std::fflush(stdout);
}

/// Hands every message on as it came: whoever gets it sees the first sender,
/// and its answer goes there.
caf::behavior tap(caf::event_based_actor* self, const caf::actor& to) {
  self->set_default_handler(
    [self, to](caf::scheduled_actor*,
               caf::message_view& what) -> caf::result<caf::message> {
      auto content = what.move_content_to_message();
      if (content.match_elements<heartbeat>())
        note(content.get_as<heartbeat>(0));
      const auto& element = *self->current_mailbox_element();
      auto receiver = caf::actor_cast<caf::strong_actor_ptr>(to);
      receiver->enqueue(element.sender, element.mid, std::move(content),
                        self->context());
      return caf::delegated<caf::message>{};
    });
  return {[](caf::unit_t) {}};
}

int refuse(const std::string& why) {
  fmt::print(stderr, "heartbeats: {}\n", why);
  return 1;
}

int run() {
  caf::actor_system_config config;
  configure(config);
  caf::actor_system system{config};
  coordinator_role_options terms;
  terms.own_node.name = "lead";
  terms.own_node.incarnation_id = system_entropy();
  terms.own_node.version = product_version;
  terms.own_node.roles = {"coordinator"};
  terms.seed = system_entropy();
  terms.log = make_stderr_logger("lead", log_level::info, log_format::json);
  auto role = start_coordinator(system, terms);
  if (auto ok = await_start(system, role.root); !ok)
    return refuse(to_string(ok.error()));
  auto now = role.directory->current();
  front_door_options door;
  door.cluster = terms.cluster;
  door.handles = {
    caf::actor_cast<caf::actor>(now.coordinator),
    caf::actor_cast<caf::actor>(now.scheduler),
    system.spawn(tap, caf::actor_cast<caf::actor>(now.membership)),
    caf::actor_cast<caf::actor>(now.events)};
  auto published = system.spawn(front_door, door, logger_ptr{terms.log});
  auto port = system.middleman().publish(published, 0, "127.0.0.1");
  if (!port)
    return refuse(system.render(port.error()));
  fmt::print("ready listen=127.0.0.1:{} pid={}\n", *port, getpid());
  std::fflush(stdout);
  for (;;)
    ::pause();
}

} // namespace

} // namespace troupe

int main() {
  return troupe::run();
}
