#pragma once

#include "actors/worker.hpp"
#include "runtime/function/codec.hpp"
#include "tests/actors/puppet.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace troupe::test {

template <class T>
inline std::string encoded(const T& x) {
  std::string out;
  encode(x, out);
  return out;
}

/// For tests of the worker: the test plays the scheduler. Functions run on the
/// scheduler of the test; `during` is called in the middle of a task, which is
/// how the rest of the world goes on while one runs.
struct worker_fixture : stage {
  worker_fixture() {
    auto known = std::make_shared<function_registry>();
    auto add = [&](const char* name, auto callable) {
      CAF_REQUIRE(known->add(name, callable).has_value());
    };
    add("echo", [this](int64_t x) {
      ran.push_back(x);
      if (during)
        during(x);
      return x;
    });
    add("bytes", [this](uint64_t size) {
      ran.push_back(static_cast<int64_t>(size));
      return std::string(size, 'b');
    });
    functions = known;
  }

  ~worker_fixture() override {
    end(runners);
    end(subject);
  }

  void start(uint32_t slots = 1) {
    worker_options options;
    options.name = "w";
    options.incarnation_id = 11;
    options.slots = slots;
    options.offers = offers;
    options.functions = functions;
    options.permissions = permissions;
    options.runners = threading::scheduled;
    options.log = log;
    subject = sys.spawn(worker, options);
    start_runners(slots);
    attach(lead);
  }

  /// Gives the worker its runners, below a supervisor.
  void start_runners(uint32_t slots = 1) {
    auto pool = start_supervisor(
      sys, runner_supervisor({subject, slots, threading::scheduled, log}));
    CAF_REQUIRE(pool.has_value());
    runners = *pool;
    caf::anon_send(subject, use_runners{caf::actor_cast<caf::actor>(runners)});
    sched.run();
  }

  void attach(const puppet& to) {
    caf::anon_send(subject, attached{to.as()});
    run_worker(); // Before its runners do anything.
    sched.run();
  }

  void tell(auto what) {
    lead.send(subject, std::move(what));
    sched.run();
  }

  /// Lets the worker and the supervisor of its runners handle what they were
  /// sent, and nobody else anything.
  void run_worker() {
    while (sched.prioritize(subject) || sched.prioritize(runners))
      sched.run_once();
  }

  job_header header_of(job_id id, const std::string& function = "echo") {
    job_header header;
    header.job = id;
    header.function = function;
    header.reducer = "collect";
    header.args_type = "null";
    header.inputs = input_kind::integers;
    header.range = {0, 1'000'000, 1};
    return header;
  }

  static grants work(std::vector<job_header> jobs, std::vector<grant> items) {
    return {{}, {}, std::move(jobs), std::move(items)};
  }

  static grant lease(uint64_t counter, task_index begin, task_index end,
                     job_id job = 1) {
    grant result;
    result.lease = {1, counter};
    result.job = job;
    result.range = {begin, end};
    return result;
  }

  /// A lease whose tasks return as many bytes as they are told.
  static grant bytes_lease(uint64_t counter, uint64_t size) {
    auto result = lease(counter, 0, 1);
    result.inputs = inline_body(packed_of({encoded(size)}));
    return result;
  }

  job_header bytes_header() {
    auto header = header_of(1, "bytes");
    header.inputs = input_kind::chunks;
    header.input_type = "uint";
    return header;
  }

  std::vector<slice> made() {
    std::vector<slice> result;
    for (auto& message : lead.take_all<slices>())
      for (auto& x : message.items)
        result.push_back(std::move(x));
    return result;
  }

  void accept(const slice& what) {
    tell(slice_answers{{{what.lease, what.seq, true}}});
  }

  std::vector<lease_end> handed_back() {
    std::vector<lease_end> result;
    for (const auto& message : lead.take_all<trimmed_leases>())
      for (const auto& x : message.items)
        result.push_back(x);
    return result;
  }

  join_request described() {
    join_request result;
    auto pending = lead.ask(subject, describe_worker{});
    run_worker();
    pending.receive([&](const join_request& x) { result = x; },
                    [](const caf::error&) { CAF_FAIL("no description"); });
    return result;
  }

  std::shared_ptr<capturing_logger> log = std::make_shared<capturing_logger>();
  std::shared_ptr<const function_registry> functions;
  worker_permissions permissions;
  resource_set offers{0, 0, {}};
  std::vector<int64_t> ran;
  std::function<void(int64_t)> during;
  puppet lead{sys};
  worker_actor subject;
  supervisor_actor runners;
};

} // namespace troupe::test
