#include "runtime/base/nearest.hpp"

#include <algorithm>
#include <array>

namespace troupe {

namespace {

constexpr size_t name_bytes_max = 256;

std::string lower_case(std::string_view text) {
  std::string out{text};
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return out;
}

size_t edits(std::string_view a, std::string_view b) {
  // Three rows of the matrix suffice: a swap looks back by two.
  std::array<std::vector<size_t>, 3> rows;
  for (auto& row : rows)
    row.resize(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j)
    rows[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    const auto& before = rows[(i - 1) % 3];
    auto& now = rows[i % 3];
    now[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t replace = a[i - 1] == b[j - 1] ? 0 : 1;
      now[j] =
        std::min({before[j] + 1, now[j - 1] + 1, before[j - 1] + replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        now[j] = std::min(now[j], rows[(i - 2) % 3][j - 2] + 1);
    }
  }
  return rows[a.size() % 3][b.size()];
}

} // namespace

std::vector<std::string> nearest(std::string_view name,
                                 const std::vector<std::string>& candidates,
                                 size_t most) {
  if (name.empty() || name.size() > name_bytes_max)
    return {};
  auto wanted = lower_case(name);
  auto edits_max = std::max<size_t>(1, (wanted.size() + 1) / 3);
  std::vector<std::pair<size_t, std::string>> found;
  for (const auto& candidate : candidates) {
    if (candidate.empty() || candidate.size() > name_bytes_max)
      continue;
    auto other = lower_case(candidate);
    auto distance = edits(wanted, other);
    // A single letter begins too many names, and is one edit from all others.
    auto begins = wanted.size() > 1 && other.starts_with(wanted);
    if (begins)
      found.emplace_back(std::min<size_t>(distance, 1), candidate);
    else if (distance <= edits_max && distance < wanted.size())
      found.emplace_back(distance, candidate);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  std::vector<std::string> out;
  for (auto& [distance, candidate] : found)
    if (out.size() < most)
      out.push_back(std::move(candidate));
  return out;
}

std::string did_you_mean(std::string_view name,
                         const std::vector<std::string>& candidates) {
  std::string out;
  for (const auto& candidate : nearest(name, candidates))
    out += (out.empty() ? "; did you mean \"" : " or \"") + candidate + '"';
  return out.empty() ? out : out + '?';
}

} // namespace troupe
