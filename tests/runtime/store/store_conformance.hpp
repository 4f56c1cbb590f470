#pragma once

#include "tests/runtime/store/store_rebuild.hpp"
#include "tests/runtime/store/store_steps.hpp"

#include <string>
#include <vector>

/// What every store must do. The test of a store calls each row of
/// `store_conformance` with a function that makes an empty store.
namespace troupe::store_test {

inline void jobs_get_ids_and_are_found(store& kept) {
  CAF_CHECK(kept.jobs().empty());
  CAF_CHECK(kept.find(1) == nullptr);
  auto first = put(kept, spec_of());
  auto second = put(kept, spec_of());
  CAF_CHECK(first >= 1 && first < second);
  CAF_CHECK((kept.jobs() == std::vector<job_id>{first, second}));
  const auto* record = kept.find(second);
  CAF_REQUIRE(record != nullptr);
  CAF_CHECK_EQUAL(record->id, second);
  CAF_CHECK_EQUAL(record->spec.function, "echo");
  CAF_CHECK(record->state == job_state::open);
  CAF_CHECK(kept.term() >= 1);
}

inline void a_key_names_one_job_until_it_is_forgotten(store& kept) {
  auto job = put(kept, spec_of("k"));
  auto again = kept.put_job(spec_of("k"), 0);
  CAF_REQUIRE(again.has_value());
  CAF_CHECK(again->existed);
  CAF_CHECK_EQUAL(again->id, job);
  CAF_CHECK(put(kept, spec_of("other")) != job);
  CAF_CHECK(finish(kept, job, job_state::cancelled));
  again = kept.put_job(spec_of("k"), 0);
  CAF_REQUIRE(again.has_value());
  CAF_CHECK(again->existed);
  kept.forget(job);
  CAF_CHECK(put(kept, spec_of("k")) > job);
}

inline void inputs_get_consecutive_indices(store& kept) {
  auto job = put(kept, spec_of());
  auto first = kept.put_inputs(job, packed({"a", "b"}), 0);
  auto none = kept.put_inputs(job, blob{}, 0);
  auto empty = kept.put_inputs(job, packed({}), 0);
  auto second = kept.put_inputs(job, packed({"c"}), 0);
  CAF_REQUIRE(first && none && empty && second);
  CAF_CHECK((*first == index_range{0, 2}));
  CAF_CHECK((*none == index_range{2, 2}));
  CAF_CHECK((*empty == index_range{2, 2}));
  CAF_CHECK((*second == index_range{2, 3}));
  CAF_CHECK_EQUAL(kept.find(job)->tasks, 3u);
}

inline void inputs_keep_where_they_are_best_run(store& kept) {
  auto job = put(kept, spec_of());
  CAF_REQUIRE(kept.put_inputs(job, packed({"a", "b"}), 1, "zone=a"));
  CAF_REQUIRE(kept.put_inputs(job, packed({"c"}), 2));
  CAF_REQUIRE(kept.put_inputs(job, packed({"d"}), 3, "w1"));
  auto check = [](const std::vector<kept_inputs>& found) {
    CAF_REQUIRE_EQUAL(found.size(), 3u);
    CAF_CHECK_EQUAL(found[0].near, "zone=a");
    CAF_CHECK_EQUAL(found[1].near, "");
    CAF_CHECK_EQUAL(found[2].near, "w1");
    CAF_CHECK(found[2].range == (index_range{3, 4}));
  };
  check(kept.inputs_of(job));
  check(kept.load().back().inputs); // What a scheduler is rebuilt from.
}

inline void inputs_are_refused_with_a_reason(store& kept) {
  auto open = put(kept, spec_of());
  auto closed = put_tasks(kept, 1);
  auto ended = put_tasks(kept, 1);
  CAF_CHECK(finish(kept, ended, job_state::succeeded));
  struct row {
    const char* what;
    job_id job;
    blob inputs;
    errc want;
  };
  const row rows[] = {
    {"unknown", 999, packed({"x"}), errc::unknown_job},
    {"closed", closed, packed({"x"}), errc::job_ended},
    {"ended", ended, packed({"x"}), errc::job_ended},
    {"not packed", open, blob{std::string{"junk"}}, errc::protocol_violation},
  };
  auto before = kept.bytes();
  for (const auto& [what, job, inputs, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK_EQUAL(to_string(code_of(kept.put_inputs(job, inputs, 0))),
                    to_string(want));
  }
  CAF_CHECK_EQUAL(kept.bytes(), before);
  CAF_CHECK_EQUAL(kept.find(open)->tasks, 0u);
}

inline void closing_starts_the_run(store& kept) {
  auto job = put(kept, spec_of());
  CAF_CHECK(kept.close(job));
  CAF_CHECK(kept.find(job)->state == job_state::running);
  CAF_CHECK(kept.close(job)); // A repeated message is harmless.
  CAF_CHECK_EQUAL(to_string(code_of(kept.close(999))), "unknown_job");
  CAF_CHECK(finish(kept, job, job_state::cancelled));
  CAF_CHECK_EQUAL(to_string(code_of(kept.close(job))), "job_ended");
}

inline void range_jobs_run_at_once_and_cost_nothing_per_task(store& kept) {
  auto spec = spec_of();
  spec.inputs = input_kind::integers;
  spec.range = {0, 1'000'000'000, 1};
  auto job = put(kept, spec);
  CAF_CHECK(kept.find(job)->state == job_state::running);
  CAF_CHECK_EQUAL(kept.find(job)->tasks, 1'000'000'000u);
  CAF_CHECK(kept.bytes() < 10'000u);
  CAF_CHECK_EQUAL(accept(kept, record_of(job, {0, 1'000'000})), 1u);
}

inline void the_log_counts_from_one_for_each_job(store& kept) {
  auto first = put_tasks(kept, 2);
  auto second = put_tasks(kept, 2);
  std::vector<accept_record> records{
    record_of(first, {0, 1}), record_of(second, {0, 1}), record_of(999, {0, 1}),
    record_of(first, {1, 2}, {1}, "last")};
  kept.accept(records);
  CAF_CHECK_EQUAL(records[0].seq, 1u);
  CAF_CHECK_EQUAL(records[1].seq, 1u);
  CAF_CHECK_EQUAL(records[2].seq, 0u); // Unknown: ignored.
  CAF_CHECK_EQUAL(records[3].seq, 2u);
  auto log = kept.log_after(first, 0, ample);
  CAF_REQUIRE_EQUAL(log.size(), 2u);
  CAF_CHECK_EQUAL(log[1].seq, 2u);
  CAF_CHECK((log[1].range == index_range{1, 2}));
  CAF_CHECK((log[1].failed == std::vector<task_index>{1}));
  CAF_CHECK_EQUAL(log[1].results.str(), "last");
  CAF_CHECK(kept.log_after(999, 0, ample).empty());
}

inline void the_log_is_read_in_pages(store& kept) {
  auto job = put_tasks(kept, 5);
  for (task_index i = 0; i < 5; ++i)
    accept(kept, record_of(job, {i, i + 1}, {}, std::string(1000, 'r')));
  // At least one record, whatever its size, and no gap between pages.
  uint64_t seq = 0;
  size_t pages = 0;
  for (;;) {
    auto page = kept.log_after(job, seq, 2500);
    if (page.empty())
      break;
    ++pages;
    CAF_CHECK(page.size() <= 2u);
    for (const auto& entry : page)
      CAF_CHECK_EQUAL(entry.seq, ++seq);
  }
  CAF_CHECK_EQUAL(seq, 5u);
  CAF_CHECK_EQUAL(pages, 3u);
  CAF_CHECK_EQUAL(kept.log_after(job, 3, 1).size(), 1u);
  CAF_CHECK(kept.log_after(job, 5, ample).empty());
  CAF_CHECK(kept.log_after(job, UINT64_MAX, ample).empty());
}

inline void a_checkpoint_replaces_the_records_it_covers(store& kept) {
  auto job = put_tasks(kept, 4);
  for (task_index i = 0; i < 3; ++i)
    accept(kept, record_of(job, {i, i + 1}, {}, std::string(5000, 'r')));
  auto before = kept.bytes();
  CAF_CHECK(!kept.checkpoint(job));
  kept.put_checkpoint(job, {2, {{0, 2}}, blob{std::string{"merged"}}});
  CAF_CHECK(kept.bytes() + 9000 < before);
  auto merged = kept.checkpoint(job);
  CAF_REQUIRE(merged.has_value());
  CAF_CHECK_EQUAL(merged->seq, 2u);
  CAF_CHECK((merged->covered == std::vector<index_range>{{0, 2}}));
  CAF_CHECK_EQUAL(merged->merged.str(), "merged");
  auto rest = kept.log_after(job, 0, ample);
  CAF_REQUIRE_EQUAL(rest.size(), 1u);
  CAF_CHECK_EQUAL(rest.front().seq, 3u);
  CAF_CHECK_EQUAL(kept.log_after(job, 2, ample).size(), 1u);
  // A late one of an aggregator that was replaced changes nothing.
  kept.put_checkpoint(job, {1, {{0, 1}}, blob{std::string{"old"}}});
  merged = kept.checkpoint(job);
  CAF_REQUIRE(merged.has_value());
  CAF_CHECK_EQUAL(merged->seq, 2u);
  kept.put_checkpoint(job, {3, {{0, 3}}, blob{std::string{"all"}}});
  CAF_CHECK(kept.log_after(job, 0, ample).empty());
  CAF_CHECK_EQUAL(accept(kept, record_of(job, {3, 4})), 4u);
  CAF_CHECK_EQUAL(kept.log_after(job, 3, ample).size(), 1u);
  kept.put_checkpoint(999, {1, {}, {}});
  CAF_CHECK(!kept.checkpoint(999));
}

inline void inputs_are_released_when_all_of_a_chunk_succeeded(store& kept) {
  auto job = put(kept, spec_of());
  std::string input(5000, 'i');
  CAF_REQUIRE(kept.put_inputs(job, packed({input, input}), 0));
  CAF_REQUIRE(kept.put_inputs(job, packed({input, input}), 0));
  CAF_REQUIRE(kept.put_inputs(job, packed({input, input}), 0));
  auto full = kept.bytes();
  CAF_CHECK(full >= 30'000u);
  accept(kept, record_of(job, {0, 1}));
  CAF_CHECK(kept.bytes() >= full); // Its neighbour still needs the chunk.
  accept(kept, record_of(job, {1, 3}));
  CAF_CHECK(kept.bytes() + 9000 < full); // The first chunk is gone.
  auto two = kept.bytes();
  accept(kept, record_of(job, {3, 6}, {4}));
  CAF_CHECK(kept.bytes() + 9000 < two); // The second; 4 needs the third.
  CAF_CHECK(kept.bytes() + 18'000 > two);
  auto one = kept.bytes();
  accept(kept, record_of(job, {4, 5}));
  CAF_CHECK(kept.bytes() + 9000 < one);
}

inline void the_first_end_wins(store& kept) {
  auto job = put_tasks(kept, 1);
  CAF_CHECK(finish(kept, job, job_state::succeeded, "result"));
  CAF_CHECK(!finish(kept, job, job_state::cancelled, "other"));
  const auto* record = kept.find(job);
  CAF_CHECK(record->state == job_state::succeeded);
  CAF_CHECK(record->last.state == job_state::succeeded);
  CAF_CHECK_EQUAL(record->result.str(), "result");
  job_status unknown;
  unknown.id = 999;
  unknown.state = job_state::failed;
  CAF_CHECK_EQUAL(to_string(code_of(kept.finish(unknown, {}))), "unknown_job");
}

inline void a_job_ends_only_in_a_terminal_state(store& kept) {
  auto job = put(kept, spec_of());
  job_status last;
  last.id = job;
  for (auto state : {job_state::open, job_state::running,
                     job_state::succeeded}) { // Not closed: cannot succeed.
    CAF_MESSAGE(to_string(state));
    last.state = state;
    CAF_CHECK_EQUAL(to_string(code_of(kept.finish(last, {}))),
                    "bad_transition");
    CAF_CHECK(kept.find(job)->state == job_state::open);
  }
}

inline void an_ended_job_takes_nothing_more(store& kept) {
  auto job = put_tasks(kept, 2);
  accept(kept, record_of(job, {0, 1}));
  CAF_CHECK(finish(kept, job, job_state::cancelled));
  auto before = kept.bytes();
  CAF_CHECK_EQUAL(accept(kept, record_of(job, {1, 2})), 0u);
  kept.bury({{job, 1, 4, errc::function_failed, "late", "n", {}}});
  kept.put_checkpoint(job, {1, {{0, 1}}, blob{std::string{"late"}}});
  CAF_CHECK(kept.dead_letters(job).empty());
  CAF_CHECK(kept.log_after(job, 0, ample).empty());
  CAF_CHECK(!kept.checkpoint(job));
  CAF_CHECK_EQUAL(kept.bytes(), before);
}

inline void ending_releases_inputs_and_log_and_keeps_the_result(store& kept) {
  auto empty = kept.bytes();
  auto job = put_tasks(kept, 4, 5000);
  accept(kept, record_of(job, {0, 2}, {}, std::string(5000, 'r')));
  kept.put_checkpoint(job, {1, {{0, 2}}, blob{std::string(5000, 'm')}});
  accept(kept, record_of(job, {2, 3}, {}, std::string(5000, 'r')));
  CAF_CHECK(finish(kept, job, job_state::succeeded, std::string(3000, 'z')));
  CAF_CHECK(kept.bytes() >= empty + 3000);
  CAF_CHECK(kept.bytes() < empty + 6000);
  kept.forget(job);
  CAF_CHECK_EQUAL(kept.bytes(), empty);
  CAF_CHECK(kept.find(job) == nullptr);
  CAF_CHECK(kept.jobs().empty());
}

inline void dead_letters_and_their_inputs_stay(store& kept) {
  auto empty = kept.bytes();
  auto job = put_tasks(kept, 3, 5000);
  dead_letter letter{job, 1, 4, errc::bad_input, "input 1 is odd", "alpha", {}};
  kept.bury({letter, {999, 1, 4, errc::bad_input, "of no job", "alpha", {}}});
  accept(kept, record_of(job, {0, 3}, {1}));
  CAF_CHECK(finish(kept, job, job_state::failed));
  auto letters = kept.dead_letters(job);
  CAF_REQUIRE_EQUAL(letters.size(), 1u);
  CAF_CHECK_EQUAL(letters.front().index, 1u);
  CAF_CHECK_EQUAL(letters.front().attempts, 4u);
  CAF_CHECK_EQUAL(letters.front().text, "input 1 is odd");
  CAF_CHECK_EQUAL(letters.front().node, "alpha");
  CAF_CHECK(kept.bytes() >= empty + 5000);
  CAF_CHECK(kept.bytes() < empty + 10'000);
  CAF_CHECK(kept.dead_letters(999).empty());
  kept.forget(job);
  CAF_CHECK(kept.dead_letters(job).empty());
  CAF_CHECK_EQUAL(kept.bytes(), empty);
}

inline void dead_letters_are_shown_by_index_and_not_copied(store& kept) {
  auto job = put_tasks(kept, 4);
  kept.bury({letter_of(job, 2), letter_of(job, 0)});
  kept.bury({letter_of(job, 3), letter_of(job, 1)});
  const auto& letters = kept.dead_letters(job);
  CAF_REQUIRE_EQUAL(letters.size(), 4u);
  for (task_index i = 0; i < 4; ++i)
    CAF_CHECK_EQUAL(letters[i].index, i);
  CAF_CHECK(letters.data() == kept.dead_letters(job).data());
}

inline void a_failed_job_goes_on_with_its_dead_letters(store& kept) {
  auto empty = kept.bytes();
  auto job = put_tasks(kept, 4, 5000);
  kept.bury({letter_of(job, 3), letter_of(job, 1)});
  accept(kept, record_of(job, {0, 4}, {1, 3}, "first"));
  CAF_CHECK(kept.requeue(job, {1}).empty()); // It has not ended.
  CAF_CHECK(finish(kept, job, job_state::failed, "result"));
  CAF_CHECK(kept.requeue(job, {0, 2, 99}).empty());
  CAF_CHECK(kept.find(job)->state == job_state::failed);
  CAF_CHECK(kept.requeue(job, {99, 3}) == std::vector<task_index>({3}));
  CAF_CHECK(kept.find(job)->state == job_state::running);
  CAF_CHECK(kept.find(job)->result.empty());
  CAF_CHECK_EQUAL(kept.dead_letters(job).size(), 1u);
  auto log = kept.log_after(job, 0, ample);
  CAF_REQUIRE_EQUAL(log.size(), 1u);
  CAF_CHECK_EQUAL(log[0].results.view(), "first");
  CAF_CHECK_EQUAL(kept.last_seq(job), 1u);
  auto inputs = kept.inputs_of(job);
  CAF_REQUIRE_EQUAL(inputs.size(), 2u);
  CAF_CHECK(inputs[0].range == (index_range{1, 2}));
  CAF_CHECK(inputs[1].range == (index_range{3, 4}));
  CAF_CHECK_EQUAL(accept(kept, record_of(job, {3, 4})), 2u);
  CAF_CHECK(finish(kept, job, job_state::failed));
  CAF_CHECK(kept.requeue(job, {1}) == std::vector<task_index>({1}));
  accept(kept, record_of(job, {1, 2}));
  CAF_CHECK(finish(kept, job, job_state::succeeded));
  CAF_CHECK(kept.log_after(job, 0, ample).empty());
  CAF_CHECK(kept.requeue(job, {1}).empty());
  kept.forget(job);
  CAF_CHECK_EQUAL(kept.bytes(), empty);
}

inline void a_checkpoint_is_kept_for_dead_letters(store& kept) {
  auto empty = kept.bytes();
  auto job = put_tasks(kept, 2);
  kept.bury({letter_of(job, 1)});
  accept(kept, record_of(job, {0, 2}, {1}));
  kept.put_checkpoint(job, {1, {}, blob{std::string{"merged"}}});
  CAF_CHECK(finish(kept, job, job_state::failed));
  CAF_REQUIRE(kept.checkpoint(job).has_value());
  CAF_CHECK_EQUAL(kept.checkpoint(job)->merged.view(), "merged");
  CAF_CHECK_EQUAL(kept.last_seq(job), 1u);
  kept.forget(job);
  CAF_CHECK_EQUAL(kept.bytes(), empty);
}

inline void purged_letters_release_what_was_kept_for_them(store& kept) {
  auto empty = kept.bytes();
  auto job = put_tasks(kept, 3, 5000);
  kept.bury({letter_of(job, 0), letter_of(job, 1)});
  CAF_CHECK_EQUAL(kept.purge(job, {0}), 0u); // It has not ended.
  accept(kept, record_of(job, {0, 3}, {0, 1}, std::string(5000, 'r')));
  CAF_CHECK(finish(kept, job, job_state::failed));
  auto before = kept.bytes();
  CAF_CHECK_EQUAL(kept.purge(job, {0, 2, 99}), 1u);
  CAF_CHECK(kept.bytes() <= before - 5000);
  CAF_CHECK_EQUAL(kept.log_after(job, 0, ample).size(), 1u);
  CAF_CHECK_EQUAL(kept.purge(job, {1}), 1u);
  CAF_CHECK(kept.inputs_of(job).empty());
  CAF_CHECK(kept.log_after(job, 0, ample).empty());
  CAF_CHECK(kept.find(job)->state == job_state::failed);
  CAF_CHECK_EQUAL(kept.purge(999, {1}), 0u);
  kept.forget(job);
  CAF_CHECK_EQUAL(kept.bytes(), empty);
}

inline void spare_inputs_are_all_there_until_the_job_is_forgotten(store& kept) {
  auto empty = kept.bytes();
  auto job = put_tasks(kept, 3, 1000);
  CAF_CHECK_EQUAL(kept.spare_bytes(), 0u);
  accept(kept, record_of(job, {1, 2}));
  CAF_CHECK(kept.spare_bytes() >= 1000u && kept.spare_bytes() < 2000u);
  CAF_CHECK_EQUAL(kept.inputs_of(job).size(), 2u);
  kept.bury({letter_of(job, 0)});
  accept(kept, record_of(job, {2, 3}));
  CAF_CHECK(finish(kept, job, job_state::failed));
  auto all = kept.all_inputs_of(job);
  CAF_REQUIRE_EQUAL(all.size(), 3u);
  for (task_index i = 0; i < 3; ++i)
    CAF_CHECK((all[i].range == index_range{i, i + 1}));
  CAF_CHECK_EQUAL(kept.purge(job, {0}), 1u);
  CAF_CHECK(kept.spare_bytes() >= 3000u);
  CAF_CHECK_EQUAL(kept.all_inputs_of(job).size(), 3u);
  kept.forget(job);
  CAF_CHECK_EQUAL(kept.spare_bytes(), 0u);
  CAF_CHECK_EQUAL(kept.bytes(), empty);
  CAF_CHECK(kept.all_inputs_of(job).empty());
}

inline void what_is_known_of_a_task_is_told(store& kept) {
  auto job = put_tasks(kept, 2);
  CAF_CHECK(!kept.has_streamed_inputs(job));
  kept.note_setbacks({{job, 1, false, {1, errc::bad_input, "odd", "n", 0, 0}}});
  CAF_CHECK(kept.past_of(job, 0).empty());
  CAF_CHECK_EQUAL(kept.past_of(job, 1).size(), 1u);
  CAF_CHECK(kept.past_of(999, 1).empty());
  auto open = put(kept, spec_of());
  CAF_REQUIRE(kept.put_inputs(open, packed({"a"}), 1));
  CAF_CHECK(kept.has_streamed_inputs(open));
}

inline void only_ended_jobs_are_forgotten(store& kept) {
  auto job = put_tasks(kept, 1);
  kept.forget(job);
  CAF_CHECK(kept.find(job) != nullptr);
  kept.forget(999);
  CAF_CHECK(finish(kept, job, job_state::cancelled));
  kept.forget(job);
  CAF_CHECK(kept.find(job) == nullptr);
}

#define TROUPE_CLAIM(name)                                                     \
  { #name, name }

constexpr claim claims[] = {
  TROUPE_CLAIM(jobs_get_ids_and_are_found),
  TROUPE_CLAIM(a_key_names_one_job_until_it_is_forgotten),
  TROUPE_CLAIM(inputs_get_consecutive_indices),
  TROUPE_CLAIM(inputs_keep_where_they_are_best_run),
  TROUPE_CLAIM(inputs_are_refused_with_a_reason),
  TROUPE_CLAIM(closing_starts_the_run),
  TROUPE_CLAIM(range_jobs_run_at_once_and_cost_nothing_per_task),
  TROUPE_CLAIM(the_log_counts_from_one_for_each_job),
  TROUPE_CLAIM(the_log_is_read_in_pages),
  TROUPE_CLAIM(a_checkpoint_replaces_the_records_it_covers),
  TROUPE_CLAIM(inputs_are_released_when_all_of_a_chunk_succeeded),
  TROUPE_CLAIM(the_first_end_wins),
  TROUPE_CLAIM(a_job_ends_only_in_a_terminal_state),
  TROUPE_CLAIM(an_ended_job_takes_nothing_more),
  TROUPE_CLAIM(ending_releases_inputs_and_log_and_keeps_the_result),
  TROUPE_CLAIM(dead_letters_and_their_inputs_stay),
  TROUPE_CLAIM(dead_letters_are_shown_by_index_and_not_copied),
  TROUPE_CLAIM(a_failed_job_goes_on_with_its_dead_letters),
  TROUPE_CLAIM(a_checkpoint_is_kept_for_dead_letters),
  TROUPE_CLAIM(purged_letters_release_what_was_kept_for_them),
  TROUPE_CLAIM(spare_inputs_are_all_there_until_the_job_is_forgotten),
  TROUPE_CLAIM(what_is_known_of_a_task_is_told),
  TROUPE_CLAIM(only_ended_jobs_are_forgotten),
};

#undef TROUPE_CLAIM

/// A full store refuses and says why, takes results all the same, and takes
/// inputs again when something was released.
inline void check_full_store(const store_maker& make) {
  auto kept = make(20'000);
  auto job = put(*kept, spec_of("k"));
  CAF_REQUIRE(kept->put_inputs(job, packed({std::string(12'000, 'i')}), 0));
  auto before = kept->bytes();
  auto refused = kept->put_inputs(job, packed({std::string(12'000, 'i')}), 0);
  CAF_REQUIRE_EQUAL(to_string(code_of(refused)), "store_full");
  const auto& text = refused.error().text;
  CAF_CHECK(text.find(std::to_string(before)) != std::string::npos);
  CAF_CHECK(text.find("20000") != std::string::npos);
  CAF_CHECK_EQUAL(kept->bytes(), before);
  CAF_CHECK_EQUAL(kept->find(job)->tasks, 1u);
  auto large = spec_of();
  large.args = blob{std::string(12'000, 'a')};
  CAF_CHECK_EQUAL(to_string(code_of(kept->put_job(large, 0))), "store_full");
  CAF_CHECK_EQUAL(kept->jobs().size(), 1u);
  auto again = kept->put_job(spec_of("k"), 0); // Costs nothing: never refused.
  CAF_CHECK(again && again->existed);
  CAF_CHECK_EQUAL(
    accept(*kept, record_of(job, {0, 1}, {}, std::string(1000, 'r'))), 1u);
  CAF_CHECK(kept->put_inputs(job, packed({std::string(12'000, 'i')}), 0));
}

/// Spare inputs never make a store full: they go, those of the oldest job first
/// and all of a job at once.
inline void check_spare_inputs(const store_maker& make) {
  auto kept = make(40'000);
  auto done = [&](size_t bytes) {
    auto job = put_tasks(*kept, 2, bytes);
    accept(*kept, record_of(job, {0, 1}));
    accept(*kept, record_of(job, {1, 2}));
    CAF_CHECK(finish(*kept, job, job_state::succeeded));
    return job;
  };
  auto first = done(3000);
  CAF_CHECK_EQUAL(kept->all_inputs_of(first).size(), 2u);
  auto second = done(3000); // Both have more than a quarter of 40000.
  CAF_CHECK(kept->all_inputs_of(first).empty());
  CAF_CHECK_EQUAL(kept->all_inputs_of(second).size(), 2u);
  auto large = done(6000); // It alone has more: only some would be no help.
  CAF_CHECK(kept->all_inputs_of(large).empty());
  CAF_CHECK_EQUAL(kept->spare_bytes(), 0u);
  auto third = done(3000);
  CAF_CHECK_EQUAL(kept->all_inputs_of(third).size(), 2u);
  auto job = put(*kept, spec_of());
  auto room = 40'000 - kept->bytes() - 1000;
  CAF_CHECK(kept->put_inputs(job, packed({std::string(room, 'i')}), 0));
  CAF_CHECK(kept->all_inputs_of(third).empty());
}

inline void check_conformance(const store_maker& make) {
  for (const auto& [what, check] : claims) {
    CAF_MESSAGE(what);
    auto kept = make(ample);
    check(*kept);
  }
  check_rebuild(make);
  check_full_store(make);
  check_spare_inputs(make);
}

} // namespace troupe::store_test
