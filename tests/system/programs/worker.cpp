// A worker with functions of its own, for the system tests:
//
//     worker NAME HOST:PORT SLOTS
//
// Prints the line `ready ...` as trouped does and works until it is killed.

#include <troupe/client.hpp>
#include <troupe/worker.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace troupe {

namespace {

/// A file and how long to go on after the line was written, in milliseconds.
using stamp_args = std::pair<std::string, int64_t>;

/// How often a function that waits looks whether it shall stop.
constexpr int stop_poll_ms = 5;

/// Appends `INDEX PID NANOSECONDS` to a file, with the time of the wall clock
/// because the reader is another process; then keeps its slot for a while.
result<int64_t> stamp(const task_context& context, int64_t input,
                      const stamp_args& args) {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  auto line = fmt::format("{} {} {}\n", context.index, getpid(),
                          std::chrono::nanoseconds{now}.count());
  auto file = ::open(args.first.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file < 0)
    return fail(errc::function_failed, "cannot open " + args.first);
  auto written = ::write(file, line.data(), line.size());
  ::close(file);
  if (written != static_cast<ssize_t>(line.size()))
    return fail(errc::function_failed, "cannot write " + args.first);
  auto end =
    std::chrono::steady_clock::now() + std::chrono::milliseconds{args.second};
  while (!context.stop_requested() && std::chrono::steady_clock::now() < end)
    ::poll(nullptr, 0, stop_poll_ms);
  return input;
}

/// Returns its input, but for one input, with which it crashes its process.
int64_t crash_at(int64_t input, int64_t where) {
  const volatile int64_t* nowhere = nullptr;
  return input == where ? *nowhere : input;
}

/// Returns as many bytes as asked for: a flood of results.
std::string fill(int64_t, int64_t bytes) {
  return std::string(static_cast<size_t>(bytes), 'x');
}

int refuse(const error& why) {
  fmt::print(stderr, "worker: {}\n", to_string(why));
  return 1;
}

int run(const std::string& name, const endpoint& where, uint32_t slots) {
  auto functions = std::make_shared<function_registry>();
  if (auto ok = functions->add("stamp", stamp); !ok)
    return refuse(ok.error());
  if (auto ok = functions->add("crash_at", crash_at); !ok)
    return refuse(ok.error());
  if (auto ok = functions->add("fill", fill); !ok)
    return refuse(ok.error());
  caf::actor_system_config config;
  configure(config);
  caf::actor_system system{config};
  worker_node_options options;
  options.name = name;
  options.coordinators = {where};
  options.slots = slots;
  options.functions = functions;
  options.log = make_stderr_logger(name, log_level::info, log_format::json);
  auto worker = worker_node::start(system, options);
  if (!worker)
    return refuse(from_caf(worker.error()));
  fmt::print("ready name={} pid={}\n", name, getpid());
  std::fflush(stdout);
  for (;;)
    ::pause();
}

} // namespace

} // namespace troupe

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "usage: worker NAME HOST:PORT SLOTS\n");
    return 2;
  }
  auto where = troupe::parse_endpoint(argv[2]);
  if (!where)
    return troupe::refuse(where.error());
  std::string_view slots = argv[3];
  uint32_t count = 0;
  std::from_chars(slots.data(), slots.data() + slots.size(), count);
  return troupe::run(argv[1], *where, count);
}
