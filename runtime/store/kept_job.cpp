#include "runtime/store/kept_job.hpp"

#include <algorithm>
#include <iterator>

namespace troupe {

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

size_t footprint(const kept_chunk& x) {
  return sizeof(x) + x.inputs.size() + x.near.size();
}

size_t kept_job::base_bytes() const {
  const auto& spec = record.spec;
  const auto& options = spec.options;
  auto result = sizeof(*this) + spec.args.size() + spec.name.size()
                + spec.key.size() + spec.input_type.size()
                + spec.args_type.size() + options.placement.size();
  for (const auto* labels : {&options.labels, &options.prefers})
    for (const auto& label : *labels)
      result += sizeof(label) + label.size();
  for (const auto& need : options.needs.named)
    result += sizeof(need) + need.name.size();
  return result;
}

size_t kept_job::past_bytes() const {
  return settled.bytes() + counts.bytes() + history.bytes() + first_dead.size()
         + fatal.text.size() + record.function_type.size() + leases.bytes();
}

size_t kept_job::bytes() const {
  auto result = base_bytes() + past_bytes() + record.result.size();
  for (const auto& [first, part] : chunks)
    result += footprint(part);
  for (const auto& letter : dead)
    result += footprint(letter);
  for (const auto& entry : log)
    result += footprint(entry);
  return result + (merged ? footprint(*merged) : 0);
}

size_t kept_job::complete(const accept_record& done) {
  attempts += done.range.size();
  auto before = settled.size();
  auto begin = done.range.begin;
  for (auto i = done.failed.begin(); i != done.failed.end();) {
    settle({begin, *i});
    index_range run{*i, *i + 1};
    while (++i != done.failed.end() && *i == run.end)
      ++run.end;
    counts.add(run, {1, 0});
    begin = run.end;
  }
  settle({begin, done.range.end});
  succeeded += settled.size() - before;
  return release_inputs(done);
}

void kept_job::settle(index_range range) {
  settled.add(range);
  counts.forget(range);
  for (auto rest = range; (rest.begin = history.first_in(rest)) < rest.end;
       ++rest.begin)
    history.forget(rest.begin);
}

size_t kept_job::release_inputs(const accept_record& done) {
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
      i = put_aside(i);
    } else {
      ++i;
    }
  }
  return released;
}

/// Moves a chunk to the spare ones. @returns the next one.
kept_job::chunk_position kept_job::put_aside(chunk_position which) {
  auto next = std::next(which);
  spare.insert(chunks.extract(which));
  return next;
}

size_t kept_job::spare_bytes() const {
  size_t result = 0;
  for (const auto& [first, part] : spare)
    result += footprint(part);
  return result;
}

void kept_job::bury(const dead_letter& letter) {
  settle({letter.index, letter.index + 1});
  if (first_dead.empty())
    first_dead = "task " + std::to_string(letter.index) + ": "
                 + to_string(error{letter.code, letter.text});
  auto behind = std::upper_bound(
    dead.begin(), dead.end(), letter,
    [](const auto& x, const auto& y) { return x.index < y.index; });
  dead.insert(behind, letter);
}

void kept_job::note(const setback& what) {
  if (what.index >= record.tasks || settled.contains(what.index))
    return;
  if (what.blamed)
    counts.add({what.index, what.index + 1}, {0, 1});
  history.add(what.index, what.what);
}

kept_job::release kept_job::release_all() {
  settled.clear();
  counts.clear();
  history = {};
  first_dead.clear();
  release result;
  if (dead.empty()) {
    for (const auto& entry : log)
      result.bytes += footprint(entry);
    log = {};
    if (merged)
      result.bytes += footprint(*merged);
    merged.reset();
  }
  auto wanted = dead.begin();
  for (auto i = chunks.begin(); i != chunks.end();) {
    const auto& [first, part] = *i;
    while (wanted != dead.end() && wanted->index < first)
      ++wanted;
    if (wanted != dead.end() && wanted->index < part.end) {
      ++i;
      continue;
    }
    result.spare += footprint(part);
    i = put_aside(i);
  }
  result.bytes += result.spare;
  return result;
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
  return taken;
}

void kept_job::resume(const std::vector<task_index>& ready) {
  record.result = {};
  record.spec.options.deadline_unix_ms = 0;
  fatal = {};
  task_index next = 0;
  for (auto index : ready) {
    settled.add({next, index});
    next = index + 1;
  }
  settled.add({next, record.tasks});
}

job_snapshot kept_job::snapshot() const {
  job_snapshot result;
  result.record.id = record.id;
  result.record.spec = record.spec;
  result.record.function_type = record.function_type;
  result.record.state = record.state;
  result.record.tasks = record.tasks;
  result.record.last = record.last;
  result.submitted_us = submitted_us;
  result.input_seq = input_seq;
  result.succeeded = succeeded;
  result.dead = dead.size();
  result.attempts = attempts;
  result.first_dead = first_dead;
  result.fatal = fatal;
  result.last_seq = last_seq;
  if (merged)
    result.merged = *merged;
  if (is_terminal(record.state))
    return result;
  result.ready = settled.gaps({0, record.tasks});
  auto left = result.ready.begin();
  for (const auto& [first, part] : chunks) {
    while (left != result.ready.end() && left->end <= first)
      ++left;
    if (left != result.ready.end() && left->begin < part.end)
      result.inputs.push_back({{first, part.end}, part.inputs, part.near});
  }
  result.pasts = pasts(result.ready);
  return result;
}

std::vector<task_past>
kept_job::pasts(const std::vector<index_range>& ready) const {
  std::vector<task_past> result;
  for (auto rest : ready)
    for (;; ++rest.begin) {
      rest.begin = std::min(counts.first_in(rest), history.first_in(rest));
      if (rest.empty())
        break;
      auto [failed, blamed] = counts.of(rest.begin);
      auto& past = result.emplace_back();
      past = {rest.begin, failed, blamed, {}};
      if (const auto* of = history.find(rest.begin))
        past.history = *of;
    }
  return result;
}

} // namespace troupe
