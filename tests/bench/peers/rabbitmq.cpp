// One task at a time on RabbitMQ (librabbitmq): a transient work queue with
// acknowledgements and prefetch 1, results to a queue of the client. --role
// client prints rabbitmq.p50_us and p99_us; --role worker works.

#include "tests/bench/measure.hpp"
#include "tests/bench/settings.hpp"

#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace troupe::bench {

namespace {

constexpr amqp_channel_t channel = 1;
constexpr int frame_bytes_max = 128 * 1024;

void check(const amqp_rpc_reply_t& reply, std::string_view what) {
  if (reply.reply_type != AMQP_RESPONSE_NORMAL)
    die(fmt::format("RabbitMQ: cannot {}", what));
}

class broker {
public:
  explicit broker(uint16_t port) : link(amqp_new_connection()) {
    auto* socket = amqp_tcp_socket_new(link);
    if (amqp_socket_open(socket, "127.0.0.1", port) != 0)
      die(fmt::format("no RabbitMQ at port {}", port));
    int on = 1;
    ::setsockopt(amqp_get_sockfd(link), IPPROTO_TCP, TCP_NODELAY, &on,
                 sizeof(on));
    check(amqp_login(link, "/", 0, frame_bytes_max, 0, AMQP_SASL_METHOD_PLAIN,
                     "guest", "guest"),
          "log in");
    amqp_channel_open(link, channel);
    check(amqp_get_rpc_reply(link), "open a channel");
    amqp_queue_declare(link, channel, tasks(), 0, 0, 0, 0, amqp_empty_table);
    check(amqp_get_rpc_reply(link), "declare the queue of tasks");
  }

  broker(const broker&) = delete;
  broker& operator=(const broker&) = delete;

  ~broker() {
    amqp_destroy_connection(link);
  }

  static amqp_bytes_t tasks() {
    return amqp_cstring_bytes("tasks");
  }

  void consume(amqp_bytes_t queue, bool acknowledged) {
    amqp_basic_qos(link, channel, 0, 1, 0);
    check(amqp_get_rpc_reply(link), "set the prefetch count");
    amqp_basic_consume(link, channel, queue, amqp_empty_bytes, 0,
                       acknowledged ? 0 : 1, 0, amqp_empty_table);
    check(amqp_get_rpc_reply(link), "consume");
  }

  void publish(amqp_bytes_t queue, amqp_bytes_t payload,
               const amqp_basic_properties_t& properties) {
    if (amqp_basic_publish(link, channel, amqp_empty_bytes, queue, 0, 0,
                           &properties, payload)
        != 0)
      die("RabbitMQ: cannot publish");
  }

  /// Waits for the next message; the caller destroys it.
  amqp_envelope_t take() {
    amqp_maybe_release_buffers(link);
    amqp_envelope_t message;
    check(amqp_consume_message(link, &message, nullptr, 0), "take a message");
    return message;
  }

  amqp_connection_state_t link;
};

[[noreturn]] void run_worker(uint16_t port) {
  broker server{port};
  server.consume(broker::tasks(), true);
  for (;;) {
    auto task = server.take();
    server.publish(task.message.properties.reply_to, task.message.body, {});
    amqp_basic_ack(server.link, channel, task.delivery_tag, 0);
    amqp_destroy_envelope(&task);
  }
}

void measure_latency(uint16_t port, size_t samples) {
  broker server{port};
  auto* declared = amqp_queue_declare(server.link, channel, amqp_empty_bytes, 0,
                                      0, 1, 1, amqp_empty_table);
  check(amqp_get_rpc_reply(server.link), "declare the queue of results");
  auto results_queue = amqp_bytes_malloc_dup(declared->queue);
  server.consume(results_queue, false);
  amqp_basic_properties_t properties{};
  properties._flags = AMQP_BASIC_REPLY_TO_FLAG;
  properties.reply_to = results_queue;
  result_check results;
  std::vector<double> seconds;
  for (uint64_t i = 0; i < warm_up_round_trips + samples; ++i) {
    auto begin = bench_clock::now();
    char payload[payload_bytes];
    fill_payload(i, payload);
    server.publish(broker::tasks(), {payload_bytes, payload}, properties);
    auto got = server.take();
    results.add(i, {static_cast<const char*>(got.message.body.bytes),
                    got.message.body.len});
    amqp_destroy_envelope(&got);
    if (i >= warm_up_round_trips)
      seconds.push_back(seconds_since(begin));
  }
  amqp_bytes_free(results_queue);
  print_latency("rabbitmq", std::move(seconds));
}

} // namespace

} // namespace troupe::bench

int main(int argc, char** argv) {
  using namespace troupe::bench;
  auto how = parse_settings(argc, argv);
  if (how.role == "worker")
    run_worker(how.port);
  if (how.wants("latency"))
    measure_latency(how.port, how.samples);
}
