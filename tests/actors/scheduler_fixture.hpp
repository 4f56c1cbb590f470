#pragma once

#include "actors/scheduler.hpp"
#include "tests/actors/puppet.hpp"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe::test {

constexpr uint64_t scheduler_term = 5;

/// Plays everybody around the scheduler: store, membership, coordinator and
/// two workers.
struct scheduler_fixture : stage {
  scheduler_fixture() {
    scheduler_options options;
    options.term = scheduler_term;
    options.store = store.as<store_actor>();
    options.membership = membership.as<membership_actor>();
    options.log = log;
    subject = sys.spawn(scheduler, options);
    sched.run();
  }

  ~scheduler_fixture() override {
    end(subject);
  }

  void tell(puppet& from, auto what) {
    from.send(subject, std::move(what));
    sched.run();
  }

  void up(const puppet& worker, worker_id id, uint64_t window = 1000) {
    worker_up terms;
    terms.worker = id;
    terms.node = "w" + std::to_string(id);
    terms.handle = worker.as();
    terms.window_tasks = window;
    terms.window_bytes = limits::worker_input_window_bytes;
    terms.functions = {{"f", "any", "null", "any", ""}};
    tell(membership, terms);
  }

  schedule_job job_terms(job_id id, uint64_t tasks) {
    schedule_job job;
    job.job = id;
    job.header.job = id;
    job.header.function = "f";
    job.header.reducer = "collect";
    job.header.inputs = tasks == 0 ? input_kind::chunks : input_kind::integers;
    job.tasks = tasks;
    return job;
  }

  void add_range_job(job_id id, uint64_t tasks, uint32_t retries = 3) {
    auto job = job_terms(id, tasks);
    job.options.retries = retries;
    tell(coordinator, schedule{{job}, {}});
  }

  void add_job(job_id id, const std::vector<std::string>& inputs) {
    schedule_inputs first{id, {0, inputs.size()}, packed_of(inputs), true};
    tell(coordinator, schedule{{job_terms(id, 0)}, {first}});
  }

  /// What a worker was sent and the test has not looked at.
  struct mail {
    std::vector<job_header> headers;
    std::vector<grant> leases;
    std::vector<slice_answer> answers;
    std::vector<job_id> forget;
  };

  mail& mail_of(puppet& worker) {
    auto append = [](auto& to, const auto& more) {
      to.insert(to.end(), more.begin(), more.end());
    };
    auto& result = mails[&worker];
    for (const auto& message : worker.take_all<grants>()) {
      append(result.headers, message.jobs);
      append(result.leases, message.items);
      append(result.answers, message.answers);
      append(result.forget, message.forget);
    }
    for (const auto& message : worker.take_all<slice_answers>())
      append(result.answers, message.items);
    for (const auto& message : worker.take_all<forget_jobs>())
      append(result.forget, message.jobs);
    return result;
  }

  /// Takes all leases that a worker was granted.
  std::vector<grant> leases_of(puppet& worker) {
    return std::exchange(mail_of(worker).leases, {});
  }

  grant only_lease_of(puppet& worker) {
    auto all = leases_of(worker);
    CAF_REQUIRE_EQUAL(all.size(), 1u);
    return all[0];
  }

  static slice slice_of(const grant& lease) {
    slice result;
    result.lease = lease.lease;
    result.job = lease.job;
    result.range = lease.range;
    result.busy_ns = 1000;
    std::vector<std::string> results(lease.range.size(), "r");
    result.results = inline_body(packed_of(results));
    return result;
  }

  /// The store records what it was sent and says so.
  void record() {
    for (const auto& batch : store.take_all<store_accept>()) {
      store_accepted reply;
      reply.ticket = batch.ticket;
      for (const auto& x : batch.records) {
        reply.seqs.push_back(++last_seq);
        recorded.push_back(x);
      }
      for (const auto& x : batch.dead)
        dead.push_back(x);
      tell(store, reply);
    }
  }

  /// Takes all answers to a worker's slices; those that wait for a grant to
  /// ride on leave in the meantime.
  std::vector<slice_answer> answers_to(puppet& worker) {
    pass(limits::answer_delay);
    return std::exchange(mail_of(worker).answers, {});
  }

  /// Returns what the coordinator was told of a job last.
  job_progress last_report(job_id id) {
    for (const auto& message : coordinator.take_all<progress_report>())
      for (const auto& x : message.items)
        reports[x.job] = x;
    return reports[id];
  }

  std::shared_ptr<capturing_logger> log = std::make_shared<capturing_logger>();
  puppet store{sys};
  puppet membership{sys};
  puppet coordinator{sys};
  puppet one{sys};
  puppet two{sys};
  scheduler_actor subject;
  uint64_t last_seq = 0;
  std::vector<accept_record> recorded;
  std::vector<dead_letter> dead;
  std::map<job_id, job_progress> reports;
  std::map<const puppet*, mail> mails;
};

} // namespace troupe::test
