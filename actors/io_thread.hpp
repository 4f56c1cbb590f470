#pragma once

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/message.hpp>
#include <caf/resumable.hpp>

#include <utility>

namespace troupe {

/// An actor that CAF's I/O thread runs itself when what it is sent comes from
/// there (from a socket, or from an actor that runs there), instead of waking a
/// thread of the scheduler. Everything else still runs it on the scheduler.
///
/// CAF asks `subtype` only to choose the thread, in the multiplexer's
/// `exec_later`; which thread runs an actor never mattered to its state.
template <class Impl>
class io_thread_actor final : public Impl {
public:
  using Impl::Impl;

  caf::resumable::subtype_t subtype() const override {
    return caf::resumable::io_actor;
  }
};

/// Spawns an actor that is one step on the way of a single task (ADR 0011). Its
/// handlers must stay short: heartbeats and all sockets share that thread.
template <class F, class... Ts>
auto spawn_on_io_thread(caf::actor_system& where, F fun, Ts&&... xs) {
  using impl = io_thread_actor<caf::infer_impl_from_fun_t<F>>;
  caf::actor_config config;
  caf::detail::init_fun_factory<impl, F> factory;
  config.init_fun = factory(std::move(fun), std::forward<Ts>(xs)...);
  return where.spawn_impl<impl, caf::no_spawn_options>(config);
}

/// Sends without waking a thread of the scheduler first: for threads that are
/// not CAF's and for detached actors, to actors that answer over the network.
void send_on_io_thread(caf::actor_system& where, caf::strong_actor_ptr sender,
                       const caf::strong_actor_ptr& receiver,
                       caf::message what);

} // namespace troupe
