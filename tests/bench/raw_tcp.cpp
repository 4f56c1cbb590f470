// The limit of this machine: the topology of Troupe (client, relay, two worker
// processes) over bare loopback sockets, 64-byte frames.
//
// Prints raw_tcp.echo_per_s (1024 frames a write), raw_tcp.p50_us, p99_us.
// Parts for --only: echo, latency.

#include "tests/bench/measure.hpp"
#include "tests/bench/process.hpp"
#include "tests/bench/settings.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <string>
#include <vector>

namespace troupe::bench {

namespace {

constexpr size_t frames_per_write = 1024;

/// Frames under way: 512 KiB. They fit in the four socket buffers between two
/// processes, so that peers which write to each other never block for good.
constexpr uint64_t window_frames = 8192;

constexpr size_t read_bytes = 256 * 1024;

void tune(int fd) {
  int bytes = 2 << 20;
  int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
  ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

sockaddr_in loopback(uint16_t port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return where;
}

/// Opens a listener on a free port, which it writes to `port`.
int listen_anywhere(uint16_t& port) {
  auto fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  tune(fd);
  auto where = loopback(0);
  socklen_t size = sizeof(where);
  auto address = reinterpret_cast<sockaddr*>(&where);
  if (::bind(fd, address, size) != 0 || ::listen(fd, 8) != 0
      || ::getsockname(fd, address, &size) != 0)
    die("cannot listen on a loopback port");
  port = ntohs(where.sin_port);
  return fd;
}

int dial(uint16_t port) {
  auto fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  tune(fd);
  auto where = loopback(port);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&where), sizeof(where)) != 0)
    die("cannot connect to the relay");
  return fd;
}

int accept_one(int listener) {
  auto fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0)
    die("cannot accept a connection");
  tune(fd);
  return fd;
}

/// Writes everything. A peer that is gone ends the process: the run is over.
void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    auto count = ::write(fd, bytes.data(), bytes.size());
    if (count <= 0)
      ::_exit(0);
    bytes.remove_prefix(static_cast<size_t>(count));
  }
}

void read_all(int fd, char* buffer, size_t bytes) {
  while (bytes > 0) {
    auto count = ::read(fd, buffer, bytes);
    if (count <= 0)
      die("the relay closed the connection");
    buffer += count;
    bytes -= static_cast<size_t>(count);
  }
}

[[noreturn]] void run_worker(uint16_t port) {
  auto fd = dial(port);
  fmt::print("connected\n");
  std::fflush(stdout);
  std::string buffer(read_bytes, '\0');
  for (;;) {
    auto count = ::read(fd, buffer.data(), buffer.size());
    if (count <= 0)
      ::_exit(0);
    write_all(fd, {buffer.data(), static_cast<size_t>(count)});
  }
}

/// Gives what it reads from the client to the workers in turn, in whole frames;
/// results pass through.
class relay {
public:
  /// Waits for both workers and, behind them, the client.
  explicit relay(int listener) {
    for (auto& fd : workers_)
      fd = accept_one(listener);
    client_ = accept_one(listener);
  }

  [[noreturn]] void run() {
    auto poller = ::epoll_create1(EPOLL_CLOEXEC);
    for (auto fd : {client_, workers_[0], workers_[1]}) {
      epoll_event wanted{};
      wanted.events = EPOLLIN;
      wanted.data.fd = fd;
      ::epoll_ctl(poller, EPOLL_CTL_ADD, fd, &wanted);
    }
    for (;;) {
      epoll_event events[3];
      auto count = ::epoll_wait(poller, events, 3, -1);
      for (int i = 0; i < count; ++i)
        forward(events[i].data.fd);
    }
  }

private:
  void forward(int from) {
    auto count = ::read(from, buffer_.data(), buffer_.size());
    if (count <= 0)
      ::_exit(0);
    std::string_view bytes{buffer_.data(), static_cast<size_t>(count)};
    if (from == client_)
      pass_frames(input_, bytes, workers_[turn_++ % 2]);
    else
      pass_frames(from == workers_[0] ? results_[0] : results_[1], bytes,
                  client_);
  }

  /// Writes the whole frames of `rest` and `bytes`, keeps what is left, so that
  /// the frames of two sources never mix.
  static void pass_frames(std::string& rest, std::string_view bytes, int to) {
    if (rest.empty()) {
      auto whole = bytes.size() / payload_bytes * payload_bytes;
      write_all(to, bytes.substr(0, whole));
      rest = bytes.substr(whole);
      return;
    }
    rest.append(bytes);
    auto whole = rest.size() / payload_bytes * payload_bytes;
    write_all(to, std::string_view{rest}.substr(0, whole));
    rest.erase(0, whole);
  }

  int client_ = -1;
  int workers_[2] = {-1, -1};
  std::string buffer_ = std::string(read_bytes, '\0');
  std::string input_;
  std::string results_[2];
  size_t turn_ = 0;
};

[[noreturn]] void run_relay() {
  uint16_t port = 0;
  auto listener = listen_anywhere(port);
  fmt::print("{}\n", port);
  std::fflush(stdout);
  relay{listener}.run();
}

/// Streams frames for about `seconds` and compares every result.
void measure_echo(int fd, double seconds) {
  std::string out(frames_per_write * payload_bytes, '\0');
  std::string in(read_bytes, '\0');
  size_t in_bytes = 0;
  uint64_t sent = 0;
  result_check results;
  auto begin = bench_clock::now();
  for (auto feeding = true; feeding || results.count() < sent;) {
    while (feeding
           && sent + frames_per_write <= results.count() + window_frames) {
      for (size_t i = 0; i < frames_per_write; ++i)
        fill_payload(sent++, out.data() + i * payload_bytes);
      write_all(fd, out);
      feeding = seconds_since(begin) < seconds;
    }
    auto count = ::read(fd, in.data() + in_bytes, in.size() - in_bytes);
    if (count <= 0)
      die("the relay closed the connection");
    in_bytes += static_cast<size_t>(count);
    size_t position = 0;
    for (; position + payload_bytes <= in_bytes; position += payload_bytes) {
      auto frame = in.data() + position;
      results.add(index_of(frame), {frame, payload_bytes});
    }
    in_bytes -= position;
    std::memmove(in.data(), in.data() + position, in_bytes);
  }
  auto spent = seconds_since(begin);
  results.expect_all(sent);
  print_metric("raw_tcp.echo_per_s", double(sent) / spent);
}

/// Sends one frame at a time.
void measure_latency(int fd, size_t samples) {
  std::vector<double> seconds;
  char frame[payload_bytes];
  for (size_t i = 0; i < warm_up_round_trips + samples; ++i) {
    auto begin = bench_clock::now();
    fill_payload(i, frame);
    write_all(fd, {frame, payload_bytes});
    read_all(fd, frame, payload_bytes);
    if (!is_payload(i, {frame, payload_bytes}))
      die("a frame came back with another payload");
    if (i >= warm_up_round_trips)
      seconds.push_back(seconds_since(begin));
  }
  print_latency("raw_tcp", std::move(seconds));
}

void run_client(const settings& how) {
  process relay{{own_path(), "--role", "relay"}};
  auto port = relay.read_line();
  std::vector<process> workers;
  for (int i = 0; i < 2; ++i)
    workers.push_back(
      process{{own_path(), "--role", "worker", "--port", port}});
  // The relay takes the first two connections for the workers: they must be
  // in its backlog before ours, so ask for each worker's word.
  for (auto& worker : workers)
    worker.read_line();
  auto fd = dial(static_cast<uint16_t>(std::stoul(port)));
  if (how.wants("echo"))
    measure_echo(fd, how.seconds);
  if (how.wants("latency"))
    measure_latency(fd, how.samples);
}

} // namespace

} // namespace troupe::bench

int main(int argc, char** argv) {
  using namespace troupe::bench;
  ::signal(SIGPIPE, SIG_IGN);
  auto how = parse_settings(argc, argv);
  if (how.role == "relay")
    run_relay();
  if (how.role == "worker")
    run_worker(how.port);
  run_client(how);
}
