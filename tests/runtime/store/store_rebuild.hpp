#pragma once

#include "runtime/base/random.hpp"
#include "tests/runtime/store/store_steps.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

/// What every store must remember so that everybody else can be rebuilt from
/// it. A part of the conformance suite.
namespace troupe::store_test {

inline attempt_record attempt_of(uint32_t number) {
  return {number, errc::bad_input, "odd", "alpha", 0, 0};
}

inline setback setback_of(job_id job, task_index index, bool blamed,
                          uint32_t attempt) {
  return {job, index, blamed, attempt_of(attempt)};
}

/// Returns the snapshot of one job; one without an id if it is not kept.
inline job_snapshot snapshot_of(store& kept, job_id job) {
  for (auto& x : kept.load())
    if (x.record.id == job)
      return x;
  return {};
}

using ranges = std::vector<index_range>;

inline void each_load_begins_a_term(store& kept) {
  auto before = kept.term();
  CAF_CHECK(kept.load().empty());
  CAF_CHECK_EQUAL(kept.term(), before + 1);
  kept.load();
  CAF_CHECK_EQUAL(kept.term(), before + 2);
}

inline void a_snapshot_has_what_was_put(store& kept) {
  auto spec = spec_of("k");
  spec.args = blob{std::string{"args"}};
  auto job = kept.put_job(spec, 1234)->id;
  CAF_REQUIRE(kept.put_inputs(job, packed({"a", "b"}), 1));
  CAF_REQUIRE(kept.put_inputs(job, packed({"c"}), 2));
  auto got = snapshot_of(kept, job);
  CAF_CHECK_EQUAL(got.record.id, job);
  CAF_CHECK_EQUAL(got.record.spec.key, "k");
  CAF_CHECK_EQUAL(got.record.spec.args.view(), "args");
  CAF_CHECK(got.record.state == job_state::open);
  CAF_CHECK_EQUAL(got.record.tasks, 3u);
  CAF_CHECK_EQUAL(got.submitted_us, 1234u);
  CAF_CHECK_EQUAL(got.input_seq, 2u);
  CAF_CHECK(got.ready == ranges({{0, 3}}));
  CAF_REQUIRE_EQUAL(got.inputs.size(), 2u);
  CAF_CHECK(got.inputs[1].range == (index_range{2, 3}));
  CAF_CHECK(got.inputs[1].packed == packed({"c"}));
  CAF_CHECK(got.pasts.empty());
  CAF_REQUIRE(kept.close(job));
  CAF_CHECK(snapshot_of(kept, job).record.state == job_state::running);
}

inline void jobs_are_loaded_in_the_order_of_their_ids(store& kept) {
  for (int i = 0; i < 20; ++i)
    put(kept, spec_of());
  job_id last = 0;
  for (const auto& x : kept.load()) {
    CAF_CHECK(x.record.id > last);
    last = x.record.id;
  }
  CAF_CHECK_EQUAL(kept.load().size(), 20u);
}

inline void inputs_that_came_before_are_not_appended_again(store& kept) {
  auto job = put(kept, spec_of());
  CAF_REQUIRE(kept.put_inputs(job, packed({"a"}), 1));
  CAF_REQUIRE(kept.put_inputs(job, packed({}), 2)); // It counts all the same.
  auto before = kept.bytes();
  for (uint64_t seq : {1, 2}) {
    auto again = kept.put_inputs(job, packed({"again"}), seq);
    CAF_REQUIRE(again.has_value());
    CAF_CHECK((*again == index_range{1, 1}));
  }
  CAF_CHECK_EQUAL(kept.bytes(), before);
  auto more = kept.put_inputs(job, packed({"b"}), 3);
  CAF_REQUIRE(more.has_value());
  CAF_CHECK((*more == index_range{1, 2}));
  CAF_CHECK_EQUAL(snapshot_of(kept, job).input_seq, 3u);
}

inline void a_snapshot_says_what_is_left_to_run(store& kept) {
  auto job = put(kept, spec_of());
  for (int i = 0; i < 3; ++i)
    CAF_REQUIRE(kept.put_inputs(job, packed({"a", "b"}), 0));
  CAF_REQUIRE(kept.close(job));
  accept(kept, record_of(job, {0, 3}, {1}));
  kept.bury({letter_of(job, 1)});
  auto got = snapshot_of(kept, job);
  CAF_CHECK(got.ready == ranges({{3, 6}}));
  // The first chunk stays for its dead letter, but nobody runs it.
  CAF_REQUIRE_EQUAL(got.inputs.size(), 2u);
  CAF_CHECK(got.inputs[0].range == (index_range{2, 4}));
  CAF_CHECK_EQUAL(got.succeeded, 2u);
  CAF_CHECK_EQUAL(got.dead, 1u);
  CAF_CHECK_EQUAL(got.attempts, 3u);
  CAF_CHECK_EQUAL(got.first_dead,
                  "task 1: " + to_string(error{errc::bad_input, "odd"}));
  CAF_CHECK_EQUAL(got.last_seq, 1u);
  CAF_CHECK_EQUAL(got.merged.seq, 0u);
  kept.put_checkpoint(job, {1, {{0, 1}}, blob{std::string{"m"}}});
  CAF_CHECK_EQUAL(snapshot_of(kept, job).merged.merged.view(), "m");
}

inline void failed_attempts_are_remembered_until_the_task_ends(store& kept) {
  auto spec = spec_of();
  spec.inputs = input_kind::integers;
  spec.range = {0, 100, 1};
  auto job = put(kept, spec);
  auto before = kept.bytes();
  accept(kept, record_of(job, {0, 10}, {2, 3, 7}, ""));
  kept.note_setbacks({setback_of(job, 2, false, 1),
                      setback_of(job, 7, false, 1),
                      setback_of(job, 2, false, 2), // It failed again.
                      setback_of(999, 2, false, 1)});
  accept(kept, record_of(job, {2, 3}, {2}, ""));
  kept.note_setbacks({setback_of(job, 50, true, 1)});
  auto got = snapshot_of(kept, job);
  CAF_CHECK(got.ready == ranges({{2, 4}, {7, 8}, {10, 100}}));
  CAF_CHECK_EQUAL(got.attempts, 11u);
  CAF_REQUIRE_EQUAL(got.pasts.size(), 4u);
  CAF_CHECK_EQUAL(got.pasts[0].index, 2u);
  CAF_CHECK_EQUAL(got.pasts[0].failed, 2u);
  CAF_CHECK(got.pasts[0].history
            == std::vector<attempt_record>({attempt_of(1), attempt_of(2)}));
  CAF_CHECK_EQUAL(got.pasts[1].index, 3u);
  CAF_CHECK_EQUAL(got.pasts[1].failed, 1u);
  CAF_CHECK(got.pasts[1].history.empty()); // Its setback was not told.
  CAF_CHECK_EQUAL(got.pasts[2].index, 7u);
  CAF_CHECK_EQUAL(got.pasts[3].index, 50u);
  CAF_CHECK_EQUAL(got.pasts[3].failed, 0u);
  CAF_CHECK_EQUAL(got.pasts[3].blamed, 1u);
  CAF_CHECK_EQUAL(got.pasts[3].history.size(), 1u);
  accept(kept, record_of(job, {2, 4}, {}, ""));
  kept.bury({letter_of(job, 7)});
  kept.note_setbacks({setback_of(job, 2, true, 3)}); // Too late.
  got = snapshot_of(kept, job);
  CAF_REQUIRE_EQUAL(got.pasts.size(), 1u);
  CAF_CHECK_EQUAL(got.pasts[0].index, 50u);
  accept(kept, record_of(job, {10, 100}, {}, ""));
  CAF_CHECK(snapshot_of(kept, job).pasts.empty());
  CAF_CHECK(finish(kept, job, job_state::failed));
  kept.purge(job, {7});
  CAF_CHECK(kept.bytes() <= before);
}

inline void the_first_fatal_error_stays(store& kept) {
  auto job = put_tasks(kept, 2);
  CAF_CHECK(snapshot_of(kept, job).fatal.code == errc::ok);
  kept.note_fatal(job, {errc::integer_overflow, "the first"});
  kept.note_fatal(job, {errc::internal, "the second"});
  kept.note_fatal(999, {errc::internal, "of no job"});
  auto got = snapshot_of(kept, job);
  CAF_CHECK(got.fatal.code == errc::integer_overflow);
  CAF_CHECK_EQUAL(got.fatal.text, "the first");
}

inline void the_first_function_type_stays(store& kept) {
  auto job = put_tasks(kept, 2);
  auto before = kept.bytes();
  kept.note_function(job, "");
  CAF_CHECK(snapshot_of(kept, job).record.function_type.empty());
  kept.note_function(job, "i64");
  kept.note_function(job, "str");
  kept.note_function(999, "str");
  CAF_CHECK_EQUAL(snapshot_of(kept, job).record.function_type, "i64");
  CAF_CHECK_EQUAL(kept.bytes(), before + 3);
  CAF_CHECK(finish(kept, job, job_state::failed));
  CAF_CHECK_EQUAL(snapshot_of(kept, job).record.function_type, "i64");
}

inline void an_ended_job_has_only_its_last_word(store& kept) {
  auto job = put_tasks(kept, 3);
  accept(kept, record_of(job, {0, 2}, {1}));
  kept.note_setbacks({setback_of(job, 1, false, 1)});
  CAF_CHECK(finish(kept, job, job_state::cancelled, "result"));
  auto got = snapshot_of(kept, job);
  CAF_CHECK(got.record.state == job_state::cancelled);
  CAF_CHECK(got.record.last.state == job_state::cancelled);
  CAF_CHECK(got.record.result.empty());
  CAF_CHECK(got.ready.empty());
  CAF_CHECK(got.inputs.empty());
  CAF_CHECK(got.pasts.empty());
  CAF_CHECK_EQUAL(got.succeeded, 1u);
  CAF_CHECK_EQUAL(got.attempts, 2u);
}

inline void a_requeued_job_runs_only_what_was_requeued(store& kept) {
  auto spec = spec_of();
  spec.options.deadline_unix_ms = 5;
  auto job = put(kept, spec);
  for (int i = 0; i < 6; ++i)
    CAF_REQUIRE(kept.put_inputs(job, packed({"a"}), 0));
  CAF_REQUIRE(kept.close(job));
  accept(kept, record_of(job, {0, 4}, {1, 2, 3}));
  kept.note_setbacks({setback_of(job, 2, false, 1)});
  kept.bury({letter_of(job, 1), letter_of(job, 3)});
  kept.note_fatal(job, {errc::too_many_dead, "two"});
  CAF_CHECK(finish(kept, job, job_state::failed)); // 2, 4, 5: cancelled.
  CAF_CHECK(kept.requeue(job, {3}) == std::vector<task_index>({3}));
  auto got = snapshot_of(kept, job);
  CAF_CHECK(got.record.state == job_state::running);
  CAF_CHECK(got.ready == ranges({{3, 4}}));
  CAF_REQUIRE_EQUAL(got.inputs.size(), 1u);
  CAF_CHECK(got.inputs[0].range == (index_range{3, 4}));
  CAF_CHECK(got.pasts.empty()); // It begins anew.
  CAF_CHECK(got.fatal.code == errc::ok);
  CAF_CHECK(got.first_dead.empty());
  CAF_CHECK_EQUAL(got.record.spec.options.deadline_unix_ms, 0u);
  CAF_CHECK_EQUAL(got.succeeded, 1u);
  CAF_CHECK_EQUAL(got.dead, 1u);
  CAF_CHECK_EQUAL(got.attempts, 4u);
  accept(kept, record_of(job, {3, 4}));
  got = snapshot_of(kept, job);
  CAF_CHECK(got.ready.empty());
  CAF_CHECK_EQUAL(got.succeeded, 2u);
  CAF_CHECK_EQUAL(got.attempts, 5u);
}

inline void nodes_that_are_up_are_known(store& kept) {
  auto empty = kept.bytes();
  for (auto name : {"beta", "alpha", "gamma", "alpha"})
    kept.put_node(name, true);
  kept.put_node("beta", false);
  kept.put_node("delta", false);
  CAF_CHECK(kept.nodes() == std::vector<std::string>({"alpha", "gamma"}));
  for (auto name : {"alpha", "gamma"})
    kept.put_node(name, false);
  CAF_CHECK(kept.nodes().empty());
  CAF_CHECK_EQUAL(kept.bytes(), empty);
}

inline void cordoned_nodes_are_known_until_they_are_uncordoned(store& kept) {
  auto empty = kept.bytes();
  kept.put_node("beta", true);
  for (auto name : {"beta", "alpha", "gamma", "alpha"})
    kept.put_cordon(name, true);
  kept.put_cordon("gamma", false);
  kept.put_cordon("delta", false);
  CAF_CHECK(kept.cordoned() == std::vector<std::string>({"alpha", "beta"}));
  kept.put_node("beta", false); // Whether it is up is another question.
  CAF_CHECK(kept.load().empty());
  CAF_CHECK(kept.cordoned() == std::vector<std::string>({"alpha", "beta"}));
  for (auto name : {"alpha", "beta"})
    kept.put_cordon(name, false);
  CAF_CHECK(kept.cordoned().empty());
  CAF_CHECK_EQUAL(kept.bytes(), empty);
}

inline void leases_are_known_until_the_job_is_forgotten(store& kept) {
  auto empty = kept.bytes();
  auto job = put_tasks(kept, 2);
  auto other = put_tasks(kept, 1);
  lease_event grant{lease_event_kind::granted, job, {1, 1}, 4, {0, 2}, 0, {}};
  lease_event done{lease_event_kind::accepted, job, {1, 1}, 0, {0, 2}, 0, {1}};
  lease_event lost{lease_event_kind::revoked, job, {1, 1}, 0, {}, 0, {}};
  lease_event else_where{
    lease_event_kind::granted, other, {1, 2}, 4, {0, 1}, 0, {}};
  auto of_nobody = grant;
  of_nobody.job = 999;
  kept.note_leases({grant, else_where, of_nobody, done});
  CAF_CHECK(kept.leases_of(job).events(job)
            == std::vector<lease_event>({grant, done}));
  CAF_CHECK(finish(kept, job, job_state::cancelled));
  kept.note_leases({lost}); // The last ones may come late.
  CAF_CHECK(kept.leases_of(job).events(job)
            == std::vector<lease_event>({grant, done, lost}));
  CAF_CHECK_EQUAL(kept.leases_of(other).size(), 1u);
  CAF_CHECK_EQUAL(kept.leases_of(999).size(), 0u);
  for (auto id : {job, other}) {
    if (id == other)
      CAF_CHECK(finish(kept, id, job_state::cancelled));
    kept.forget(id);
    CAF_CHECK_EQUAL(kept.leases_of(id).size(), 0u);
  }
  CAF_CHECK_EQUAL(kept.bytes(), empty);
}

// -- random histories against a naive model -----------------------------------

/// A job as a plain list of tasks.
struct naive_job {
  struct task {
    bool ready = true;
    bool dead = false;
    task_past past;
  };
  job_state state = job_state::open;
  std::vector<task> tasks;
  std::vector<std::pair<index_range, blob>> chunks;
  uint64_t input_seq = 0;
  uint64_t succeeded = 0;
  uint64_t attempts = 0;
  uint64_t last_seq = 0;

  uint64_t dead() const {
    return static_cast<uint64_t>(std::count_if(
      tasks.begin(), tasks.end(), [](const auto& x) { return x.dead; }));
  }

  void end_task(task_index i) {
    tasks[i].ready = false;
    tasks[i].past = {i, 0, 0, {}};
  }
};

inline bool same_past(const task_past& x, const task_past& y) {
  return x.index == y.index && x.failed == y.failed && x.blamed == y.blamed
         && x.history == y.history;
}

inline void check_against(const job_snapshot& got, const naive_job& want) {
  CAF_REQUIRE(got.record.state == want.state);
  CAF_REQUIRE_EQUAL(got.record.tasks, want.tasks.size());
  CAF_REQUIRE_EQUAL(got.input_seq, want.input_seq);
  CAF_REQUIRE_EQUAL(got.succeeded, want.succeeded);
  CAF_REQUIRE_EQUAL(got.attempts, want.attempts);
  CAF_REQUIRE_EQUAL(got.dead, want.dead());
  CAF_REQUIRE_EQUAL(got.last_seq, want.last_seq);
  ranges ready;
  std::vector<task_past> pasts;
  for (task_index i = 0; i < want.tasks.size(); ++i) {
    const auto& task = want.tasks[i];
    if (is_terminal(want.state) || !task.ready)
      continue;
    if (!ready.empty() && ready.back().end == i)
      ++ready.back().end;
    else
      ready.push_back({i, i + 1});
    if (task.past.failed + task.past.blamed > 0)
      pasts.push_back(task.past);
  }
  CAF_REQUIRE(got.ready == ready);
  CAF_REQUIRE(std::equal(got.pasts.begin(), got.pasts.end(), pasts.begin(),
                         pasts.end(), same_past));
  std::vector<kept_inputs> inputs;
  for (const auto& [range, bytes] : want.chunks)
    if (std::any_of(ready.begin(), ready.end(), [r = range](const auto& x) {
          return x.begin < r.end && r.begin < x.end;
        }))
      inputs.push_back({range, bytes});
  CAF_REQUIRE(std::equal(got.inputs.begin(), got.inputs.end(), inputs.begin(),
                         inputs.end(), [](const auto& x, const auto& y) {
                           return x.range == y.range && x.packed == y.packed;
                         }));
}

/// One random history of a few jobs.
class random_history {
public:
  random_history(store& kept, uint64_t seed)
    : kept_(kept), random_(make_seeded_random(seed)) {
    // nop
  }

  void step() {
    if (jobs_.size() < 3 || draw(12) == 0) {
      jobs_[put(kept_, spec_of())];
      return;
    }
    auto i =
      std::next(jobs_.begin(), static_cast<ptrdiff_t>(draw(jobs_.size())));
    auto& [id, job] = *i;
    switch (draw(16)) {
      case 0: end(id, job); break;
      case 1: requeue(id, job); break;
      case 2:
        if (is_terminal(job.state)) {
          kept_.forget(id);
          jobs_.erase(i);
        }
        break;
      case 3: blame(id, job); break;
      case 4:
      case 5:
      case 6: append(id, job); break;
      default: work(id, job);
    }
  }

  void check() {
    auto got = kept_.load();
    CAF_REQUIRE_EQUAL(got.size(), jobs_.size());
    for (const auto& x : got)
      check_against(x, jobs_.at(x.record.id));
  }

  void forget_all() {
    for (auto& [id, job] : jobs_) {
      end(id, job);
      kept_.forget(id);
    }
  }

private:
  uint64_t draw(uint64_t below) {
    return random_->next() % below;
  }

  void append(job_id id, naive_job& job) {
    if (job.state != job_state::open)
      return;
    std::vector<std::string> strings(draw(5), "x");
    auto first = job.tasks.size();
    auto inputs = packed(strings);
    auto added = kept_.put_inputs(id, inputs, ++job.input_seq);
    CAF_REQUIRE(added.has_value());
    CAF_REQUIRE((*added == index_range{first, first + strings.size()}));
    job.tasks.resize(first + strings.size());
    for (auto i = first; i < job.tasks.size(); ++i)
      job.tasks[i].past.index = i;
    if (!strings.empty())
      job.chunks.push_back({*added, inputs});
    if (draw(4) == 0) {
      CAF_REQUIRE(kept_.close(id));
      job.state = job_state::running;
    }
  }

  /// Accepts a slice of tasks that are ready, with failures and dead letters.
  void work(job_id id, naive_job& job) {
    if (is_terminal(job.state) || job.tasks.empty())
      return;
    auto begin = draw(job.tasks.size());
    auto end = begin;
    for (auto most = begin + 1 + draw(6);
         end < std::min<uint64_t>(most, job.tasks.size())
         && job.tasks[end].ready;)
      ++end;
    if (begin == end)
      return;
    auto record = record_of(id, {begin, end});
    std::vector<setback> setbacks;
    std::vector<dead_letter> letters;
    for (auto i = begin; i < end; ++i) {
      auto& task = job.tasks[i];
      if (draw(3) > 0) {
        ++job.succeeded;
        job.end_task(i);
        continue;
      }
      record.failed.push_back(i);
      if (task.past.failed == 5) {
        letters.push_back(letter_of(id, i));
        job.end_task(i);
        task.dead = true;
        continue;
      }
      ++task.past.failed;
      setbacks.push_back(setback_of(id, i, false, task.past.failed));
      task.past.history.push_back(attempt_of(task.past.failed));
    }
    job.attempts += end - begin;
    CAF_REQUIRE_EQUAL(accept(kept_, record), ++job.last_seq);
    kept_.note_setbacks(setbacks);
    kept_.bury(letters);
  }

  void blame(job_id id, naive_job& job) {
    if (is_terminal(job.state) || job.tasks.empty())
      return;
    auto i = draw(job.tasks.size());
    auto& task = job.tasks[i];
    if (task.past.blamed == 5)
      return;
    kept_.note_setbacks({setback_of(id, i, true, task.past.blamed)});
    if (!task.ready)
      return;
    task.past.history.push_back(attempt_of(task.past.blamed++));
  }

  void end(job_id id, naive_job& job) {
    if (is_terminal(job.state))
      return;
    job.state = job.state == job_state::running && job.dead() > 0
                  ? job_state::failed
                  : job_state::cancelled;
    CAF_REQUIRE(finish(kept_, id, job.state));
    for (task_index i = 0; i < job.tasks.size(); ++i)
      job.end_task(i);
  }

  void requeue(job_id id, naive_job& job) {
    std::vector<task_index> some;
    for (task_index i = 0; i < job.tasks.size(); ++i)
      if (job.tasks[i].dead && draw(2) == 0)
        some.push_back(i);
    auto taken = kept_.requeue(id, some);
    auto may = job.state == job_state::failed;
    CAF_REQUIRE(taken == (may ? some : std::vector<task_index>{}));
    for (auto i : taken) {
      job.tasks[i] = {true, false, {i, 0, 0, {}}};
      job.state = job_state::running;
    }
  }

  store& kept_;
  std::unique_ptr<random_source> random_;
  std::map<job_id, naive_job> jobs_;
};

inline void check_random_histories(const store_maker& make) {
  for (uint64_t seed = 1; seed <= 25; ++seed) {
    CAF_MESSAGE("seed " << seed);
    auto kept = make(ample);
    auto empty = kept->bytes();
    random_history history{*kept, seed};
    for (int i = 0; i < 200; ++i) {
      history.step();
      if (i % 5 == 0)
        history.check();
    }
    history.forget_all();
    CAF_REQUIRE_EQUAL(kept->bytes(), empty);
  }
}

#define TROUPE_CLAIM(name)                                                     \
  { #name, name }

constexpr claim rebuild_claims[] = {
  TROUPE_CLAIM(each_load_begins_a_term),
  TROUPE_CLAIM(a_snapshot_has_what_was_put),
  TROUPE_CLAIM(jobs_are_loaded_in_the_order_of_their_ids),
  TROUPE_CLAIM(inputs_that_came_before_are_not_appended_again),
  TROUPE_CLAIM(a_snapshot_says_what_is_left_to_run),
  TROUPE_CLAIM(failed_attempts_are_remembered_until_the_task_ends),
  TROUPE_CLAIM(the_first_function_type_stays),
  TROUPE_CLAIM(the_first_fatal_error_stays),
  TROUPE_CLAIM(an_ended_job_has_only_its_last_word),
  TROUPE_CLAIM(a_requeued_job_runs_only_what_was_requeued),
  TROUPE_CLAIM(nodes_that_are_up_are_known),
  TROUPE_CLAIM(cordoned_nodes_are_known_until_they_are_uncordoned),
  TROUPE_CLAIM(leases_are_known_until_the_job_is_forgotten),
};

#undef TROUPE_CLAIM

inline void check_rebuild(const store_maker& make) {
  for (const auto& [what, check] : rebuild_claims) {
    CAF_MESSAGE(what);
    auto kept = make(ample);
    check(*kept);
  }
  check_random_histories(make);
}

} // namespace troupe::store_test
