#pragma once

#include "runtime/base/clock.hpp"
#include "runtime/base/ids.hpp"

#include <chrono>
#include <compare>
#include <cstdint>
#include <iterator>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

namespace troupe {

/// What a job asks of the order in which jobs are served.
struct job_rank {
  int32_t priority = 0; ///< Higher ones first.
  uint32_t weight = 1;  ///< Share among jobs of equal priority; at least 1.
};

/// In which order jobs get workers. Higher priorities come first. Jobs of equal
/// priority share the workers' time by weight: each has a virtual time that
/// grows with what it was granted, divided by its weight, and the least comes
/// first (start-time fair queueing: P. Goyal, H. Vin, H. Cheng, SIGCOMM 1996).
/// A job that comes, or comes back, begins at the virtual time of the job that
/// was served last, so waiting earns no credit. Jobs of equal virtual time
/// come in the order of their ids.
///
/// So that nothing starves, each `ageing_turn`-th lease goes to the job that
/// was not served for longest, if that is longer than `ageing_after`.
class job_order {
public:
  /// Where a job stands; the least is served first.
  struct place {
    int64_t rank = 0; ///< The priority, turned round.
    uint64_t virtual_ns = 0;
    job_id job = 0;

    friend auto operator<=>(const place&, const place&) = default;
  };

  /// Jobs that wait for the same kind of worker, in the order above.
  class queue {
  public:
    bool empty() const {
      return places_.empty();
    }

    bool contains(job_id job) const {
      return waiting_.contains(job);
    }

    /// Returns how many jobs wait.
    size_t size() const {
      return places_.size();
    }

    /// Precondition: not empty.
    const place& front() const {
      return *places_.begin();
    }

    /// Returns how many jobs come before a place. Costs O(that many).
    size_t before(const place& at) const {
      return static_cast<size_t>(
        std::distance(places_.begin(), places_.lower_bound(at)));
    }

    /// Returns the job that waits for longest, and since when.
    /// Precondition: not empty.
    std::pair<time_point, job_id> oldest() const {
      return *since_.begin();
    }

  private:
    friend class job_order;

    struct entry {
      place at;
      time_point since{};
    };

    std::set<place> places_;
    std::set<std::pair<time_point, job_id>> since_;
    std::unordered_map<job_id, entry> waiting_;
  };

  /// Lets the longest unserved job have one of so many leases,
  static constexpr uint64_t ageing_turn = 8;
  /// if it was not served for so long.
  static constexpr std::chrono::seconds ageing_after{30};

  /// Takes a job in; one that is known stays as it is.
  void add(job_id job, const job_rank& rank);
  void remove(job_id job, queue& from);

  /// From now on the job waits there.
  /// Precondition: it was added.
  void enter(job_id job, queue& to, time_point now);

  /// It waits no more.
  void leave(job_id job, queue& from);

  /// A job was granted work of about `ns` nanoseconds; it goes on waiting.
  void charge(job_id job, uint64_t ns, queue& in, time_point now);

  /// Returns where a job would stand now.
  place place_of(job_id job) const;

private:
  void insert(job_id job, queue& to, time_point now) const;

  struct account {
    job_rank rank;
    uint64_t virtual_ns = 0;
  };

  /// All jobs of one priority.
  struct group {
    uint64_t jobs = 0;
    uint64_t served_ns = 0; ///< The virtual time at which one began last.
  };

  std::unordered_map<job_id, account> jobs_;
  std::map<int32_t, group> groups_; ///< By priority.
};

} // namespace troupe
