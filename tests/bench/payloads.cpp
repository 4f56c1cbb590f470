// Inputs and results of different sizes: one streamed job of `echo` for each.
//
// Prints troupe.payload_per_s/SIZE and payload_mb_per_s/SIZE (input bytes; the
// results are as many again). A size that is refused is named and left out.
// Parts for --only: the sizes, 0B to 16MiB.

#include "tests/bench/cluster.hpp"
#include "tests/bench/measure.hpp"
#include "tests/bench/settings.hpp"

#include <thread>

namespace troupe::bench {

namespace {

constexpr size_t worker_count = 2;

struct payload_size {
  const char* name;
  size_t bytes;
};
/// The largest one leaves room for what the value's encoding adds.
constexpr payload_size sizes[] = {
  {"0B", 0},           {"64B", 64},
  {"1KiB", 1 << 10},   {"16KiB", 16 << 10},
  {"256KiB", 1 << 18}, {"1MiB", 1 << 20},
  {"4MiB", 4 << 20},   {"16MiB", (16 << 20) - 64},
};

/// Bytes that are pseudo-random by index, as `fill_payload` for 64 of them: a
/// window into one long text, so that making them costs no more than a copy.
class payload_text {
public:
  explicit payload_text(size_t bytes_max) {
    for (uint64_t i = 0; text_.size() < bytes_max + period; ++i) {
      char block[payload_bytes];
      fill_payload(i, block);
      text_.append(block, payload_bytes);
    }
  }

  std::string_view at(uint64_t index, size_t bytes) const {
    return {text_.data() + index * 7 % period, bytes};
  }

private:
  static constexpr size_t period = 4099;
  std::string text_;
};

struct fed_inputs {
  uint64_t count = 0;
  std::string problem; ///< Why there are no more; empty: time was up.
};

/// Feeds inputs of this size for about `seconds`.
fed_inputs feed(const client& api, const payload_text& text,
                const payload_size& what, double seconds) {
  job_spec spec;
  spec.name = what.name;
  spec.function = "echo";
  spec.input_type = type_of<std::string>();
  spec.options.stream = true;
  auto writer = check(api.open(spec), "cannot open a job");
  std::string input;
  fed_inputs fed;
  auto inputs_per_look = std::max<size_t>(1, 4096 / (what.bytes + 1));
  auto begin = bench_clock::now();
  do {
    for (auto end = fed.count + inputs_per_look; fed.count < end; ++fed.count) {
      input.clear();
      encode(text.at(fed.count, what.bytes), input);
      if (auto added = writer.add(input); !added) {
        fed.problem = to_string(from_caf(added.error()));
        writer.abandon();
        return fed;
      }
    }
  } while (seconds_since(begin) < seconds);
  check(writer.close(), "cannot close a job");
  return fed;
}

void measure(const client& api, const payload_text& text,
             const payload_size& what, double seconds) {
  auto begin = bench_clock::now();
  fed_inputs fed;
  std::thread feeder{[&] { fed = feed(api, text, what, seconds); }};
  uint64_t count = 0;
  uint64_t sum = 0;
  auto take = [&](task_index index, std::string_view encoded) {
    auto payload = decode_as<std::string_view>(encoded, "any");
    if (!payload || *payload != text.at(index, what.bytes))
      die(fmt::format("task {} came back with another payload", index));
    ++count;
    sum += index;
  };
  auto status =
    check(api.stream(await_job(api, what.name), take), "cannot stream");
  auto spent = seconds_since(begin);
  feeder.join();
  if (!fed.problem.empty()) {
    fmt::print(stderr, "{}: not measured: {}\n", what.name, fed.problem);
    return;
  }
  auto sent = fed.count;
  if (status.state != job_state::succeeded)
    die("the streamed job did not succeed: " + status.reason);
  if (count != sent || sum != sent * (sent - 1) / 2)
    die(fmt::format("sent {} tasks, got {} results", sent, count));
  print_metric(fmt::format("troupe.payload_per_s/{}", what.name),
               double(sent) / spent);
  print_metric(fmt::format("troupe.payload_mb_per_s/{}", what.name),
               double(sent) * double(what.bytes) / spent / 1e6);
}

void run(const settings& how) {
  cluster nodes{how};
  for (size_t i = 0; i < worker_count; ++i)
    nodes.add_worker();
  host program{nodes};
  program.await_workers(worker_count);
  payload_text text{sizes[std::size(sizes) - 1].bytes};
  auto seconds = how.smoke ? how.seconds / 2 : how.seconds / 4;
  for (const auto& what : sizes)
    if (how.wants(what.name))
      measure(program.api(), text, what, seconds);
}

} // namespace

} // namespace troupe::bench

int main(int argc, char** argv) {
  troupe::bench::run(troupe::bench::parse_settings(argc, argv));
}
