#include "nodes/daemon/publication.hpp"

#include "actors/spawn.hpp"
#include "runtime/wire/local_messages.hpp"

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>

#include <chrono>
#include <utility>

namespace troupe {

namespace {

constexpr std::chrono::seconds pause_between_attempts{1};

} // namespace

publication::publication(caf::actor_system& system, endpoint where,
                         logger_ptr log)
  : system_(system), where_(std::move(where)), log_(std::move(log)) {
  // nop
}

result<uint16_t> publication::open(const caf::actor& front_door) {
  std::unique_lock guard{mutex_};
  auto port = publish(front_door, where_.port);
  if (port) {
    port_ = *port;
    published_ = front_door;
  }
  return port;
}

result<uint16_t> publication::publish(const caf::actor& front_door,
                                      uint16_t port) {
  auto done =
    system_.middleman().publish(front_door, port, where_.host.c_str(), true);
  if (done)
    return *done;
  if (done.error() == caf::sec::cannot_open_port)
    return fail(errc::port_in_use,
                "cannot listen on " + to_string(where_)
                  + ": the port is in use or not allowed; choose another one "
                    "with node.listen");
  return fail(errc::port_in_use, "cannot listen on " + to_string(where_) + ": "
                                   + system_.render(done.error()));
}

std::string publication::address() const {
  uint16_t port = port_;
  return port == 0 ? "-" : to_string(endpoint{where_.host, port});
}

void publication::replace(const caf::actor& front_door) {
  auto move = [that = shared_from_this(),
               front_door](caf::event_based_actor* self) -> caf::behavior {
    self->send(self, retry_atom::value);
    return {
      [=](retry_atom) {
        if (that->move_to(front_door))
          self->quit();
        else
          self->delayed_send(self, pause_between_attempts, retry_atom::value);
      },
    };
  };
  spawn_blocking(system_, threading::detached, move);
}

/// Returns whether there is nothing left to do.
bool publication::move_to(const caf::actor& front_door) {
  std::unique_lock guard{mutex_};
  if (!published_ || published_ == front_door)
    return true; // It is opened for whatever front door there is then.
  system_.middleman().unpublish(published_, port_);
  auto port = publish(front_door, port_);
  if (!port) {
    log_->error("node", "cannot publish the new front door, trying again",
                {{"why", to_string(port.error())}});
    return false;
  }
  published_ = front_door;
  return true;
}

} // namespace troupe
