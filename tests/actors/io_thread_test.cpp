#define CAF_SUITE io_thread

#include "actors/io_thread.hpp"
#include "runtime/wire/local_messages.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/test/unit_test.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

using namespace troupe;

namespace {

/// The threads that ran an actor, one entry a message.
class sightings {
public:
  void add(std::thread::id who) {
    {
      const std::lock_guard guard{mutex_};
      seen_.push_back(who);
    }
    changed_.notify_all();
  }

  /// Waits for `count` sightings; returns the last of them.
  std::thread::id await(size_t count) {
    std::unique_lock guard{mutex_};
    CAF_REQUIRE(changed_.wait_for(guard, std::chrono::seconds{20},
                                  [&] { return seen_.size() >= count; }));
    return seen_[count - 1];
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::thread::id> seen_;
};

/// Notes which thread runs it, and passes the message on.
caf::behavior witness(caf::event_based_actor* self, sightings* seen,
                      const caf::actor& next) {
  return {
    [=](tick_atom) {
      if (next)
        self->send(next, tick_atom::value);
      seen->add(std::this_thread::get_id());
    },
  };
}

struct network_config : caf::actor_system_config {
  network_config() {
    load<caf::io::middleman>();
    set("scheduler.max-threads", size_t{1});
  }
};

template <class Config>
struct stage {
  ~stage() {
    for (const auto& x : spawned)
      caf::anon_send_exit(x, caf::exit_reason::kill);
  }

  caf::actor add(const caf::actor& who) {
    spawned.push_back(who);
    return who;
  }

  void send(const caf::actor& to) {
    send_on_io_thread(system, nullptr,
                      caf::actor_cast<caf::strong_actor_ptr>(to),
                      caf::make_message(tick_atom::value));
  }

  /// Asks `to` until an I/O thread ran the actor of `seen`; false if it never
  /// does. An actor that is not idle yet goes on where it is, so that one
  /// question is not enough.
  bool reaches_io_thread(const caf::actor& to, sightings& seen) {
    for (size_t i = 1; i <= 200; ++i) {
      send(to);
      auto ran_on = seen.await(i);
      // Only now: the I/O thread notes who it is when it starts to run.
      if (ran_on == system.middleman().backend().thread_id())
        return true;
    }
    return false;
  }

  sightings first; // The system that writes to them ends before they do.
  sightings second;
  Config config;
  caf::actor_system system{config};
  std::vector<caf::actor> spawned;
};

} // namespace

CAF_TEST(what_comes_from_the_io_thread_runs_there) {
  stage<network_config> on;
  auto next =
    on.add(spawn_on_io_thread(on.system, witness, &on.second, caf::actor{}));
  auto subject =
    on.add(spawn_on_io_thread(on.system, witness, &on.first, next));
  CAF_CHECK(on.reaches_io_thread(subject, on.first));
  CAF_CHECK(on.reaches_io_thread(next, on.second));
}

CAF_TEST(what_comes_from_elsewhere_runs_on_the_scheduler) {
  stage<network_config> on;
  auto subject =
    on.add(spawn_on_io_thread(on.system, witness, &on.first, caf::actor{}));
  for (size_t i = 1; i <= 50; ++i) {
    caf::anon_send(subject, tick_atom::value);
    auto ran_on = on.first.await(i);
    CAF_CHECK(ran_on != on.system.middleman().backend().thread_id());
  }
}

CAF_TEST(a_plain_actor_stays_on_the_scheduler) {
  stage<network_config> on;
  auto plain = on.add(on.system.spawn(witness, &on.first, caf::actor{}));
  CAF_CHECK(!on.reaches_io_thread(plain, on.first));
}

CAF_TEST(a_system_without_a_network_has_only_its_scheduler) {
  stage<caf::actor_system_config> on;
  auto subject =
    on.add(spawn_on_io_thread(on.system, witness, &on.first, caf::actor{}));
  on.send(subject);
  CAF_CHECK(on.first.await(1) != std::this_thread::get_id());
}

CAF_TEST(sending_to_nobody_is_harmless) {
  stage<caf::actor_system_config> on;
  on.send(caf::actor{});
}
