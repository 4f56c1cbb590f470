#include "nodes/embed/host_memory.hpp"

#include "runtime/base/units.hpp"

#include <sys/sysinfo.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

namespace troupe {

namespace {

using file_reader =
  std::function<std::optional<std::string>(const std::string&)>;

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream in{path};
  if (!in)
    return std::nullopt;
  return std::string{std::istreambuf_iterator<char>{in}, {}};
}

uint64_t ram_bytes() {
  struct sysinfo info {};
  return sysinfo(&info) == 0 ? uint64_t{info.totalram} * info.mem_unit : 0;
}

/// Returns the lowest limit of a group and all those around it.
uint64_t lowest_limit(const std::string& root, std::string group,
                      const std::string& file, const file_reader& read,
                      uint64_t most) {
  for (;;) {
    if (group == "/")
      group.clear();
    if (auto text = read(root + group + file)) {
      auto number = text->substr(0, text->find('\n'));
      // Without a limit it is the word "max", or more than any host has.
      if (auto bytes = parse_count(number))
        most = std::min(most, *bytes);
    }
    if (group.empty())
      return most;
    group.erase(group.rfind('/') == std::string::npos ? 0 : group.rfind('/'));
  }
}

/// Whether a list such as `cpu,memory` has the word.
bool has_memory(const std::string& controllers) {
  return ("," + controllers + ",").find(",memory,") != std::string::npos;
}

} // namespace

uint64_t host_memory_bytes(uint64_t ram, const file_reader& read) {
  std::istringstream groups{read("/proc/self/cgroup").value_or("")};
  // Each line is ID:CONTROLLERS:PATH.
  for (std::string line; std::getline(groups, line);) {
    auto first = line.find(':');
    auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos)
      continue;
    auto controllers = line.substr(first + 1, second - first - 1);
    auto path = line.substr(second + 1);
    if (controllers.empty())
      ram = lowest_limit("/sys/fs/cgroup", path, "/memory.max", read, ram);
    else if (has_memory(controllers))
      ram = lowest_limit("/sys/fs/cgroup/memory", path,
                         "/memory.limit_in_bytes", read, ram);
  }
  return ram;
}

uint64_t host_memory_bytes() {
  return host_memory_bytes(ram_bytes(), read_file);
}

result<resource_set> complete_offers(resource_set offers) {
  if (offers.memory_bytes == 0)
    offers.memory_bytes = host_memory_bytes();
  auto checked = offers;
  checked.cpus = std::max(checked.cpus, uint64_t{1});
  if (auto ok = validate(checked); !ok)
    return fail(errc::bad_usage,
                "a worker cannot offer that: " + ok.error().text);
  return offers;
}

} // namespace troupe
