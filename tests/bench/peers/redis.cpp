// The same workload on Redis streams (hiredis), in batches of 100 and with
// acknowledgements, as one would build a queue by hand: --role client prints
// redis.echo_per_s (500 entries a round trip, at most 5000 under way), p50_us
// and p99_us; --role worker reads as one of a group; --role setup makes it.
// Parts for --only: echo, latency.

#include "tests/bench/measure.hpp"
#include "tests/bench/settings.hpp"

#include <hiredis/hiredis.h>

#include <memory>

namespace troupe::bench {

namespace {

constexpr int entries_per_read = 100;
constexpr uint64_t entries_per_write = 500;
constexpr uint64_t window_entries = 5'000;

struct reply_deleter {
  void operator()(redisReply* x) const {
    freeReplyObject(x);
  }
};
using reply = std::unique_ptr<redisReply, reply_deleter>;

class redis {
public:
  explicit redis(uint16_t port) : context_(::redisConnect("127.0.0.1", port)) {
    if (context_ == nullptr || context_->err != 0)
      die(fmt::format("no Redis at port {}", port));
  }

  redis(const redis&) = delete;
  redis& operator=(const redis&) = delete;

  ~redis() {
    ::redisFree(context_);
  }

  template <class... Args>
  void send(const char* command, Args... args) {
    ::redisAppendCommand(context_, command, args...);
  }

  reply receive() {
    void* got = nullptr;
    if (::redisGetReply(context_, &got) != REDIS_OK)
      die("Redis closed the connection");
    reply x{static_cast<redisReply*>(got)};
    if (x->type == REDIS_REPLY_ERROR)
      die(std::string{"Redis refuses: "} + x->str);
    return x;
  }

  void receive_some(uint64_t count) {
    for (uint64_t i = 0; i < count; ++i)
      receive();
  }

  void submit(uint64_t index) {
    char payload[payload_bytes];
    fill_payload(index, payload);
    send("XADD tasks * p %b", payload, payload_bytes);
  }

private:
  redisContext* context_;
};

std::string_view text(const redisReply& x) {
  return {x.str, x.len};
}

/// Hands one batch back: [id, [field, payload]] each.
void answer(redis& server, const redisReply& entries) {
  for (size_t i = 0; i < entries.elements; ++i) {
    const auto& entry = *entries.element[i];
    auto payload = text(*entry.element[1]->element[1]);
    server.send("RPUSH results %b", payload.data(), payload.size());
    server.send("XACK tasks workers %s", entry.element[0]->str);
    server.send("XDEL tasks %s", entry.element[0]->str);
  }
  server.receive_some(3 * entries.elements);
}

[[noreturn]] void run_worker(uint16_t port) {
  redis server{port};
  auto name = std::to_string(::getpid());
  for (;;) {
    server.send("XREADGROUP GROUP workers %s COUNT %d BLOCK 1000 STREAMS tasks "
                ">",
                name.c_str(), entries_per_read);
    auto got = server.receive();
    if (got->type == REDIS_REPLY_ARRAY && got->elements > 0)
      answer(server, *got->element[0]->element[1]);
  }
}

/// Takes the results that are there; waits for one if `wait`.
void take_results(redis& server, bool wait, result_check& results) {
  if (wait)
    server.send("BLMPOP 1 1 results LEFT COUNT %d", int{entries_per_write});
  else
    server.send("LMPOP 1 results LEFT COUNT %d", int{entries_per_write});
  auto got = server.receive();
  if (got->type != REDIS_REPLY_ARRAY)
    return;
  const auto& list = *got->element[1];
  for (size_t i = 0; i < list.elements; ++i)
    results.add(index_of(list.element[i]->str), text(*list.element[i]));
}

void measure_echo(uint16_t port, double seconds) {
  redis tasks{port};
  redis answers{port};
  result_check results;
  uint64_t sent = 0;
  auto begin = bench_clock::now();
  for (auto feeding = true; feeding || results.count() < sent;) {
    feeding = feeding && seconds_since(begin) < seconds;
    auto before = sent;
    while (feeding && sent - results.count() < window_entries
           && sent - before < entries_per_write)
      tasks.submit(sent++);
    tasks.receive_some(sent - before);
    take_results(answers, sent == before, results);
  }
  auto spent = seconds_since(begin);
  results.expect_all(sent);
  print_metric("redis.echo_per_s", double(sent) / spent);
}

void measure_latency(uint16_t port, size_t samples) {
  redis tasks{port};
  redis answers{port};
  result_check results;
  std::vector<double> seconds;
  for (uint64_t i = 0; i < warm_up_round_trips + samples; ++i) {
    auto begin = bench_clock::now();
    tasks.submit(i);
    tasks.receive_some(1);
    while (results.count() <= i)
      take_results(answers, true, results);
    if (i >= warm_up_round_trips)
      seconds.push_back(seconds_since(begin));
  }
  print_latency("redis", std::move(seconds));
}

} // namespace

} // namespace troupe::bench

int main(int argc, char** argv) {
  using namespace troupe::bench;
  auto how = parse_settings(argc, argv);
  if (how.role == "worker")
    run_worker(how.port);
  if (how.role == "setup") {
    redis server{how.port};
    server.send("XGROUP CREATE tasks workers 0 MKSTREAM");
    server.receive();
    return 0;
  }
  if (how.wants("echo"))
    measure_echo(how.port, how.seconds);
  if (how.wants("latency"))
    measure_latency(how.port, how.samples);
}
