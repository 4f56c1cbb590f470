#include "runtime/telemetry/process_usage.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

namespace troupe {

namespace {

uint64_t microseconds(const timeval& x) {
  return static_cast<uint64_t>(x.tv_sec) * 1'000'000
         + static_cast<uint64_t>(x.tv_usec);
}

struct folder_closer {
  void operator()(DIR* folder) const {
    ::closedir(folder);
  }
};

uint64_t count_open_files() {
  std::unique_ptr<DIR, folder_closer> folder{::opendir("/proc/self/fd")};
  uint64_t found = 0;
  if (folder)
    while (const auto* entry = ::readdir(folder.get()))
      found += entry->d_name[0] == '.' ? 0 : 1;
  return found > 0 ? found - 1 : 0; // The folder itself is open, too.
}

uint64_t resident_bytes() {
  std::ifstream in{"/proc/self/statm"};
  uint64_t all = 0;
  uint64_t resident = 0;
  in >> all >> resident;
  return in ? resident * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

/// Reads what follows the name of the program, which may hold anything.
void read_stat(process_usage& out) {
  constexpr int threads_at = 18; // Behind the name: the state is the first.
  constexpr int started_at = 20;
  std::ifstream in{"/proc/self/stat"};
  std::string line;
  std::getline(in, line);
  auto end = line.rfind(')');
  if (end == std::string::npos)
    return;
  std::istringstream rest{line.substr(end + 1)};
  std::string word;
  uint64_t started_ticks = 0;
  for (int at = 1; rest >> word && at <= started_at; ++at) {
    if (at == threads_at)
      out.threads = std::stoull(word);
    if (at == started_at)
      started_ticks = std::stoull(word);
  }
  std::ifstream up{"/proc/uptime"};
  double seconds = 0;
  up >> seconds;
  auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  auto age = seconds - static_cast<double>(started_ticks) / ticks;
  if (up && age > 0)
    out.age_us = static_cast<uint64_t>(age * 1e6);
}

} // namespace

process_usage read_process_usage() {
  process_usage out;
  out.pid = ::getpid();
  out.memory_bytes = resident_bytes();
  out.open_files = count_open_files();
  read_stat(out);
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) == 0)
    out.cpu_us = microseconds(used.ru_utime) + microseconds(used.ru_stime);
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0)
    out.open_files_max = files.rlim_cur;
  return out;
}

} // namespace troupe
