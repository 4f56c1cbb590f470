#pragma once

#include "runtime/base/escape.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/wire/validate.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What the checks of several messages share; for `validate*.cpp` only.
namespace troupe::validation {

template <class... Ts>
tl::unexpected<error> violation(fmt::format_string<Ts...> text, Ts&&... xs) {
  return fail(errc::protocol_violation,
              fmt::format(text, std::forward<Ts>(xs)...)
                + ": all nodes must run the same version of Troupe");
}

/// Returns the first failure of checks that are made only as long as all
/// before them succeeded.
template <class... Fs>
result<void> all_of(Fs... checks) {
  result<void> outcome;
  static_cast<void>(((outcome = checks()).has_value() && ...));
  return outcome;
}

template <class List>
inline result<void> check_each(const List& items) {
  for (const auto& item : items)
    if (auto ok = check(item); !ok)
      return ok;
  return {};
}

inline result<void> check_size(size_t size, size_t max,
                               std::string_view field) {
  if (size > max)
    return violation("{} has {} entries or bytes, more than {}", field, size,
                     max);
  return {};
}

inline result<void> check_name(std::string_view name, std::string_view field) {
  if (name.empty())
    return violation("{} is empty", field);
  if (name.size() > limits::name_bytes_max)
    return violation("{} has {} bytes, more than {}", field, name.size(),
                     limits::name_bytes_max);
  for (unsigned char c : name)
    if (c < 0x20 || c == 0x7F)
      return violation("{} {} has control characters", field, quote_text(name));
  return {};
}

inline result<void> check_names(const std::vector<std::string>& names,
                                size_t max, std::string_view field) {
  if (auto ok = check_size(names.size(), max, field); !ok)
    return ok;
  for (const auto& name : names)
    if (auto ok = check_name(name, field); !ok)
      return ok;
  return {};
}

inline result<void> check_job_id(job_id id, std::string_view field) {
  if (id == 0)
    return violation("{} names no job", field);
  return {};
}

inline result<void> check_lease_id(const lease_id& id, std::string_view field) {
  if (id.counter == 0 || id.term > limits::term_max)
    return violation("{} has the impossible lease {}", field, to_string(id));
  return {};
}

inline result<void> check_range(const index_range& range,
                                std::string_view field) {
  if (range.empty())
    return violation("{} has the empty range {}", field, to_string(range));
  if (range.end > limits::job_tasks_max)
    return violation("{} has the range {}, which ends after {}", field,
                     to_string(range), limits::job_tasks_max);
  return {};
}

inline result<void> check_credit(uint64_t credit, std::string_view field) {
  if (credit > limits::credit_max)
    return violation("{} is {}, more than {}", field, credit,
                     limits::credit_max);
  return {};
}

/// Checks what a task needs, or what a worker offers.
inline result<void> check_resources(const resource_set& what,
                                    std::string_view field) {
  if (auto ok = validate(what); !ok)
    return violation("{} cannot be: {}", field, ok.error().text);
  return {};
}

} // namespace troupe::validation
