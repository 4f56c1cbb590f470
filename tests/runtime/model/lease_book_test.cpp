#define CAF_SUITE lease_book

#include "runtime/base/random.hpp"
#include "runtime/model/lease_book.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <iterator>
#include <map>

using namespace troupe;

namespace {

constexpr worker_id ann = 1;
constexpr worker_id bob = 2;

const char* name_of(slice_verdict verdict) {
  switch (verdict) {
    case slice_verdict::accept: return "accept";
    case slice_verdict::duplicate: return "duplicate";
    case slice_verdict::early: return "early";
    case slice_verdict::refused: return "refused";
    case slice_verdict::violation: return "violation";
  }
  return "unknown";
}

lease_id grant(lease_book& book, index_range range, worker_id worker = ann,
               uint64_t input_bytes = 0, job_id job = 7) {
  return book.grant({worker, job, {range, 1, 0}, input_bytes}).id;
}

void check_load(const lease_book& book, worker_id worker, size_t leases,
                uint64_t tasks, uint64_t input_bytes) {
  const auto load = book.outstanding(worker);
  CAF_CHECK_EQUAL(load.leases, leases);
  CAF_CHECK_EQUAL(load.tasks, tasks);
  CAF_CHECK_EQUAL(load.input_bytes, input_bytes);
}

} // namespace

CAF_TEST(a_grant_enters_a_lease) {
  lease_book book{5};
  const auto& fresh = book.grant({ann, 7, {{10, 20}, 3, 2}, 640});
  CAF_CHECK(fresh.id == (lease_id{5, 1}));
  CAF_CHECK_EQUAL(fresh.worker, ann);
  CAF_CHECK_EQUAL(fresh.job, 7u);
  CAF_CHECK(fresh.range == (index_range{10, 20}));
  CAF_CHECK_EQUAL(fresh.attempt, 3u);
  CAF_CHECK_EQUAL(fresh.crashes, 2u);
  CAF_CHECK_EQUAL(fresh.received, 10u);
  CAF_CHECK_EQUAL(fresh.recorded, 10u);
  CAF_CHECK_EQUAL(fresh.accepting(), 0u);
  CAF_CHECK_EQUAL(book.term(), 5u);
  check_load(book, ann, 1, 10, 640);
  check_load(book, bob, 0, 0, 0);
}

CAF_TEST(ids_are_never_used_again) {
  lease_book book{1};
  const auto first = grant(book, {0, 1});
  book.revoke(first);
  CAF_CHECK_EQUAL(book.size(), 0u);
  const auto second = grant(book, {0, 1});
  CAF_CHECK(first < second);
  CAF_CHECK(book.find(first) == nullptr);
  CAF_CHECK(book.find(second) != nullptr);
}

CAF_TEST(every_verdict) {
  lease_book book{1};
  const auto id = grant(book, {10, 20});
  const auto revoked = grant(book, {30, 40});
  book.begin_accept(id, {10, 12}); // seq 0
  CAF_REQUIRE(!book.end_accept(id, 12));
  book.begin_accept(id, {12, 14}); // seq 1, not recorded yet
  CAF_REQUIRE(book.trim(id, 18) == (index_range{18, 20}));
  book.begin_accept(revoked, {30, 32});
  book.revoke(revoked);
  struct row {
    const char* what;
    worker_id worker;
    lease_id lease;
    uint32_t seq;
    index_range range;
    const char* want;
  };
  const row rows[] = {
    {"the next one", ann, id, 2, {14, 16}, "accept"},
    {"the whole rest", ann, id, 2, {14, 18}, "accept"},
    {"a recorded one", ann, id, 0, {10, 12}, "duplicate"},
    {"one that is accepting", ann, id, 1, {12, 14}, "duplicate"},
    {"one is missing", ann, id, 3, {16, 18}, "early"},
    {"another worker", bob, id, 2, {14, 16}, "refused"},
    {"another term", ann, {2, 1}, 2, {14, 16}, "refused"},
    {"an unknown lease", ann, {1, 99}, 0, {0, 1}, "refused"},
    {"an empty range", ann, id, 2, {14, 14}, "violation"},
    {"a reversed range", ann, id, 2, {14, 13}, "violation"},
    {"overlaps what came", ann, id, 2, {13, 16}, "violation"},
    {"leaves a gap", ann, id, 2, {15, 16}, "violation"},
    {"passes the trimmed end", ann, id, 2, {14, 19}, "violation"},
    {"passes the first end", ann, id, 2, {14, 21}, "violation"},
    {"revoked, but received before", ann, revoked, 0, {30, 32}, "duplicate"},
    {"revoked", ann, revoked, 1, {32, 34}, "refused"},
    {"revoked and early", ann, revoked, 2, {34, 36}, "refused"},
  };
  for (const auto& [what, worker, lease, seq, range, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK_EQUAL(name_of(book.check(worker, lease, seq, range)),
                    std::string{want});
  }
}

CAF_TEST(a_lease_ends_when_its_last_task_is_recorded) {
  lease_book book{1};
  const auto id = grant(book, {10, 20}, ann, 100);
  book.begin_accept(id, {10, 15});
  check_load(book, ann, 1, 5, 100);
  CAF_CHECK_EQUAL(book.find(id)->accepting(), 5u);
  book.begin_accept(id, {15, 20});
  check_load(book, ann, 1, 0, 100);
  CAF_CHECK(!book.end_accept(id, 15));
  CAF_CHECK_EQUAL(book.find(id)->accepting(), 5u);
  CAF_CHECK(!book.end_accept(id, 12)); // An older mark changes nothing.
  CAF_CHECK_EQUAL(book.find(id)->recorded, 15u);
  CAF_CHECK(book.end_accept(id, 20));
  CAF_CHECK(book.find(id) == nullptr);
  CAF_CHECK(!book.end_accept(id, 20));
  CAF_CHECK_EQUAL(book.size(), 0u);
  check_load(book, ann, 0, 0, 0);
  CAF_CHECK(book.of_worker(ann).empty());
  CAF_CHECK(book.of_job(7).empty());
  CAF_CHECK_EQUAL(name_of(book.check(ann, id, 0, {10, 15})),
                  std::string{"refused"});
}

CAF_TEST(a_mark_beyond_what_was_received_is_clamped) {
  lease_book book{1};
  const auto id = grant(book, {0, 10});
  book.begin_accept(id, {0, 4});
  CAF_CHECK(!book.end_accept(id, 10));
  CAF_CHECK_EQUAL(book.find(id)->recorded, 4u);
}

CAF_TEST(revoke_gives_back_what_was_not_received) {
  struct row {
    const char* what;
    task_index received;
    task_index recorded;
    index_range back;
    bool stays;
  };
  const row rows[] = {
    {"untouched", 10, 10, {10, 20}, false},
    {"a part recorded", 15, 15, {15, 20}, false},
    {"a part accepting", 15, 10, {15, 20}, true},
    {"all accepting", 20, 12, {}, true},
  };
  for (const auto& [what, received, recorded, back, stays] : rows) {
    CAF_MESSAGE(what);
    lease_book book{1};
    const auto id = grant(book, {10, 20}, ann, 100);
    if (received > 10)
      book.begin_accept(id, {10, received});
    if (recorded > 10)
      book.end_accept(id, recorded);
    CAF_CHECK(book.revoke(id) == back);
    CAF_CHECK_EQUAL(book.find(id) != nullptr, stays);
    check_load(book, ann, 0, 0, 0);
    CAF_CHECK(book.of_worker(ann).empty());
    CAF_CHECK(book.of_job(7).empty());
    CAF_CHECK(book.revoke(id).empty());
    CAF_CHECK(book.trim(id, 0).empty());
    if (stays)
      CAF_CHECK(book.end_accept(id, received));
    CAF_CHECK_EQUAL(book.size(), 0u);
  }
}

CAF_TEST(a_revoked_lease_waits_for_all_of_its_slices) {
  lease_book book{1};
  const auto id = grant(book, {0, 10});
  book.begin_accept(id, {0, 3});
  book.begin_accept(id, {3, 6});
  CAF_CHECK(book.revoke(id) == (index_range{6, 10}));
  CAF_CHECK(!book.end_accept(id, 3));
  CAF_CHECK(book.end_accept(id, 6));
}

CAF_TEST(trim_cuts_off_what_was_not_received) {
  struct row {
    const char* what;
    task_index received;
    bool recorded;
    task_index end;
    index_range cut;
    bool stays;
  };
  const row rows[] = {
    {"a part", 12, true, 15, {15, 20}, true},
    {"at the end", 12, true, 20, {}, true},
    {"beyond the end", 12, true, 99, {}, true},
    {"into what came", 12, true, 0, {12, 20}, false},
    {"into what is accepting", 12, false, 0, {12, 20}, true},
    {"all of a fresh one", 10, true, 10, {10, 20}, false},
  };
  for (const auto& [what, received, recorded, end, cut, stays] : rows) {
    CAF_MESSAGE(what);
    lease_book book{1};
    const auto id = grant(book, {10, 20}, ann, 100);
    if (received > 10) {
      book.begin_accept(id, {10, received});
      if (recorded)
        book.end_accept(id, received);
    }
    CAF_CHECK(book.trim(id, end) == cut);
    CAF_REQUIRE_EQUAL(book.find(id) != nullptr, stays);
    if (stays) {
      check_load(book, ann, 1, 20 - received - cut.size(), 100);
      CAF_CHECK_EQUAL(book.find(id)->range.end, 20 - cut.size());
    } else {
      check_load(book, ann, 0, 0, 0);
    }
  }
  lease_book book{1};
  CAF_CHECK(book.trim({1, 1}, 0).empty());
  CAF_CHECK(book.revoke({1, 1}).empty());
}

CAF_TEST(a_lease_trimmed_to_what_is_accepting_ends_when_that_is_recorded) {
  lease_book book{1};
  const auto id = grant(book, {0, 10});
  book.begin_accept(id, {0, 4});
  CAF_CHECK(book.trim(id, 2) == (index_range{4, 10}));
  CAF_CHECK(book.end_accept(id, 4));
}

CAF_TEST(leases_are_found_by_worker_and_by_job) {
  lease_book book{1};
  const auto a = grant(book, {0, 5}, ann, 1, 7);
  const auto b = grant(book, {5, 9}, bob, 2, 7);
  const auto c = grant(book, {0, 3}, ann, 4, 8);
  CAF_CHECK(book.of_worker(ann) == (std::vector{a, c}));
  CAF_CHECK(book.of_worker(bob) == std::vector{b});
  CAF_CHECK(book.of_job(7) == (std::vector{a, b}));
  CAF_CHECK(book.of_job(8) == std::vector{c});
  check_load(book, ann, 2, 8, 5);
  book.revoke(a);
  CAF_CHECK(book.of_worker(ann) == std::vector{c});
  CAF_CHECK(book.of_job(7) == std::vector{b});
  check_load(book, ann, 1, 3, 4);
}

namespace {

// Keeps for every index of one job who may deliver it, and nothing smarter.
struct naive_book {
  static constexpr size_t tasks = 40;

  struct held {
    worker_id worker = 0;
    std::vector<task_index> open;      // Not received, ascending.
    std::vector<task_index> accepting; // Received, not recorded, ascending.
    uint32_t next_seq = 0;
    bool revoked = false;
  };
  std::map<lease_id, held> leases;

  bool is_free(index_range range) const {
    for (const auto& [id, what] : leases)
      for (const auto& marks : {what.open, what.accepting})
        for (auto i : marks)
          if (range.contains(i))
            return false;
    return true;
  }

  bool drop_if_ended(lease_id id) {
    const auto& what = leases.at(id);
    if (!what.accepting.empty() || (!what.open.empty() && !what.revoked))
      return false;
    leases.erase(id);
    return true;
  }

  const char* verdict(worker_id worker, lease_id id, uint32_t seq,
                      index_range range) const {
    const auto i = leases.find(id);
    if (i == leases.end() || i->second.worker != worker)
      return "refused";
    if (seq < i->second.next_seq)
      return "duplicate";
    if (i->second.revoked)
      return "refused";
    if (seq > i->second.next_seq)
      return "early";
    const auto& open = i->second.open;
    const auto fits = !range.empty() && range.size() <= open.size()
                      && range.begin == open.front();
    return fits ? "accept" : "violation";
  }
};

// One random operation on both; aborts the test when they disagree.
class book_game {
public:
  explicit book_game(uint64_t seed) : random_(make_seeded_random(seed)) {
    // nop
  }

  void step() {
    switch (draw(9)) {
      case 0:
      case 1:
      case 2: return grant();
      case 3: return revoke();
      case 4: return trim();
      case 5: return end_accept();
      default: return deliver();
    }
  }

  void check_loads() const {
    for (auto worker : {ann, bob}) {
      size_t leases = 0;
      uint64_t tasks = 0;
      for (const auto& [id, what] : want_.leases)
        if (what.worker == worker && !what.revoked) {
          ++leases;
          tasks += what.open.size();
        }
      CAF_REQUIRE_EQUAL(book_.outstanding(worker).leases, leases);
      CAF_REQUIRE_EQUAL(book_.outstanding(worker).tasks, tasks);
      CAF_REQUIRE_EQUAL(book_.outstanding(worker).input_bytes, leases * 8);
      CAF_REQUIRE_EQUAL(book_.of_worker(worker).size(), leases);
    }
    CAF_REQUIRE_EQUAL(book_.size(), want_.leases.size());
  }

  size_t accepted() const {
    return accepted_;
  }

private:
  uint64_t draw(uint64_t below) {
    return random_->next() % below;
  }

  lease_id any_lease() {
    // Mostly one that lives, else a recent one or the one that comes next.
    if (!want_.leases.empty() && draw(4) > 0)
      return std::next(want_.leases.begin(),
                       static_cast<ptrdiff_t>(draw(want_.leases.size())))
        ->first;
    return {1,
            last_.counter + 1 - draw(std::min<uint64_t>(8, last_.counter + 1))};
  }

  void grant() {
    const auto begin = draw(naive_book::tasks);
    const index_range range{begin, begin + 1 + draw(8)};
    if (!want_.is_free(range))
      return;
    const auto worker = 1 + draw(2);
    last_ = book_.grant({worker, 7, {range, 1, 0}, 8}).id;
    auto& what = want_.leases[last_];
    what.worker = worker;
    for (auto i = range.begin; i < range.end; ++i)
      what.open.push_back(i);
  }

  void revoke() {
    const auto id = any_lease();
    const auto back = book_.revoke(id);
    const auto i = want_.leases.find(id);
    if (i == want_.leases.end() || i->second.revoked) {
      CAF_REQUIRE(back.empty());
      return;
    }
    CAF_REQUIRE_EQUAL(back.size(), i->second.open.size());
    if (!back.empty())
      CAF_REQUIRE_EQUAL(back.begin, i->second.open.front());
    i->second.open.clear();
    i->second.revoked = true;
    want_.drop_if_ended(id);
  }

  void trim() {
    const auto id = any_lease();
    const auto end = draw(naive_book::tasks + 8);
    const auto cut = book_.trim(id, end);
    const auto i = want_.leases.find(id);
    if (i == want_.leases.end() || i->second.revoked) {
      CAF_REQUIRE(cut.empty());
      return;
    }
    const auto before = i->second.open.size();
    std::erase_if(i->second.open, [&](task_index x) { return x >= end; });
    CAF_REQUIRE_EQUAL(cut.size(), before - i->second.open.size());
    if (!cut.empty())
      want_.drop_if_ended(id);
  }

  void deliver() {
    const auto id = any_lease();
    const auto* found = book_.find(id);
    const auto worker = found && draw(8) > 0 ? found->worker : 1 + draw(2);
    const auto seq =
      static_cast<uint32_t>((found ? found->next_seq : 0) + draw(8) / 6);
    auto begin = found ? found->received : draw(naive_book::tasks);
    begin += draw(8) / 7;
    const index_range range{begin, begin + draw(5)};
    const std::string verdict = want_.verdict(worker, id, seq, range);
    CAF_REQUIRE_EQUAL(name_of(book_.check(worker, id, seq, range)), verdict);
    if (verdict != "accept")
      return;
    ++accepted_;
    book_.begin_accept(id, range);
    auto& what = want_.leases[id];
    ++what.next_seq;
    for (auto i = range.begin; i < range.end; ++i) {
      CAF_REQUIRE_EQUAL(what.open.front(), i);
      what.open.erase(what.open.begin());
      what.accepting.push_back(i);
    }
  }

  void end_accept() {
    const auto id = any_lease();
    const auto i = want_.leases.find(id);
    if (i == want_.leases.end() || i->second.accepting.empty()) {
      const auto mark = i == want_.leases.end() ? 0 : book_.find(id)->recorded;
      CAF_REQUIRE(!book_.end_accept(id, mark));
      return;
    }
    auto& marks = i->second.accepting;
    const auto mark = marks.front() + 1 + draw(marks.size());
    std::erase_if(marks, [&](task_index x) { return x < mark; });
    CAF_REQUIRE_EQUAL(book_.end_accept(id, mark), want_.drop_if_ended(id));
  }

  std::unique_ptr<random_source> random_;
  lease_book book_{1};
  naive_book want_;
  lease_id last_{1, 0};
  size_t accepted_ = 0;
};

} // namespace

CAF_TEST(random_operations_agree_with_a_naive_book) {
  size_t accepted = 0;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    book_game game{seed};
    for (int step = 0; step < 200; ++step) {
      game.step();
      game.check_loads();
    }
    accepted += game.accepted();
  }
  CAF_CHECK_GREATER(accepted, 1000u);
}

// -- leases from before -------------------------------------------------------

CAF_TEST(an_adopted_lease_keeps_its_id_and_later_ones_count_on) {
  lease_book book{5};
  book.begin_term(8);
  const auto& held = book.adopt({5, 40}, {ann, 7, {{10, 20}, 2, 1}, 64});
  CAF_CHECK(held.id == (lease_id{5, 40}));
  CAF_CHECK(held.adopted);
  CAF_CHECK_EQUAL(held.recorded, 10u);
  CAF_CHECK_EQUAL(held.attempt, 2u);
  check_load(book, ann, 1, 10, 64);
  CAF_CHECK(grant(book, {20, 30}) == (lease_id{8, 41}));
  book.begin_term(7); // Terms only grow.
  CAF_CHECK(grant(book, {30, 40}) == (lease_id{8, 42}));
  CAF_CHECK_EQUAL(book.of_worker(ann).size(), 3u);
  CAF_CHECK_EQUAL(book.of_job(7).size(), 3u);
}

CAF_TEST(slices_of_an_adopted_lease_are_told_by_their_range) {
  struct row {
    const char* what;
    uint32_t seq;
    index_range range;
    slice_verdict want;
  };
  const row rows[] = {
    {"before it", 3, {5, 10}, slice_verdict::duplicate},
    {"received", 4, {10, 15}, slice_verdict::duplicate},
    {"received in part", 4, {12, 16}, slice_verdict::violation},
    {"the next one", 9, {15, 18}, slice_verdict::accept},
    {"not yet", 5, {18, 20}, slice_verdict::early},
    {"beyond its end", 5, {15, 21}, slice_verdict::violation},
    {"empty", 5, {15, 15}, slice_verdict::violation},
  };
  lease_book book{5};
  const lease_id id{4, 3};
  book.adopt(id, {ann, 7, {{10, 20}, 1, 0}, 0});
  book.begin_accept(id, {10, 15});
  for (const auto& [what, seq, range, want] : rows) {
    CAF_MESSAGE(what);
    const auto verdict = book.check(ann, id, seq, range);
    CAF_CHECK_EQUAL(name_of(verdict), name_of(want));
  }
  CAF_CHECK_EQUAL(name_of(book.check(bob, id, 9, {15, 18})), "refused");
}

CAF_TEST(a_revoked_lease_goes_on_behind_what_is_accepting) {
  lease_book book{5};
  const auto id = grant(book, {0, 10}, ann, 100);
  book.begin_accept(id, {0, 4});
  CAF_CHECK(book.revoke(id) == (index_range{4, 10}));
  check_load(book, ann, 0, 0, 0);
  book.adopt(id, {bob, 7, {{4, 10}, 1, 0}, 60});
  check_load(book, bob, 1, 6, 60);
  CAF_CHECK_EQUAL(book.find(id)->accepting(), 4u);
  CAF_CHECK(!book.end_accept(id, 4));
  book.begin_accept(id, {4, 10});
  CAF_CHECK(book.end_accept(id, 10));
  CAF_CHECK_EQUAL(book.size(), 0u);
  check_load(book, bob, 0, 0, 0);
}
