// The yardstick: the processes and hops of Troupe (client, relay, two worker
// processes with a detached runner each) in plain CAF with the same settings,
// but without any book-keeping.
//
// Prints bare_relay.echo_per_s (1024 items a message), single_per_s (one item
// a message, pipelined), p50_us and p99_us (one at a time).
// Parts for --only: echo, single, latency.

#include "tests/bench/measure.hpp"
#include "tests/bench/process.hpp"
#include "tests/bench/settings.hpp"
#include <troupe/configure.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/response_promise.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace troupe::bench {

namespace {

using namespace std::chrono_literals;

/// `(enlist_atom, worker)` and `(client_atom, client)` say who is there.
using enlist_atom = caf::atom_constant<caf::atom("enlist")>;
using client_atom = caf::atom_constant<caf::atom("client")>;
/// `(ready_atom)` is answered once both workers are there.
using ready_atom = caf::atom_constant<caf::atom("ready")>;
/// `(work_atom | result_atom, first index, payloads back to back)`.
using work_atom = caf::atom_constant<caf::atom("work")>;
using result_atom = caf::atom_constant<caf::atom("result")>;
/// Starts the client: see `client_state`.
using measure_atom = caf::atom_constant<caf::atom("measure")>;

constexpr size_t worker_count = 2;
constexpr auto start_timeout = 20s;

// -- relay --------------------------------------------------------------------

struct relay_state {
  static inline const char* name = "relay";

  std::vector<caf::actor> workers;
  caf::actor client;
  caf::response_promise ready;
  size_t turn = 0;

  void answer_when_complete() {
    if (workers.size() == worker_count && ready.pending())
      ready.deliver(ready_atom::value);
  }
};

/// Moves each payload on, so that nothing is copied between its sockets.
caf::behavior relay(caf::stateful_actor<relay_state>* self) {
  auto& state = self->state;
  return {
    [&state](enlist_atom, const caf::actor& worker) {
      state.workers.push_back(worker);
      state.answer_when_complete();
    },
    [&state](client_atom, const caf::actor& client) { state.client = client; },
    [self, &state](ready_atom) {
      state.ready = self->make_response_promise();
      auto promise = state.ready;
      state.answer_when_complete();
      return promise;
    },
    [self, &state](work_atom work, uint64_t first, std::string& payloads) {
      self->send(state.workers[state.turn++ % worker_count], work, first,
                 std::move(payloads));
    },
    [self, &state](result_atom result, uint64_t first, std::string& payloads) {
      self->send(state.client, result, first, std::move(payloads));
    },
  };
}

// -- worker -------------------------------------------------------------------

caf::behavior runner(caf::event_based_actor* self, const caf::actor& worker) {
  return {
    [self, worker](work_atom, uint64_t first, std::string& payloads) {
      self->send(worker, result_atom::value, first, std::move(payloads));
    },
  };
}

struct worker_state {
  static inline const char* name = "worker";

  caf::actor runner;
};

caf::behavior worker(caf::stateful_actor<worker_state>* self,
                     const caf::actor& home) {
  auto& state = self->state;
  state.runner = self->spawn<caf::detached>(runner, caf::actor{self});
  self->send(home, enlist_atom::value, caf::actor{self});
  return {
    [self, &state](work_atom work, uint64_t first, std::string& payloads) {
      self->send(state.runner, work, first, std::move(payloads));
    },
    [self, home](result_atom result, uint64_t first, std::string& payloads) {
      self->send(home, result, first, std::move(payloads));
    },
  };
}

// -- client -------------------------------------------------------------------

/// What one measurement sends.
struct load {
  uint64_t items = 1;    ///< Items a message.
  uint64_t messages = 1; ///< Messages under way.
  double seconds = 0;    ///< 0: until `samples` came back.
  uint64_t samples = 0;
};

struct client_state {
  static inline const char* name = "client";

  load what;
  caf::actor home;
  result_check results;
  uint64_t sent = 0;
  bool feeding = true;
  bench_clock::time_point begin;
  bench_clock::time_point sent_at; ///< Of the newest message.
  std::vector<double> round_trips;
  caf::response_promise done;

  void start(caf::stateful_actor<client_state>* self) {
    begin = bench_clock::now();
    for (uint64_t i = 0; i < what.messages; ++i)
      send_next(self);
  }

  void send_next(caf::stateful_actor<client_state>* self) {
    sent_at = bench_clock::now();
    std::string payloads(what.items * payload_bytes, '\0');
    auto first = sent;
    for (auto out = payloads.data(); sent < first + what.items;
         out += payload_bytes)
      fill_payload(sent++, out);
    self->send(home, work_atom::value, first, std::move(payloads));
  }

  void take(caf::stateful_actor<client_state>* self, uint64_t first,
            const std::string& payloads) {
    auto count = payloads.size() / payload_bytes;
    for (size_t i = 0; i < count; ++i)
      results.add(first + i,
                  {payloads.data() + i * payload_bytes, payload_bytes});
    auto now = bench_clock::now();
    if (what.samples > 0)
      round_trips.push_back(seconds_between(sent_at, now));
    feeding =
      feeding
      && (what.samples > 0 ? round_trips.size() < what.samples
                           : seconds_between(begin, now) < what.seconds);
    if (feeding)
      send_next(self);
    else if (results.count() >= sent)
      done.deliver(uint64_t{results.count()}, seconds_between(begin, now));
  }
};

/// Answers `(measure_atom)` with the number of items and the seconds; with
/// `load::samples`, the round trips go to `round_trips`.
caf::behavior client(caf::stateful_actor<client_state>* self,
                     const caf::actor& home, const load& what,
                     std::vector<double>* round_trips) {
  auto& state = self->state;
  state.home = home;
  state.what = what;
  self->send(home, client_atom::value, caf::actor{self});
  return {
    [self, &state](measure_atom) {
      state.done = self->make_response_promise();
      auto promise = state.done;
      state.start(self);
      return promise;
    },
    [self, &state, round_trips](result_atom, uint64_t first,
                                const std::string& payloads) {
      state.take(self, first, payloads);
      if (state.done.pending())
        return;
      state.results.expect_all(state.sent);
      if (round_trips != nullptr)
        round_trips->swap(state.round_trips);
      self->quit();
    },
  };
}

// -- processes ----------------------------------------------------------------

/// Keeps a process alive until the benchmark's own process ends.
[[noreturn]] void serve() {
  for (;;)
    ::pause();
}

[[noreturn]] void run_relay() {
  caf::actor_system_config config;
  configure(config);
  caf::actor_system system{config};
  auto port = system.middleman().publish(system.spawn(relay), 0, "127.0.0.1");
  if (!port)
    die("the relay cannot listen on a loopback port");
  fmt::print("{}\n", *port);
  std::fflush(stdout);
  serve();
}

caf::actor find_relay(caf::actor_system& system, uint16_t port) {
  auto found = system.middleman().remote_actor("127.0.0.1", port);
  if (!found)
    die("cannot connect to the relay");
  return *found;
}

[[noreturn]] void run_worker(uint16_t port) {
  caf::actor_system_config config;
  configure(config);
  caf::actor_system system{config};
  auto enlisted = system.spawn(worker, find_relay(system, port));
  serve();
}

struct outcome {
  double per_s = 0;
  std::vector<double> round_trips;
};

outcome measure(caf::actor_system& system, const caf::actor& home,
                const load& what) {
  outcome x;
  caf::scoped_actor self{system};
  auto client_actor = self->spawn(client, home, what, &x.round_trips);
  auto timeout = std::chrono::milliseconds{
    static_cast<int64_t>(what.seconds * 1000) + 60'000};
  self->request(client_actor, timeout, measure_atom::value)
    .receive([&x](uint64_t items,
                  double seconds) { x.per_s = double(items) / seconds; },
             [](caf::error&) { die("the bare relay did not answer in time"); });
  self->wait_for(client_actor);
  return x;
}

void run_client(const settings& how) {
  process relay{{own_path(), "--role", "relay"}};
  auto port = relay.read_line();
  std::vector<process> workers;
  for (size_t i = 0; i < worker_count; ++i)
    workers.push_back(
      process{{own_path(), "--role", "worker", "--port", port}});
  caf::actor_system_config config;
  configure(config);
  caf::actor_system system{config};
  auto home = find_relay(system, static_cast<uint16_t>(std::stoul(port)));
  {
    caf::scoped_actor self{system};
    self->request(home, start_timeout, ready_atom::value)
      .receive([](ready_atom) {},
               [](caf::error&) { die("the workers did not come up"); });
  }
  if (how.wants("echo"))
    print_metric("bare_relay.echo_per_s",
                 measure(system, home, {1024, 16, how.seconds, 0}).per_s);
  if (how.wants("single"))
    print_metric("bare_relay.single_per_s",
                 measure(system, home, {1, 512, how.seconds, 0}).per_s);
  if (how.wants("latency")) {
    measure(system, home, {1, 1, 0, warm_up_round_trips});
    print_latency("bare_relay",
                  measure(system, home, {1, 1, 0, how.samples}).round_trips);
  }
}

} // namespace

} // namespace troupe::bench

int main(int argc, char** argv) {
  using namespace troupe::bench;
  auto how = parse_settings(argc, argv);
  if (how.role == "relay")
    run_relay();
  if (how.role == "worker")
    run_worker(how.port);
  run_client(how);
}
