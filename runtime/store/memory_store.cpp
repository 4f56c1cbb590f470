#include "runtime/model/packed.hpp"
#include "runtime/store/kept_job.hpp"
#include "runtime/store/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

namespace troupe {

namespace {

/// The event that leads to a terminal state.
job_event event_of(job_state terminal) {
  switch (terminal) {
    case job_state::succeeded: return job_event::succeeded;
    case job_state::failed: return job_event::failed;
    default: return job_event::cancelled;
  }
}

/// Keeps everything in this process: nothing survives it, nothing waits for a
/// disk. Blobs are shared with the messages that brought them.
class memory_store final : public store {
public:
  explicit memory_store(const memory_store_options& options)
    : options_(options), term_(options.term) {
    // nop
  }

  uint64_t term() const override {
    return term_;
  }

  size_t bytes() const override {
    return bytes_;
  }

  size_t spare_bytes() const override {
    return spare_bytes_;
  }

  std::vector<job_snapshot> load() override;
  result<put_job_reply> put_job(const job_spec& spec,
                                uint64_t submitted_us) override;
  result<index_range> put_inputs(job_id job, const blob& packed, uint64_t seq,
                                 const std::string& near) override;
  result<void> close(job_id job) override;
  void accept(std::vector<accept_record>& records) override;
  void note_setbacks(const std::vector<setback>& setbacks) override;
  void note_function(job_id job, const std::string& type) override;
  void note_fatal(job_id job, const error& why) override;
  void note_leases(const std::vector<lease_event>& events) override;
  lease_history leases_of(job_id job) const override;
  void put_node(const std::string& name, bool up) override;
  std::vector<std::string> nodes() const override;
  void put_cordon(const std::string& node, bool cordoned) override;
  std::vector<std::string> cordoned() const override;
  void bury(const std::vector<dead_letter>& letters) override;
  std::vector<accept_record> log_after(job_id job, uint64_t seq,
                                       size_t bytes_max) const override;
  void put_checkpoint(job_id job, merge_checkpoint checkpoint) override;
  std::optional<merge_checkpoint> checkpoint(job_id job) const override;
  result<bool> finish(const job_status& final_status, blob result) override;
  const job_record* find(job_id job) const override;
  std::vector<job_id> jobs() const override;
  const std::vector<dead_letter>& dead_letters(job_id job) const override;
  std::vector<task_index>
  requeue(job_id job, const std::vector<task_index>& indices) override;
  uint64_t purge(job_id job, const std::vector<task_index>& indices) override;
  std::vector<kept_inputs> inputs_of(job_id job) const override;
  std::vector<kept_inputs> all_inputs_of(job_id job) const override;
  std::vector<attempt_record> past_of(job_id job,
                                      task_index index) const override;
  bool has_streamed_inputs(job_id job) const override;
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
      make_room();
      return {};
    }
    return fail(errc::store_full,
                fmt::format("the coordinator holds {} of at most {} bytes and "
                            "has no room for {} more: wait until jobs end, or "
                            "raise coordinator.memory",
                            bytes_, options_.bytes_max, bytes));
  }

  /// Keeps inputs of a job that are not needed any more, while there is room.
  void keep_spare(job_id job, size_t bytes) {
    if (bytes > 0) {
      spare_bytes_ += bytes;
      with_spare_.insert(job);
      if (jobs_.at(job).spare_dropped)
        drop_spare(job); // It cannot be run again with some of its inputs.
    }
    make_room();
  }

  /// Drops spare inputs, those of the oldest job first, until they fit. Spare
  /// is what is not needed, so it never makes the store full.
  void make_room() {
    auto most =
      std::min(options_.bytes_max / 4,
               options_.bytes_max - std::min(bytes_, options_.bytes_max));
    while (spare_bytes_ > most && !with_spare_.empty())
      drop_spare(*with_spare_.begin());
  }

  void drop_spare(job_id job) {
    if (with_spare_.erase(job) == 0)
      return;
    auto& kept = jobs_.at(job);
    spare_bytes_ -= kept.spare_bytes();
    kept.spare.clear();
    kept.spare_dropped = true;
  }

  /// Puts a name into a set or takes it out, and accounts for it.
  void put_name(std::set<std::string>& to, const std::string& name, bool in) {
    auto changed = in ? to.insert(name).second : to.erase(name) > 0;
    auto bytes = changed ? sizeof(name) + name.size() : 0;
    bytes_ = in ? bytes_ + bytes : bytes_ - bytes;
  }

  /// Changes what is known of a job's tasks and leases, and accounts for it.
  template <class Change>
  void change(kept_job& kept, Change how) {
    bytes_ -= kept.past_bytes();
    how();
    bytes_ += kept.past_bytes();
  }

  const memory_store_options options_;
  uint64_t term_ = 0;
  size_t bytes_ = 0;            ///< Without those of spare inputs.
  size_t spare_bytes_ = 0;      ///< Of spare inputs.
  std::set<job_id> with_spare_; ///< Jobs that have spare inputs.
  job_id last_id_ = 0;
  std::unordered_map<job_id, kept_job> jobs_;
  std::unordered_map<std::string, job_id> keys_;
  std::set<std::string> nodes_;    ///< Those that are up.
  std::set<std::string> cordoned_; ///< Up or not.
};

tl::unexpected<error> no_such_job(job_id job) {
  return fail(errc::unknown_job,
              fmt::format("there is no job {}: it never existed, or it ended "
                          "and is no longer kept",
                          job));
}

std::vector<job_snapshot> memory_store::load() {
  ++term_;
  std::vector<job_snapshot> result;
  result.reserve(jobs_.size());
  for (auto id : jobs())
    result.push_back(jobs_.at(id).snapshot());
  return result;
}

result<put_job_reply> memory_store::put_job(const job_spec& spec,
                                            uint64_t submitted_us) {
  if (!spec.key.empty())
    if (auto i = keys_.find(spec.key); i != keys_.end())
      return put_job_reply{i->second, true};
  kept_job kept;
  kept.record.spec = spec;
  kept.submitted_us = submitted_us;
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

result<index_range> memory_store::put_inputs(job_id job, const blob& packed,
                                             uint64_t seq,
                                             const std::string& near) {
  auto* kept = get(job);
  if (!kept)
    return no_such_job(job);
  auto& record = kept->record;
  if (record.state != job_state::open)
    return fail(errc::job_ended, fmt::format("job {} is {} and takes no more "
                                             "inputs: submit a new job",
                                             job, to_string(record.state)));
  index_range added{record.tasks, record.tasks};
  if (seq != 0 && seq <= kept->input_seq)
    return added;
  if (!packed.empty()) {
    auto view = packed_view::parse(packed.view());
    if (!view)
      return tl::unexpected{std::move(view.error())};
    added.end += view->size();
  }
  kept_chunk part{packed, added.end, added.size(), near};
  if (!added.empty())
    if (auto ok = reserve(footprint(part)); !ok)
      return tl::unexpected{std::move(ok.error())};
  kept->input_seq = std::max(kept->input_seq, seq);
  if (added.empty())
    return added;
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
    size_t spare = 0;
    change(*kept, [&] { spare = kept->complete(record); });
    bytes_ += footprint(record);
    bytes_ -= spare;
    kept->log.push_back(record);
    keep_spare(record.job, spare);
  }
}

void memory_store::bury(const std::vector<dead_letter>& letters) {
  for (const auto& letter : letters) {
    auto* kept = get_live(letter.job);
    if (!kept)
      continue;
    bytes_ += footprint(letter);
    change(*kept, [&] { kept->bury(letter); });
  }
}

void memory_store::note_setbacks(const std::vector<setback>& setbacks) {
  for (const auto& what : setbacks)
    if (auto* kept = get_live(what.job))
      change(*kept, [&] { kept->note(what); });
}

void memory_store::note_function(job_id job, const std::string& type) {
  if (auto* kept = get_live(job); kept && kept->record.function_type.empty())
    change(*kept, [&] { kept->record.function_type = type; });
}

void memory_store::note_fatal(job_id job, const error& why) {
  if (auto* kept = get_live(job); kept && kept->fatal.code == errc::ok)
    change(*kept, [&] { kept->fatal = why; });
}

void memory_store::note_leases(const std::vector<lease_event>& events) {
  for (const auto& what : events)
    if (auto* kept = get(what.job))
      change(*kept, [&] { kept->leases.add(what); });
}

lease_history memory_store::leases_of(job_id job) const {
  const auto* kept = get(job);
  return kept ? kept->leases : lease_history{};
}

void memory_store::put_node(const std::string& name, bool up) {
  put_name(nodes_, name, up);
}

std::vector<std::string> memory_store::nodes() const {
  return {nodes_.begin(), nodes_.end()};
}

void memory_store::put_cordon(const std::string& node, bool cordoned) {
  put_name(cordoned_, node, cordoned);
}

std::vector<std::string> memory_store::cordoned() const {
  return {cordoned_.begin(), cordoned_.end()};
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
  kept_job::release released;
  change(*kept, [&] { released = kept->release_all(); });
  bytes_ -= released.bytes;
  bytes_ += result.size();
  keep_spare(final_status.id, released.spare);
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

const std::vector<dead_letter>& memory_store::dead_letters(job_id job) const {
  static const std::vector<dead_letter> none;
  const auto* kept = get(job);
  return kept ? kept->dead : none;
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
  change(*kept, [&] { kept->resume(taken); });
  return taken;
}

uint64_t memory_store::purge(job_id job,
                             const std::vector<task_index>& indices) {
  auto* kept = get(job);
  if (!kept || !is_terminal(kept->record.state))
    return 0;
  size_t released = 0;
  auto dropped = kept->take_dead(indices, released).size();
  kept_job::release rest;
  change(*kept, [&] { rest = kept->release_all(); });
  bytes_ -= released + rest.bytes;
  keep_spare(job, rest.spare);
  return dropped;
}

std::vector<kept_inputs> memory_store::inputs_of(job_id job) const {
  std::vector<kept_inputs> result;
  if (const auto* kept = get(job))
    for (const auto& [first, part] : kept->chunks)
      result.push_back({{first, part.end}, part.inputs, part.near});
  return result;
}

std::vector<kept_inputs> memory_store::all_inputs_of(job_id job) const {
  auto result = inputs_of(job);
  if (const auto* kept = get(job))
    for (const auto& [first, part] : kept->spare)
      result.push_back({{first, part.end}, part.inputs, part.near});
  std::sort(result.begin(), result.end(), [](const auto& x, const auto& y) {
    return x.range.begin < y.range.begin;
  });
  return result;
}

std::vector<attempt_record> memory_store::past_of(job_id job,
                                                  task_index index) const {
  const auto* kept = get(job);
  const auto* past = kept ? kept->history.find(index) : nullptr;
  return past ? *past : std::vector<attempt_record>{};
}

bool memory_store::has_streamed_inputs(job_id job) const {
  const auto* kept = get(job);
  return kept && kept->input_seq > 0;
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
  bytes_ -= kept.bytes();
  drop_spare(job);
  jobs_.erase(i);
}

} // namespace

std::unique_ptr<store> make_memory_store(const memory_store_options& options) {
  return std::make_unique<memory_store>(options);
}

} // namespace troupe
