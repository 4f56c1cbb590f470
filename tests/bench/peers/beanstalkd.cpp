// The same workload on beanstalkd, over its text protocol (doc/protocol.txt).
// It knows no results: a worker puts them into a second tube. --role client
// prints beanstalkd.echo_per_s (500 jobs a round trip, at most 10 000 under
// way), p50_us and p99_us; --role worker takes up to 64 jobs a round trip for
// echo and one for latency (--only).
// Parts for --only: echo, latency.

#include "tests/bench/peers/connection.hpp"
#include "tests/bench/settings.hpp"

namespace troupe::bench {

namespace {

constexpr uint64_t jobs_per_take = 64;
constexpr uint64_t jobs_per_write = 500;
constexpr uint64_t window_jobs = 10'000;

class tube_server {
public:
  tube_server(uint16_t port, const std::string& use, const std::string& watch)
    : server_(port) {
    command("use " + use);
    command("watch " + watch);
    command("ignore default");
    server_.flush();
    for (int i = 0; i < 3; ++i)
      line();
  }

  void command(std::string_view text) {
    server_.out += text;
    server_.out += "\r\n";
  }

  void put(std::string_view payload) {
    server_.out += fmt::format("put 0 0 120 {}\r\n", payload.size());
    command(payload);
  }

  void flush() {
    server_.flush();
  }

  /// Dies unless the next answer begins with `word`.
  void expect(std::string_view word) {
    if (auto got = line(); !got.starts_with(word))
      die(fmt::format("beanstalkd answers {}, expected {}", got, word));
  }

  struct job {
    std::string id; ///< Empty: there was none.
    std::string payload;
  };

  /// Reads the answer to a `reserve`.
  job reserved() {
    auto head = line();
    if (!head.starts_with("RESERVED "))
      return {};
    auto id_end = head.find(' ', 9);
    auto size = std::stoul(head.substr(id_end + 1));
    while (server_.in.size() - begin_ < size + 2)
      server_.read_some();
    job x{head.substr(9, id_end - 9), server_.in.substr(begin_, size)};
    begin_ += size + 2;
    return x;
  }

  /// Asks for up to `count` jobs and waits for at least one.
  std::vector<job> take(uint64_t count) {
    command("reserve");
    for (uint64_t i = 1; i < count; ++i)
      command("reserve-with-timeout 0");
    flush();
    std::vector<job> jobs;
    for (uint64_t i = 0; i < count; ++i)
      if (auto x = reserved(); !x.id.empty())
        jobs.push_back(std::move(x));
    return jobs;
  }

private:
  std::string line() {
    for (;;) {
      if (auto end = server_.in.find("\r\n", begin_);
          end != std::string::npos) {
        auto text = server_.in.substr(begin_, end - begin_);
        begin_ = end + 2;
        return text;
      }
      server_.in.erase(0, begin_);
      begin_ = 0;
      server_.read_some();
    }
  }

  connection server_;
  size_t begin_ = 0; // What stands before it in `in` was read.
};

[[noreturn]] void run_worker(uint16_t port, uint64_t jobs_at_once) {
  tube_server server{port, "results", "tasks"};
  for (;;) {
    auto jobs = server.take(jobs_at_once);
    for (const auto& x : jobs) {
      server.put(x.payload);
      server.command("delete " + x.id);
    }
    server.flush();
    for (size_t i = 0; i < jobs.size(); ++i) {
      server.expect("INSERTED");
      server.expect("DELETED");
    }
  }
}

struct client {
  explicit client(uint16_t port)
    : tasks(port, "tasks", "nothing"), answers(port, "nothing", "results") {
    // nop
  }

  /// Puts the tasks [begin, end).
  void submit(uint64_t begin, uint64_t end) {
    for (auto i = begin; i < end; ++i) {
      char payload[payload_bytes];
      fill_payload(i, payload);
      tasks.put({payload, payload_bytes});
    }
    tasks.flush();
    for (auto i = begin; i < end; ++i)
      tasks.expect("INSERTED");
  }

  void take_results(uint64_t most) {
    auto jobs = answers.take(most);
    for (const auto& x : jobs) {
      results.add(index_of(x.payload.data()), x.payload);
      answers.command("delete " + x.id);
    }
    answers.flush();
    for (size_t i = 0; i < jobs.size(); ++i)
      answers.expect("DELETED");
  }

  tube_server tasks;
  tube_server answers;
  result_check results;
};

void measure_echo(uint16_t port, double seconds) {
  client self{port};
  uint64_t sent = 0;
  auto begin = bench_clock::now();
  for (auto feeding = true; feeding || self.results.count() < sent;) {
    feeding = feeding && seconds_since(begin) < seconds;
    while (feeding && sent - self.results.count() < window_jobs) {
      self.submit(sent, sent + jobs_per_write);
      sent += jobs_per_write;
    }
    if (auto open = sent - self.results.count(); open > 0)
      self.take_results(std::min(jobs_per_take, open));
  }
  auto spent = seconds_since(begin);
  self.results.expect_all(sent);
  print_metric("beanstalkd.echo_per_s", double(sent) / spent);
}

void measure_latency(uint16_t port, size_t samples) {
  client self{port};
  std::vector<double> seconds;
  for (uint64_t i = 0; i < warm_up_round_trips + samples; ++i) {
    auto begin = bench_clock::now();
    self.submit(i, i + 1);
    self.take_results(1);
    if (i >= warm_up_round_trips)
      seconds.push_back(seconds_since(begin));
  }
  self.results.expect_all(warm_up_round_trips + samples);
  print_latency("beanstalkd", std::move(seconds));
}

} // namespace

} // namespace troupe::bench

int main(int argc, char** argv) {
  using namespace troupe::bench;
  auto how = parse_settings(argc, argv);
  if (how.role == "worker")
    run_worker(how.port, how.only == "latency" ? 1 : jobs_per_take);
  if (how.wants("echo"))
    measure_echo(how.port, how.seconds);
  if (how.wants("latency"))
    measure_latency(how.port, how.samples);
}
