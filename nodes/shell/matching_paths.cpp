#include "nodes/shell/matching_paths.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace troupe::shell {

namespace fs = std::filesystem;

std::vector<std::string> matching_paths(std::string_view beginning) {
  std::vector<std::string> out;
  // A path ends at the first zero byte, whatever is behind it.
  if (beginning.find('\0') != std::string_view::npos)
    return out;
  auto slash = beginning.rfind('/');
  auto shown =
    beginning.substr(0, slash == std::string_view::npos ? 0 : slash + 1);
  auto name = beginning.substr(shown.size());
  std::error_code problem;
  fs::directory_iterator at{shown.empty() ? fs::path{"."} : fs::path{shown},
                            problem};
  for (size_t seen = 0;
       !problem && at != fs::directory_iterator{} && seen < paths_max;
       at.increment(problem), ++seen) {
    auto entry = at->path().filename().string();
    auto hidden = entry.front() == '.' && !name.starts_with('.');
    if (hidden || !entry.starts_with(name))
      continue;
    std::error_code ignored;
    auto mark = at->is_directory(ignored) ? "/" : "";
    out.push_back(std::string{shown} + entry + mark);
  }
  std::sort(out.begin(), out.end());
  return out;
}

} // namespace troupe::shell
