#pragma once

#include "runtime/base/error.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace troupe {

/// One of a resource, in the ten-thousandths in which amounts are counted:
/// fractions add up exactly.
constexpr uint64_t resource_unit = 10'000;

/// An amount of a resource that has a name, such as `gpu`.
struct named_amount {
  std::string name;
  uint64_t amount = 0; ///< In ten-thousandths.

  friend bool operator==(const named_amount&, const named_amount&) = default;
};

/// What a task needs while it runs, or what a worker offers to its tasks
/// together (with 0 cpus: one for each of its slots).
struct resource_set {
  uint64_t cpus = resource_unit; ///< In ten-thousandths.
  uint64_t memory_bytes = 0;
  std::vector<named_amount> named; ///< Ascending by name, each name once.

  friend bool operator==(const resource_set&, const resource_set&) = default;
};

/// Returns the amount of a named resource; 0 if the set has none.
uint64_t amount_of(const resource_set& set, const std::string& name);

/// Whether `offer` has at least what is needed of each resource.
bool covers(const resource_set& offer, const resource_set& need);

/// Adds to `to` what `what` has.
void add(resource_set& to, const resource_set& what);

/// Takes from `from` what `what` has. Precondition: `covers(from, what)`.
void subtract(resource_set& from, const resource_set& what);

/// Renders `cpus=0.5 memory=1GiB gpu=1`, leaving out what is 0.
std::string to_string(const resource_set& set);

/// Renders an amount in ten-thousandths: `2`, `0.5`.
std::string amount_text(uint64_t amount);

/// Reads an amount of at most four decimals, in (0, 1 000 000].
/// Errors: `bad_usage` naming the text.
result<uint64_t> parse_amount(const std::string& text);

/// Reads a comma-separated list `gpu:1,licence:0.5`.
/// Errors: `bad_usage` naming the part.
result<std::vector<named_amount>> parse_named(const std::string& text);

/// Checks names, their order, and bounds of what a peer says it needs or
/// offers. Errors: `bad_args`.
result<void> validate(const resource_set& set);

} // namespace troupe
