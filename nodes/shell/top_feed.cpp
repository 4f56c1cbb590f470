#include "nodes/shell/top_feed.hpp"

#include "nodes/shell/top_details.hpp"
#include "runtime/base/escape.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace troupe::shell {

namespace {

using clock = std::chrono::steady_clock;

} // namespace

struct top_feed::shared {
  shared(client x, context y, std::chrono::milliseconds z)
    : from(std::move(x)), target(std::move(y)), interval(z) {
    // nop
  }

  const client from;
  const context target;
  const std::chrono::milliseconds interval;
  std::mutex mutex;
  std::condition_variable changed;
  bool ended = false;
  bool runs = true;
  std::optional<top_subject> wanted;
  size_t columns = 80;
  bool is_lost = false;
  std::optional<clock::time_point> asked_at; ///< As long as it waits.
  news fresh;
};

top_feed::top_feed(client from, context target,
                   std::chrono::milliseconds interval)
  : shared_(
    std::make_shared<shared>(std::move(from), std::move(target), interval)) {
  // Nobody waits for it: what it asks may take as long as a request.
  std::thread{[state = shared_] { run(state); }}.detach();
}

top_feed::~top_feed() {
  std::lock_guard guard{shared_->mutex};
  shared_->ended = true;
  shared_->changed.notify_all();
}

void top_feed::look_into(const std::optional<top_subject>& about,
                         size_t columns) {
  std::lock_guard guard{shared_->mutex};
  shared_->columns = columns;
  if (shared_->wanted == about)
    return;
  shared_->wanted = about;
  if (about)
    shared_->changed.notify_all();
}

top_feed::news top_feed::take() {
  std::lock_guard guard{shared_->mutex};
  auto out = std::exchange(shared_->fresh, {});
  if (shared_->asked_at)
    out.waited = std::chrono::duration_cast<std::chrono::milliseconds>(
      clock::now() - *shared_->asked_at);
  return out;
}

void top_feed::finish() {
  std::unique_lock lock{shared_->mutex};
  shared_->ended = true;
  shared_->changed.notify_all();
  shared_->changed.wait(lock, [this] { return !shared_->runs; });
}

void top_feed::run(const std::shared_ptr<shared>& state) {
  std::unique_lock lock{state->mutex};
  while (!state->ended) {
    auto about = state->wanted;
    auto columns = state->columns;
    state->asked_at = clock::now();
    lock.unlock();
    std::vector<std::string> details;
    if (about)
      details = details_of(state->from, *about, columns);
    auto view = view_cluster(state->from, state->target);
    lock.lock();
    state->asked_at.reset();
    if (about) {
      state->fresh.about = about;
      state->fresh.details = std::move(details);
    }
    if (view) {
      state->fresh.view = std::move(*view);
      if (std::exchange(state->is_lost, false))
        state->fresh.lost = "";
    } else {
      state->is_lost = true;
      state->fresh.lost = escape_text(to_string(from_caf(view.error())));
    }
    state->changed.wait_for(lock, state->interval, [&] {
      return state->ended || (state->wanted && state->wanted != about);
    });
  }
  state->runs = false;
  state->changed.notify_all();
}

} // namespace troupe::shell
