#define CAF_SUITE memory_store

#include "tests/runtime/store/store_conformance.hpp"

using namespace troupe;
using namespace troupe::store_test;

namespace {

std::unique_ptr<store> make(size_t bytes_max) {
  return make_memory_store({7, bytes_max});
}

} // namespace

CAF_TEST(conforms) {
  check_conformance(make);
}

CAF_TEST(has_the_term_it_was_given) {
  CAF_CHECK_EQUAL(make(ample)->term(), 7u);
}

CAF_TEST(results_and_inputs_are_shared_not_copied) {
  auto kept = make(ample);
  auto job = put(*kept, spec_of());
  CAF_REQUIRE(kept->put_inputs(job, packed({"x"}), 0));
  blob results{std::string(1000, 'r')};
  accept(*kept, {0, job, {0, 1}, {}, results});
  auto log = kept->log_after(job, 0, ample);
  CAF_REQUIRE_EQUAL(log.size(), 1u);
  CAF_CHECK(log.front().results.view().data() == results.view().data());
}

CAF_TEST(bytes_return_to_nothing_after_any_history) {
  auto kept = make(ample);
  CAF_CHECK_EQUAL(kept->bytes(), 0u);
  // Slices of every size, across chunk borders, with failures and retries.
  for (task_index size = 1; size <= 7; ++size) {
    auto job = put(*kept, spec_of());
    for (int i = 0; i < 6; ++i)
      CAF_REQUIRE(kept->put_inputs(job, packed({"a", "b", "c", "d"}), 0));
    for (task_index begin = 0; begin < 24; begin += size) {
      auto end = std::min<task_index>(begin + size, 24);
      accept(*kept, record_of(job, {begin, end}, {begin}));
      if (begin % 3 == 0)
        kept->bury({{job, begin, 1, errc::bad_input, "x", "n", {}}});
      else
        accept(*kept, record_of(job, {begin, begin + 1}));
    }
    kept->put_checkpoint(job, {size, {{0, size}}, blob{std::string{"m"}}});
    CAF_REQUIRE(kept->close(job));
    CAF_CHECK(finish(*kept, job, job_state::failed, "r"));
    kept->forget(job);
    CAF_CHECK_EQUAL(kept->bytes(), 0u);
  }
}
