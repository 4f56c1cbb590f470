#include "runtime/model/packed.hpp"
#include "runtime/store/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <unordered_map>
#include <utility>

namespace troupe {

namespace {

/// Packed inputs, released when every one of them has its result.
struct chunk {
  blob inputs;
  task_index end = 0; ///< Its first index is its key.
  uint64_t missing = 0;
};

/// The event that leads to a terminal state.
job_event event_of(job_state terminal) {
  switch (terminal) {
    case job_state::succeeded: return job_event::succeeded;
    case job_state::failed: return job_event::failed;
    default: return job_event::cancelled;
  }
}

size_t footprint(const accept_record& x) {
  return sizeof(x) + x.results.size() + x.failed.size() * sizeof(task_index);
}

size_t footprint(const dead_letter& x) {
  auto bytes = sizeof(x) + x.text.size() + x.node.size();
  for (const auto& attempt : x.history)
    bytes += sizeof(attempt) + attempt.text.size() + attempt.node.size();
  return bytes;
}

size_t footprint(const merge_checkpoint& x) {
  return x.merged.size() + x.covered.size() * sizeof(index_range);
}

size_t footprint(const chunk& x) {
  return sizeof(x) + x.inputs.size();
}

/// One job and all that belongs to it.
struct kept_job {
  job_record record;
  std::map<task_index, chunk> chunks; ///< By first index.
  std::vector<accept_record> log;     ///< Without gaps, ascending by `seq`.
  uint64_t last_seq = 0;
  std::optional<merge_checkpoint> merged;
  std::vector<dead_letter> dead;

  size_t base_bytes() const {
    const auto& spec = record.spec;
    return sizeof(*this) + spec.args.size() + spec.name.size() + spec.key.size()
           + spec.input_type.size() + spec.args_type.size();
  }

  /// Removes `successes` inputs of the chunks in `range` from what is missing.
  /// @returns the bytes that this released.
  size_t complete(const accept_record& done);

  /// Drops what nobody needs when the job has ended: all inputs but those of
  /// dead letters, and log and checkpoint if there are none.
  /// @returns the bytes that this released.
  size_t release_all();

  /// Takes letters out. @returns their indices, ascending.
  std::vector<task_index> take_dead(const std::vector<task_index>& indices,
                                    size_t& released);
};

size_t kept_job::complete(const accept_record& done) {
  size_t released = 0;
  auto failed = done.failed.begin();
  auto i = chunks.upper_bound(done.range.begin);
  if (i != chunks.begin())
    --i; // The chunk that may reach into the range.
  while (i != chunks.end() && i->first < done.range.end) {
    auto& [first, part] = *i;
    auto begin = std::max(first, done.range.begin);
    auto end = std::min(part.end, done.range.end);
    if (begin < end) {
      failed = std::lower_bound(failed, done.failed.end(), begin);
      auto after = std::lower_bound(failed, done.failed.end(), end);
      auto successes = end - begin - static_cast<uint64_t>(after - failed);
      failed = after;
      part.missing -= std::min(part.missing, successes);
    }
    if (part.missing == 0) {
      released += footprint(part);
      i = chunks.erase(i);
    } else {
      ++i;
    }
  }
  return released;
}

size_t kept_job::release_all() {
  size_t released = 0;
  if (dead.empty()) {
    for (const auto& entry : log)
      released += footprint(entry);
    log = {};
    if (merged)
      released += footprint(*merged);
    merged.reset();
  }
  std::vector<task_index> needed;
  for (const auto& letter : dead)
    needed.push_back(letter.index);
  std::sort(needed.begin(), needed.end());
  std::erase_if(chunks, [&](const auto& entry) {
    const auto& [first, part] = entry;
    auto i = std::lower_bound(needed.begin(), needed.end(), first);
    if (i != needed.end() && *i < part.end)
      return false;
    released += footprint(part);
    return true;
  });
  return released;
}

std::vector<task_index>
kept_job::take_dead(const std::vector<task_index>& indices, size_t& released) {
  auto wanted = indices;
  std::sort(wanted.begin(), wanted.end());
  std::vector<task_index> taken;
  std::erase_if(dead, [&](const dead_letter& letter) {
    if (!std::binary_search(wanted.begin(), wanted.end(), letter.index))
      return false;
    released += footprint(letter);
    taken.push_back(letter.index);
    return true;
  });
  std::sort(taken.begin(), taken.end());
  return taken;
}

/// Keeps everything in this process: nothing survives it, nothing waits for a
/// disk. Blobs are shared with the messages that brought them.
class memory_store final : public store {
public:
  explicit memory_store(const memory_store_options& options)
    : options_(options) {
    // nop
  }

  uint64_t term() const override {
    return options_.term;
  }

  size_t bytes() const override {
    return bytes_;
  }

  result<put_job_reply> put_job(const job_spec& spec) override;
  result<index_range> put_inputs(job_id job, const blob& packed) override;
  result<void> close(job_id job) override;
  void accept(std::vector<accept_record>& records) override;
  void bury(const std::vector<dead_letter>& letters) override;
  std::vector<accept_record> log_after(job_id job, uint64_t seq,
                                       size_t bytes_max) const override;
  void put_checkpoint(job_id job, merge_checkpoint checkpoint) override;
  std::optional<merge_checkpoint> checkpoint(job_id job) const override;
  result<bool> finish(const job_status& final_status, blob result) override;
  const job_record* find(job_id job) const override;
  std::vector<job_id> jobs() const override;
  std::vector<dead_letter> dead_letters(job_id job) const override;
  std::vector<task_index>
  requeue(job_id job, const std::vector<task_index>& indices) override;
  uint64_t purge(job_id job, const std::vector<task_index>& indices) override;
  std::vector<kept_inputs> inputs_of(job_id job) const override;
  uint64_t last_seq(job_id job) const override;
  void forget(job_id job) override;

private:
  kept_job* get(job_id job) {
    auto i = jobs_.find(job);
    return i == jobs_.end() ? nullptr : &i->second;
  }

  const kept_job* get(job_id job) const {
    auto i = jobs_.find(job);
    return i == jobs_.end() ? nullptr : &i->second;
  }

  /// Returns the job unless it is unknown or has ended.
  kept_job* get_live(job_id job) {
    auto* kept = get(job);
    return kept && !is_terminal(kept->record.state) ? kept : nullptr;
  }

  result<void> reserve(size_t bytes) {
    if (bytes <= options_.bytes_max && bytes_ <= options_.bytes_max - bytes) {
      bytes_ += bytes;
      return {};
    }
    return fail(errc::store_full,
                fmt::format("the coordinator holds {} of at most {} bytes and "
                            "has no room for {} more: wait until jobs end, or "
                            "raise coordinator.memory",
                            bytes_, options_.bytes_max, bytes));
  }

  const memory_store_options options_;
  size_t bytes_ = 0;
  job_id last_id_ = 0;
  std::unordered_map<job_id, kept_job> jobs_;
  std::unordered_map<std::string, job_id> keys_;
};

tl::unexpected<error> no_such_job(job_id job) {
  return fail(errc::unknown_job,
              fmt::format("there is no job {}: it never existed, or it ended "
                          "and is no longer kept",
                          job));
}

result<put_job_reply> memory_store::put_job(const job_spec& spec) {
  if (!spec.key.empty())
    if (auto i = keys_.find(spec.key); i != keys_.end())
      return put_job_reply{i->second, true};
  kept_job kept;
  kept.record.spec = spec;
  if (auto ok = reserve(kept.base_bytes()); !ok)
    return tl::unexpected{std::move(ok.error())};
  auto id = ++last_id_;
  kept.record.id = id;
  if (spec.inputs != input_kind::chunks) {
    // Nothing can follow: the range says it all.
    kept.record.state = job_state::running;
    kept.record.tasks = task_count(spec.inputs, spec.range);
  }
  jobs_.emplace(id, std::move(kept));
  if (!spec.key.empty())
    keys_.emplace(spec.key, id);
  return put_job_reply{id, false};
}

result<index_range> memory_store::put_inputs(job_id job, const blob& packed) {
  auto* kept = get(job);
  if (!kept)
    return no_such_job(job);
  auto& record = kept->record;
  if (record.state != job_state::open)
    return fail(errc::job_ended, fmt::format("job {} is {} and takes no more "
                                             "inputs: submit a new job",
                                             job, to_string(record.state)));
  if (packed.empty())
    return index_range{record.tasks, record.tasks};
  auto view = packed_view::parse(packed.view());
  if (!view)
    return tl::unexpected{std::move(view.error())};
  index_range added{record.tasks, record.tasks + view->size()};
  if (added.empty())
    return added;
  chunk part{packed, added.end, added.size()};
  if (auto ok = reserve(footprint(part)); !ok)
    return tl::unexpected{std::move(ok.error())};
  kept->chunks.emplace_hint(kept->chunks.end(), added.begin, std::move(part));
  record.tasks = added.end;
  return added;
}

result<void> memory_store::close(job_id job) {
  auto* kept = get(job);
  if (!kept)
    return no_such_job(job);
  auto& state = kept->record.state;
  if (is_terminal(state))
    return fail(errc::job_ended,
                fmt::format("job {} is {} and cannot be closed: submit a new "
                            "job",
                            job, to_string(state)));
  state = job_state::running; // Closing twice is harmless.
  return {};
}

void memory_store::accept(std::vector<accept_record>& records) {
  for (auto& record : records) {
    record.seq = 0;
    auto* kept = get_live(record.job);
    if (!kept)
      continue;
    record.seq = ++kept->last_seq;
    bytes_ -= kept->complete(record);
    bytes_ += footprint(record);
    kept->log.push_back(record);
  }
}

void memory_store::bury(const std::vector<dead_letter>& letters) {
  for (const auto& letter : letters) {
    auto* kept = get_live(letter.job);
    if (!kept)
      continue;
    bytes_ += footprint(letter);
    kept->dead.push_back(letter);
  }
}

std::vector<accept_record> memory_store::log_after(job_id job, uint64_t seq,
                                                   size_t bytes_max) const {
  std::vector<accept_record> page;
  const auto* kept = get(job);
  if (!kept || kept->log.empty() || kept->last_seq <= seq)
    return page;
  auto first = kept->log.front().seq;
  auto skip = seq < first ? 0 : seq + 1 - first;
  size_t bytes = 0;
  for (auto i = kept->log.begin() + static_cast<ptrdiff_t>(skip);
       i != kept->log.end(); ++i) {
    bytes += footprint(*i);
    if (!page.empty() && bytes > bytes_max)
      break;
    page.push_back(*i);
  }
  return page;
}

void memory_store::put_checkpoint(job_id job, merge_checkpoint checkpoint) {
  auto* kept = get_live(job);
  if (!kept || (kept->merged && checkpoint.seq < kept->merged->seq))
    return; // A late one of an aggregator that was replaced.
  auto& log = kept->log;
  auto end = std::find_if(log.begin(), log.end(), [&](const auto& x) {
    return x.seq > checkpoint.seq;
  });
  for (auto i = log.begin(); i != end; ++i)
    bytes_ -= footprint(*i);
  log.erase(log.begin(), end);
  if (kept->merged)
    bytes_ -= footprint(*kept->merged);
  bytes_ += footprint(checkpoint);
  kept->merged = std::move(checkpoint);
}

std::optional<merge_checkpoint> memory_store::checkpoint(job_id job) const {
  const auto* kept = get(job);
  return kept ? kept->merged : std::nullopt;
}

result<bool> memory_store::finish(const job_status& final_status, blob result) {
  auto* kept = get(final_status.id);
  if (!kept)
    return no_such_job(final_status.id);
  auto& record = kept->record;
  if (is_terminal(record.state))
    return false;
  if (!is_terminal(final_status.state)
      || !next_state(record.state, event_of(final_status.state)))
    return fail(errc::bad_transition,
                fmt::format("job {} is {} and cannot end as {}",
                            final_status.id, to_string(record.state),
                            to_string(final_status.state)));
  bytes_ -= kept->release_all();
  bytes_ += result.size();
  record.state = final_status.state;
  record.last = final_status;
  record.result = std::move(result);
  return true;
}

const job_record* memory_store::find(job_id job) const {
  const auto* kept = get(job);
  return kept ? &kept->record : nullptr;
}

std::vector<job_id> memory_store::jobs() const {
  std::vector<job_id> ids;
  ids.reserve(jobs_.size());
  for (const auto& entry : jobs_)
    ids.push_back(entry.first);
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::vector<dead_letter> memory_store::dead_letters(job_id job) const {
  const auto* kept = get(job);
  return kept ? kept->dead : std::vector<dead_letter>{};
}

std::vector<task_index>
memory_store::requeue(job_id job, const std::vector<task_index>& indices) {
  auto* kept = get(job);
  if (!kept)
    return {};
  auto& record = kept->record;
  auto next = next_state(record.state, job_event::requeued);
  if (!next)
    return {};
  size_t released = 0;
  auto taken = kept->take_dead(indices, released);
  if (taken.empty())
    return taken;
  bytes_ -= released + record.result.size();
  record.state = *next;
  record.result = {};
  return taken;
}

uint64_t memory_store::purge(job_id job,
                             const std::vector<task_index>& indices) {
  auto* kept = get(job);
  if (!kept || !is_terminal(kept->record.state))
    return 0;
  size_t released = 0;
  auto dropped = kept->take_dead(indices, released).size();
  bytes_ -= released + kept->release_all();
  return dropped;
}

std::vector<kept_inputs> memory_store::inputs_of(job_id job) const {
  std::vector<kept_inputs> result;
  if (const auto* kept = get(job))
    for (const auto& [first, part] : kept->chunks)
      result.push_back({{first, part.end}, part.inputs});
  return result;
}

uint64_t memory_store::last_seq(job_id job) const {
  const auto* kept = get(job);
  return kept ? kept->last_seq : 0;
}

void memory_store::forget(job_id job) {
  auto i = jobs_.find(job);
  if (i == jobs_.end() || !is_terminal(i->second.record.state))
    return;
  auto& kept = i->second;
  if (const auto& key = kept.record.spec.key; !key.empty())
    keys_.erase(key);
  bytes_ -= kept.base_bytes() + kept.record.result.size();
  for (const auto& [first, part] : kept.chunks)
    bytes_ -= footprint(part);
  for (const auto& letter : kept.dead)
    bytes_ -= footprint(letter);
  for (const auto& entry : kept.log)
    bytes_ -= footprint(entry);
  if (kept.merged)
    bytes_ -= footprint(*kept.merged);
  jobs_.erase(i);
}

} // namespace

std::unique_ptr<store> make_memory_store(const memory_store_options& options) {
  return std::make_unique<memory_store>(options);
}

} // namespace troupe
