#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::shell {

/// Returns the paths that begin with a text, sorted; those of folders end in
/// `/`. Hidden ones only if the text says so. Looks at no more than
/// `paths_max` entries of the folder, so that a huge one does not keep the
/// prompt waiting.
std::vector<std::string> matching_paths(std::string_view beginning);

constexpr size_t paths_max = 10'000;

} // namespace troupe::shell
