#define CAF_SUITE process_usage

#include "runtime/telemetry/process_usage.hpp"

#include <caf/test/unit_test.hpp>

#include <unistd.h>

#include <cstdio>
#include <string>
#include <thread>

using namespace troupe;

CAF_TEST(tells_about_this_process) {
  auto now = read_process_usage();
  CAF_CHECK_EQUAL(now.pid, ::getpid());
  CAF_CHECK(now.threads >= 1);
  CAF_CHECK(now.memory_bytes > 100'000);
  CAF_CHECK(now.open_files >= 1);
  CAF_CHECK(now.open_files_max >= now.open_files);
  CAF_CHECK(now.age_us < uint64_t{24} * 3600 * 1'000'000);
}

CAF_TEST(counts_what_is_added) {
  auto before = read_process_usage();
  auto* file = std::tmpfile();
  process_usage during;
  std::thread{[&during] { during = read_process_usage(); }}.join();
  std::fclose(file);
  CAF_CHECK_EQUAL(during.open_files, before.open_files + 1);
  CAF_CHECK_EQUAL(during.threads, before.threads + 1);
  auto after = read_process_usage();
  CAF_CHECK_EQUAL(after.open_files, before.open_files);
  CAF_CHECK(after.cpu_us >= before.cpu_us);
}

CAF_TEST(memory_that_is_used_is_seen) {
  auto before = read_process_usage();
  std::string much(64 * 1024 * 1024, 'x');
  auto during = read_process_usage();
  CAF_CHECK(during.memory_bytes > before.memory_bytes + much.size() / 2);
}
