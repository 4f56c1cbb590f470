#include "nodes/shell/value_cache.hpp"

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>

namespace troupe::shell {

struct value_cache::state {
  struct entry {
    values items;
    std::optional<clock::time_point> fetched_at;
    uint64_t answers = 0;
  };

  bool is_fresh(const entry& what) const {
    return what.fetched_at && clock::now() - *what.fetched_at < fresh;
  }

  /// The thread's loop.
  void run() {
    std::unique_lock guard{mutex};
    for (;;) {
      changed.wait(guard, [this] { return stopped || !wanted.empty(); });
      if (stopped)
        return;
      auto kind = *wanted.begin();
      auto asked = generation;
      guard.unlock();
      auto items = fetch(kind);
      guard.lock();
      wanted.erase(kind);
      if (asked != generation) { // Of another cluster.
        wanted.insert(kind);
        continue;
      }
      auto& into = entries[kind];
      into.items = std::move(items);
      into.fetched_at = clock::now();
      ++into.answers;
      changed.notify_all();
    }
  }

  std::function<values(value_kind)> fetch;
  std::chrono::milliseconds patience{0};
  std::chrono::milliseconds fresh{0};
  std::mutex mutex;
  std::condition_variable changed;
  bool stopped = false;
  uint64_t generation = 0;
  std::set<value_kind> wanted;
  std::map<value_kind, entry> entries;
};

value_cache::value_cache(std::function<values(value_kind)> fetch,
                         std::chrono::milliseconds patience,
                         std::chrono::milliseconds fresh)
  : state_(std::make_shared<state>()) {
  state_->fetch = std::move(fetch);
  state_->patience = patience;
  state_->fresh = fresh;
  std::thread{[shared = state_] { shared->run(); }}.detach();
}

value_cache::~value_cache() {
  std::unique_lock guard{state_->mutex};
  state_->stopped = true;
  state_->changed.notify_all();
}

value_cache::values value_cache::get(value_kind kind) {
  std::unique_lock guard{state_->mutex};
  if (state_->is_fresh(state_->entries[kind]))
    return state_->entries[kind].items;
  auto before = state_->entries[kind].answers;
  state_->wanted.insert(kind);
  state_->changed.notify_all();
  state_->changed.wait_for(guard, state_->patience, [&] {
    return state_->entries[kind].answers != before;
  });
  return state_->entries[kind].items;
}

void value_cache::forget() {
  std::unique_lock guard{state_->mutex};
  state_->entries.clear();
  ++state_->generation;
}

} // namespace troupe::shell
