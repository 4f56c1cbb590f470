#include "runtime/telemetry/log_ring.hpp"

#include "runtime/base/escape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace troupe {

namespace {

/// Room for the mark of what was cut.
constexpr size_t mark_bytes_max = 32;

/// What a record takes besides its text, roughly.
constexpr size_t overhead_bytes = sizeof(kept_record);

size_t bytes_of(const kept_record& x) {
  auto bytes = overhead_bytes + x.component.size() + x.text.size();
  for (const auto& [key, value] : x.fields)
    bytes += key.size() + value.size();
  return bytes;
}

/// Takes what fits into `room` and makes it smaller.
std::string taken(std::string_view text, size_t& room) {
  if (text.size() <= room) {
    room -= text.size();
    return std::string{text};
  }
  auto end = room - std::min(room, mark_bytes_max);
  for (int back = 0; end > 0 && back < 3 && (text[end] & 0xC0) == 0x80; ++back)
    --end;
  room = 0;
  return fmt::format("{}... ({} bytes cut)", text.substr(0, end),
                     text.size() - end);
}

} // namespace

log_ring::log_ring(size_t records_max, size_t bytes_max)
  : records_max_(records_max), bytes_max_(bytes_max) {
  // nop
}

void log_ring::push(int64_t time_us, const log_record& record) {
  kept_record kept;
  kept.time_us = time_us;
  kept.level = record.level;
  auto room = record_bytes_max;
  kept.component = taken(record.component, room);
  kept.text = taken(record.text, room);
  for (const auto& [key, value] : record.fields) {
    if (room == 0)
      break;
    auto name = taken(key, room);
    kept.fields.emplace_back(std::move(name), taken(value, room));
  }
  std::lock_guard guard{mutex_};
  kept.seq = ++last_seq_;
  bytes_ += bytes_of(kept);
  records_.push_back(std::move(kept));
  while (records_.size() > records_max_
         || (bytes_ > bytes_max_ && records_.size() > 1)) {
    bytes_ -= bytes_of(records_.front());
    records_.pop_front();
  }
}

log_ring::page log_ring::read(uint64_t after, size_t most, log_level lowest,
                              size_t bytes_max) const {
  page result;
  std::lock_guard guard{mutex_};
  // Whoever asks with a number of another process starts anew.
  if (after > last_seq_)
    after = 0;
  result.next = after;
  auto first = last_seq_ - records_.size();
  if (after < first)
    result.lost = first - after;
  size_t bytes = 0;
  for (auto i = std::max(after, first) - first; i < records_.size(); ++i) {
    const auto& x = records_[i];
    if (x.level >= lowest) {
      bytes += bytes_of(x);
      auto full = bytes > bytes_max && !result.records.empty();
      if (result.records.size() == most || full) {
        result.more = true;
        return result;
      }
      result.records.push_back(x);
    }
    result.next = x.seq;
  }
  return result;
}

uint64_t log_ring::before_last(size_t most, log_level lowest) const {
  std::lock_guard guard{mutex_};
  for (auto i = records_.rbegin(); i != records_.rend(); ++i)
    if (i->level >= lowest) {
      if (most == 0)
        return i->seq;
      --most;
    }
  return records_.empty() ? last_seq_ : records_.front().seq - 1;
}

} // namespace troupe
