#include "runtime/model/attempt_history.hpp"

#include "runtime/base/limits.hpp"

#include <utility>

namespace troupe {

namespace {

size_t footprint(const attempt_record& x) {
  return sizeof(x) + x.text.size() + x.node.size();
}

/// Makes room for one more entry: the first one tells how it began, the last
/// ones how it ends.
size_t make_room(std::vector<attempt_record>& of) {
  if (of.size() < limits::history_attempts_max)
    return 0;
  auto released = footprint(of[1]);
  of.erase(of.begin() + 1);
  return released;
}

} // namespace

void attempt_history::add(task_index task, attempt_record what) {
  if (what.text.size() > limits::history_text_bytes_max)
    what.text.resize(limits::history_text_bytes_max);
  if (bytes_ + footprint(what) > limits::history_bytes_max)
    return;
  auto& of = tasks_[task];
  bytes_ -= make_room(of);
  bytes_ += footprint(what);
  of.push_back(std::move(what));
}

std::vector<attempt_record> attempt_history::take(task_index task,
                                                  attempt_record last) {
  entries result;
  if (auto i = tasks_.find(task); i != tasks_.end()) {
    result = i->second;
    erase(i);
  }
  make_room(result);
  result.push_back(std::move(last));
  return result;
}

void attempt_history::forget(task_index task) {
  if (auto i = tasks_.find(task); i != tasks_.end())
    erase(i);
}

const std::vector<attempt_record>*
attempt_history::find(task_index task) const {
  auto i = tasks_.find(task);
  return i == tasks_.end() ? nullptr : &i->second;
}

task_index attempt_history::first_in(index_range range) const {
  auto i = tasks_.lower_bound(range.begin);
  return i == tasks_.end() || i->first >= range.end ? range.end : i->first;
}

void attempt_history::erase(std::map<task_index, entries>::iterator what) {
  for (const auto& x : what->second)
    bytes_ -= footprint(x);
  tasks_.erase(what);
}

} // namespace troupe
