#define CAF_SUITE rerun

#include "runtime/base/limits.hpp"
#include "runtime/function/codec.hpp"
#include "runtime/model/packed.hpp"
#include "runtime/wire/rerun.hpp"

#include <caf/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe;

namespace {

constexpr size_t ample = limits::mib;

blob packed(const std::vector<std::string>& inputs) {
  packed_builder result;
  for (const auto& x : inputs)
    result.add(x);
  return blob{result.finish()};
}

/// Three tasks in two chunks.
store_inputs chunk_job() {
  store_inputs job;
  job.job = 7;
  job.found = true;
  job.spec.name = "old";
  job.spec.function = "f";
  job.spec.key = "k";
  job.spec.input_type = "string";
  job.spec.options.deadline_unix_ms = 5;
  job.tasks = 3;
  job.inputs = {{{0, 2}, packed({"a", "b"}), "n1"}, {{2, 3}, packed({"c"})}};
  return job;
}

std::vector<std::string> inputs_in(const rerun_plan& plan) {
  std::vector<std::string> result;
  for (const auto& part : plan.inputs) {
    auto view = packed_view::parse(part.packed.view());
    CAF_REQUIRE(view.has_value());
    CAF_CHECK_EQUAL(view->size(), part.range.size());
    for (uint32_t i = 0; i < view->size(); ++i)
      result.emplace_back((*view)[i]);
  }
  return result;
}

errc code_of(const result<rerun_plan>& what) {
  return what ? errc::ok : what.error().code;
}

} // namespace

CAF_TEST(whole_chunks_are_shared) {
  auto job = chunk_job();
  auto plan = plan_rerun(job, false, "", ample);
  CAF_REQUIRE(plan.has_value());
  CAF_CHECK_EQUAL(plan->spec.name, "old");
  CAF_CHECK_EQUAL(plan->spec.key, "");
  CAF_CHECK_EQUAL(plan->spec.options.deadline_unix_ms, 0u);
  CAF_REQUIRE_EQUAL(plan->inputs.size(), 2u);
  CAF_CHECK(plan->inputs[0].packed.view().data()
            == job.inputs[0].packed.view().data());
  CAF_CHECK_EQUAL(plan->inputs[0].near, "n1");
}

CAF_TEST(only_dead_letters_are_taken_with_their_places) {
  auto job = chunk_job();
  job.dead = {1, 2};
  auto plan = plan_rerun(job, true, "", ample);
  CAF_REQUIRE(plan.has_value());
  auto got = inputs_in(*plan);
  CAF_CHECK((got == std::vector<std::string>{"b", "c"}));
  CAF_REQUIRE_EQUAL(plan->inputs.size(), 2u);
  CAF_CHECK_EQUAL(plan->inputs[0].near, "n1");
  CAF_CHECK_EQUAL(plan->inputs[1].near, "");
  CAF_CHECK((plan->inputs[1].range == index_range{1, 2}));
}

CAF_TEST(chunks_of_which_all_died_are_shared) {
  auto job = chunk_job();
  job.inputs.push_back({{3, 5}, packed({"d", "e"}), "n2"});
  job.tasks = 5;
  job.dead = {1, 2, 3, 4};
  auto plan = plan_rerun(job, true, "", 1);
  CAF_REQUIRE(plan.has_value());
  CAF_CHECK((inputs_in(*plan) == std::vector<std::string>{"b", "c", "d", "e"}));
  CAF_REQUIRE_EQUAL(plan->inputs.size(), 3u);
  for (size_t i = 1; i < 3; ++i) {
    CAF_CHECK(plan->inputs[i].packed.view().data()
              == job.inputs[i].packed.view().data());
    CAF_CHECK_EQUAL(plan->inputs[i].near, job.inputs[i].near);
  }
  CAF_CHECK((plan->inputs[2].range == index_range{2, 4}));
}

CAF_TEST(too_much_is_refused_before_it_is_copied) {
  auto job = chunk_job();
  job.inputs[0].packed = packed({std::string(100, 'a'), "b"});
  job.dead = {0, 2};
  CAF_CHECK(code_of(plan_rerun(job, true, "", 100)) == errc::ok);
  CAF_CHECK(code_of(plan_rerun(job, true, "", 99)) == errc::store_full);
  CAF_CHECK(code_of(plan_rerun(job, false, "", 0)) == errc::ok);
}

CAF_TEST(what_was_dropped_cannot_be_run_again) {
  auto job = chunk_job();
  job.dead = {2};
  job.inputs.erase(job.inputs.begin());
  CAF_CHECK(code_of(plan_rerun(job, false, "", ample))
            == errc::inputs_not_kept);
  CAF_CHECK(code_of(plan_rerun(job, true, "", ample)) == errc::ok);
  job.inputs.clear();
  CAF_CHECK(code_of(plan_rerun(job, true, "", ample)) == errc::inputs_not_kept);
  job.dead.clear();
  CAF_CHECK(code_of(plan_rerun(job, true, "", ample)) == errc::bad_usage);
}

CAF_TEST(ranges_need_no_inputs_and_their_dead_ones_are_encoded) {
  store_inputs job;
  job.spec.function = "f";
  job.spec.inputs = input_kind::integers;
  job.spec.range = {10, 20, 1};
  job.tasks = 10;
  auto all = plan_rerun(job, false, "", ample);
  CAF_REQUIRE(all.has_value());
  CAF_CHECK(all->inputs.empty());
  CAF_CHECK((all->spec.range == range_input{10, 20, 1}));
  job.dead = {3, 9};
  CAF_CHECK(code_of(plan_rerun(job, true, "", ample))
            == errc::unknown_function);
  auto some = plan_rerun(job, true, "int", ample);
  CAF_REQUIRE(some.has_value());
  CAF_CHECK(some->spec.inputs == input_kind::chunks);
  CAF_CHECK_EQUAL(some->spec.input_type, "int");
  auto got = inputs_in(*some);
  CAF_REQUIRE_EQUAL(got.size(), 2u);
  std::string want;
  encode(int64_t{13}, want);
  CAF_CHECK_EQUAL(got[0], want);
}

CAF_TEST(many_dead_letters_make_many_chunks) {
  store_inputs job;
  job.spec.inputs = input_kind::integers;
  job.spec.range = {0, 10'000, 1};
  job.tasks = 10'000;
  for (task_index i = 0; i < 10'000; ++i)
    job.dead.push_back(i);
  auto plan = plan_rerun(job, true, "uint", ample);
  CAF_REQUIRE(plan.has_value());
  CAF_CHECK_EQUAL(inputs_in(*plan).size(), 10'000u);
  CAF_CHECK_GREATER(plan->inputs.size(), 2u);
  CAF_CHECK_EQUAL(plan->inputs.back().range.end, 10'000u);
}
