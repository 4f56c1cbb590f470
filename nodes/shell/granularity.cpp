#include "nodes/shell/granularity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace troupe::shell {

namespace {

constexpr double half = 0.5;

} // namespace

std::vector<std::chrono::nanoseconds>
granularity_lengths(std::chrono::nanoseconds shortest,
                    std::chrono::nanoseconds longest) {
  std::vector<std::chrono::nanoseconds> out;
  for (std::chrono::nanoseconds decade{1}; decade <= longest; decade *= 10)
    for (auto factor : {1, 2, 5})
      if (auto length = factor * decade;
          length >= shortest && length <= longest)
        out.push_back(length);
  return out;
}

uint64_t granularity_tasks(std::chrono::nanoseconds length,
                           std::chrono::milliseconds time, uint64_t slots) {
  auto per_slot = std::chrono::nanoseconds{time} / length;
  auto most = granularity_tasks_max / slots;
  return slots * std::clamp<uint64_t>(static_cast<uint64_t>(per_slot), 1, most);
}

double efficiency_of(std::chrono::nanoseconds length, uint64_t tasks,
                     double seconds, uint64_t slots) {
  auto ideal = std::chrono::duration<double>{length}.count()
               * static_cast<double>(tasks) / static_cast<double>(slots);
  return ideal / seconds;
}

std::optional<double> metg_us(std::span<const granularity_point> points) {
  // Walk down from the longest: noise among tiny tasks must not help.
  const granularity_point* shortest = nullptr;
  for (auto i = points.rbegin(); i != points.rend(); ++i) {
    auto us = std::chrono::duration<double, std::micro>{i->length}.count();
    if (i->efficiency < half) {
      if (shortest == nullptr)
        return std::nullopt;
      auto above =
        std::chrono::duration<double, std::micro>{shortest->length}.count();
      auto part =
        (half - i->efficiency) / (shortest->efficiency - i->efficiency);
      return us * std::pow(above / us, part);
    }
    shortest = &*i;
  }
  if (shortest == nullptr)
    return std::nullopt;
  return std::chrono::duration<double, std::micro>{shortest->length}.count();
}

std::string format_length(std::chrono::nanoseconds length) {
  struct unit {
    int64_t ns;
    const char* name;
  };
  constexpr unit units[] = {
    {1'000'000'000, "s"}, {1'000'000, "ms"}, {1'000, "us"}};
  for (const auto& [ns, name] : units)
    if (length.count() >= ns)
      return fmt::format(
        "{:g} {}",
        static_cast<double>(length.count()) / static_cast<double>(ns), name);
  return fmt::format("{} ns", length.count());
}

} // namespace troupe::shell
