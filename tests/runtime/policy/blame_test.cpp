#define CAF_SUITE blame

#include "runtime/policy/blame.hpp"

#include <caf/test/unit_test.hpp>

#include <vector>

using namespace troupe;

namespace {

using ranges = std::vector<index_range>;

} // namespace

CAF_TEST(a_lost_range_comes_back_in_at_most_sixteen_equal_pieces) {
  struct row {
    const char* what;
    index_range lost;
    size_t pieces;
    uint64_t shortest;
    uint64_t longest;
  };
  const row rows[] = {
    {"one index stays whole", {7, 8}, 1, 1, 1},
    {"two come apart", {0, 2}, 2, 1, 1},
    {"sixteen single ones", {100, 116}, 16, 1, 1},
    {"one of them longer", {0, 17}, 16, 1, 2},
    {"a power of sixteen", {0, 4096}, 16, 256, 256},
    {"a large one", {5, 1'000'005}, 16, 62'500, 62'500},
    {"one less", {0, 31}, 16, 1, 2},
  };
  for (const auto& [what, lost, pieces, shortest, longest] : rows) {
    CAF_MESSAGE(what);
    auto got = split_after_crash(lost);
    CAF_CHECK_EQUAL(got.size(), pieces);
    auto next = lost.begin;
    for (const auto& piece : got) {
      CAF_CHECK_EQUAL(piece.begin, next);
      CAF_CHECK(piece.size() >= shortest && piece.size() <= longest);
      next = piece.end;
    }
    CAF_CHECK_EQUAL(next, lost.end);
  }
}

CAF_TEST(who_must_run_alone) {
  struct row {
    const char* what;
    ready_range range;
    uint32_t max_crashes;
    bool want;
  };
  const row rows[] = {
    {"nothing happened", {{0, 1}, 1, 0}, 3, false},
    {"one crash may be a switched off machine", {{0, 1}, 1, 1}, 3, false},
    {"two crashes", {{0, 1}, 1, 2}, 3, true},
    {"failed attempts do not matter", {{0, 1}, 4, 1}, 3, false},
    {"it can still be split", {{0, 2}, 1, 5}, 3, false},
    {"nothing is blamed", {{0, 1}, 1, 5}, 0, false},
  };
  for (const auto& [what, range, max_crashes, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK_EQUAL(must_run_alone(range, max_crashes), want);
  }
}
