// The same workload on gearmand, over its binary protocol (PROTOCOL in its
// sources): --role client prints gearman.echo_per_s (at most 10 000 jobs under
// way), p50_us and p99_us; --role worker keeps 64 GRAB_JOB under way.
// Parts for --only: echo, latency.

#include "tests/bench/peers/connection.hpp"
#include "tests/bench/settings.hpp"

#include <functional>

namespace troupe::bench {

namespace {

constexpr uint64_t window_jobs = 10'000;
constexpr uint32_t grabs_under_way = 64;

enum packet_type : uint32_t {
  can_do = 1,
  pre_sleep = 4,
  wake_up = 6,
  submit_job = 7,
  grab_job = 9,
  no_job = 10,
  job_assign = 11,
  work_complete = 13,
};

void append_packet(std::string& out, packet_type type, std::string_view data) {
  uint32_t head[2] = {htonl(type), htonl(static_cast<uint32_t>(data.size()))};
  out.append("\0REQ", 4);
  out.append(reinterpret_cast<const char*>(head), sizeof(head));
  out.append(data);
}

/// Reads once and calls `take` for each packet that is complete.
void read_packets(
  connection& server,
  const std::function<void(uint32_t type, std::string_view data)>& take) {
  constexpr size_t head_bytes = 12;
  server.read_some();
  size_t begin = 0;
  while (server.in.size() - begin >= head_bytes) {
    uint32_t head[2];
    std::memcpy(head, server.in.data() + begin + 4, sizeof(head));
    size_t size = ntohl(head[1]);
    if (server.in.size() - begin - head_bytes < size)
      break;
    take(ntohl(head[0]),
         std::string_view{server.in}.substr(begin + head_bytes, size));
    begin += head_bytes + size;
  }
  server.in.erase(0, begin);
}

void run_worker(uint16_t port) {
  connection server{port};
  append_packet(server.out, can_do, "echo");
  uint32_t grabs = 0;
  auto grab = [&] {
    for (; grabs < grabs_under_way; ++grabs)
      append_packet(server.out, grab_job, "");
  };
  grab();
  for (;;) {
    server.flush();
    read_packets(server, [&](uint32_t type, std::string_view data) {
      if (type == job_assign) {
        // Handle and function, both end in a zero byte; then the payload.
        std::string done{data.substr(0, data.find('\0') + 1)};
        done += data.substr(data.size() - payload_bytes);
        append_packet(server.out, work_complete, done);
        append_packet(server.out, grab_job, "");
      } else if (type == no_job && --grabs == 0) {
        append_packet(server.out, pre_sleep, "");
      } else if (type == wake_up && grabs == 0) {
        grab();
      }
    });
  }
}

void append_job(connection& server, uint64_t index) {
  std::string data(std::string_view{"echo\0\0", 6});
  data.resize(data.size() + payload_bytes);
  fill_payload(index, data.data() + data.size() - payload_bytes);
  append_packet(server.out, submit_job, data);
}

/// Reads once, checks the results that have come.
void take_results(connection& server, result_check& results) {
  read_packets(server, [&](uint32_t type, std::string_view data) {
    if (type != work_complete)
      return;
    auto payload = data.substr(data.size() - payload_bytes);
    results.add(index_of(payload.data()), payload);
  });
}

void measure_echo(uint16_t port, double seconds) {
  connection server{port};
  result_check results;
  uint64_t sent = 0;
  auto begin = bench_clock::now();
  for (auto feeding = true; feeding || results.count() < sent;) {
    feeding = feeding && seconds_since(begin) < seconds;
    while (feeding && sent - results.count() < window_jobs
           && server.out.size() < 60'000)
      append_job(server, sent++);
    server.flush();
    if (results.count() < sent)
      take_results(server, results);
  }
  auto spent = seconds_since(begin);
  results.expect_all(sent);
  print_metric("gearman.echo_per_s", double(sent) / spent);
}

void measure_latency(uint16_t port, size_t samples) {
  connection server{port};
  result_check results;
  std::vector<double> seconds;
  for (uint64_t i = 0; i < warm_up_round_trips + samples; ++i) {
    auto begin = bench_clock::now();
    append_job(server, i);
    server.flush();
    while (results.count() <= i)
      take_results(server, results);
    if (i >= warm_up_round_trips)
      seconds.push_back(seconds_since(begin));
  }
  print_latency("gearman", std::move(seconds));
}

} // namespace

} // namespace troupe::bench

int main(int argc, char** argv) {
  using namespace troupe::bench;
  auto how = parse_settings(argc, argv);
  if (how.role == "worker")
    run_worker(how.port);
  if (how.wants("echo"))
    measure_echo(how.port, how.seconds);
  if (how.wants("latency"))
    measure_latency(how.port, how.samples);
}
