#include "runtime/base/limits.hpp"
#include "runtime/function/builtin.hpp"
#include "runtime/function/builtin_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>
#include <vector>

namespace troupe::builtin {

namespace {

using range = std::tuple<uint64_t, uint64_t>;

// One flag for each odd number: a segment of 64 Ki numbers fits the first
// level cache, one of 2 Mi numbers the second.
constexpr uint64_t segment_flags_min = 32 * 1024;
constexpr uint64_t segment_flags_max = 1024 * 1024;

uint64_t square_root(uint64_t x) {
  auto root = static_cast<uint64_t>(std::sqrt(static_cast<double>(x)));
  while (root * root > x)
    --root;
  while ((root + 1) * (root + 1) <= x)
    ++root;
  return root;
}

/// Counts primes with a segmented sieve of Eratosthenes over the odd numbers
/// (C. Bays, R. Hudson, "The segmented sieve of Eratosthenes and primes in
/// arithmetic progressions to 10^12", BIT 17, 1977). Keeps the small primes
/// from task to task.
class prime_counter {
public:
  result<uint64_t> operator()(const task_context& context, range input) {
    auto [begin, end] = input;
    if (auto valid = check(begin, end); !valid)
      return tl::unexpected{std::move(valid.error())};
    uint64_t count = begin <= 2 && end > 2 ? 1 : 0;
    // From here on only odd numbers >= 3 count; `low` is one of them.
    auto low = std::max<uint64_t>(begin, 3) | 1;
    if (low >= end)
      return count;
    auto root = square_root(end - 1);
    if (!prepare(context, root))
      return stopped();
    auto flags = std::clamp(root / 2, segment_flags_min, segment_flags_max);
    start_at(low);
    for (; low < end; low += 2 * flags) {
      if (context.stop_requested())
        return stopped();
      count += sieve(low, std::min(flags, (end - low + 1) / 2));
    }
    return count;
  }

private:
  static result<void> check(uint64_t begin, uint64_t end) {
    if (begin > end)
      return fail(errc::bad_input,
                  fmt::format("count_primes: the range [{}, {}) ends before it "
                              "begins",
                              begin, end));
    if (end > prime_end_max)
      return fail(errc::bad_input,
                  fmt::format("count_primes: the end is {}, the limit is {}",
                              end, prime_end_max));
    if (end - begin > prime_span_max)
      return fail(errc::bad_input,
                  fmt::format("count_primes: the range has {} numbers, the "
                              "limit for one task is {}; split it",
                              end - begin, prime_span_max));
    return {};
  }

  /// Makes sure that all odd primes up to `root` are known.
  bool prepare(const task_context& context, uint64_t root) {
    if (root <= known_)
      return true;
    std::vector<uint8_t> composite(root / 2 + 1);
    primes_.clear();
    for (uint64_t i = 3; i <= root; i += 2) {
      if (composite[i / 2] != 0)
        continue;
      primes_.push_back(static_cast<uint32_t>(i));
      for (auto j = i * i; j <= root; j += 2 * i)
        composite[j / 2] = 1;
    }
    known_ = root;
    return !context.stop_requested();
  }

  /// Notes for each prime its first odd multiple from `low` on. A prime's
  /// multiples begin at its square: below, they have a smaller factor.
  void start_at(uint64_t low) {
    next_.resize(primes_.size());
    for (size_t i = 0; i < primes_.size(); ++i) {
      uint64_t prime = primes_[i];
      auto multiple =
        std::max(prime * prime, (low + prime - 1) / prime * prime);
      if (multiple % 2 == 0)
        multiple += prime;
      next_[i] = multiple;
    }
  }

  /// Counts the primes among the `flags` odd numbers from `low` on.
  uint64_t sieve(uint64_t low, uint64_t flags) {
    prime_.assign(flags, 1);
    auto high = low + 2 * (flags - 1);
    for (size_t i = 0; i < primes_.size(); ++i) {
      uint64_t step = primes_[i];
      if (step * step > high)
        break;
      auto at = (next_[i] - low) / 2;
      for (; at < flags; at += step)
        prime_[at] = 0;
      next_[i] = low + 2 * at;
    }
    return std::accumulate(prime_.begin(), prime_.end(), uint64_t{0});
  }

  uint64_t known_ = 0;
  std::vector<uint32_t> primes_;
  std::vector<uint64_t> next_;
  std::vector<uint8_t> prime_;
};

result<void> check(const mandelbrot_args& args) {
  auto wrong = [](std::string_view what, auto got, std::string_view wanted) {
    return fail(errc::bad_args, fmt::format("mandelbrot: {} is {}, expected {}",
                                            what, got, wanted));
  };
  auto side = fmt::format("1 to {}", mandelbrot_side_max);
  if (args.width == 0 || args.width > mandelbrot_side_max)
    return wrong("width", args.width, side);
  if (args.height == 0 || args.height > mandelbrot_side_max)
    return wrong("height", args.height, side);
  if (args.iterations == 0 || args.iterations > mandelbrot_iterations_max)
    return wrong("iterations", args.iterations,
                 fmt::format("1 to {}", mandelbrot_iterations_max));
  if (!(args.scale > 0) || !std::isfinite(args.scale))
    return wrong("scale", args.scale, "a number above 0");
  auto [x, y] = args.center;
  if (!std::isfinite(x) || !std::isfinite(y))
    return wrong("center", fmt::format("[{}, {}]", x, y), "two finite numbers");
  return {};
}

/// Returns the iteration after which z = z^2 + c has left the circle of
/// radius 2, or `most` if it has not until then.
uint64_t escape_time(double cx, double cy, uint64_t most) {
  // The cardioid and the circle left of it never escape; they are most of the
  // area that would need all iterations.
  auto q = (cx - 0.25) * (cx - 0.25) + cy * cy;
  if (q * (q + (cx - 0.25)) <= 0.25 * cy * cy
      || (cx + 1) * (cx + 1) + cy * cy <= 0.0625)
    return most;
  double x = 0;
  double y = 0;
  for (uint64_t i = 0; i < most; ++i) {
    auto xx = x * x;
    auto yy = y * y;
    if (xx + yy > 4)
      return i;
    y = 2 * x * y + cy;
    x = xx - yy + cx;
  }
  return most;
}

result<std::vector<uint8_t>> mandelbrot(const task_context& context, range rows,
                                        const mandelbrot_args& args) {
  // Enough iterations for a millisecond: then look at the stop flag.
  constexpr uint64_t iterations_per_check = 500'000;
  auto [begin, end] = rows;
  if (begin > end || end > args.height)
    return fail(errc::bad_input,
                fmt::format("mandelbrot: the rows [{}, {}) are not in the "
                            "picture, which has {}",
                            begin, end, args.height));
  if ((end - begin) * args.width > limits::result_bytes_max)
    return fail(errc::result_too_large,
                fmt::format("mandelbrot: {} rows of {} pixels are more than {} "
                            "bytes; ask for fewer rows",
                            end - begin, args.width, limits::result_bytes_max));
  auto pixel = args.scale / static_cast<double>(args.width);
  auto left = std::get<0>(args.center) - args.scale / 2;
  auto top =
    std::get<1>(args.center) + pixel * static_cast<double>(args.height) / 2;
  std::vector<uint8_t> out;
  out.reserve((end - begin) * args.width);
  uint64_t spent = 0;
  for (auto row = begin; row < end; ++row) {
    auto cy = top - (static_cast<double>(row) + 0.5) * pixel;
    for (uint64_t column = 0; column < args.width; ++column) {
      auto cx = left + (static_cast<double>(column) + 0.5) * pixel;
      auto time = escape_time(cx, cy, args.iterations);
      out.push_back(time == args.iterations
                      ? uint8_t{0}
                      : static_cast<uint8_t>(1 + time % 255));
      spent += time + 1;
      if (spent >= iterations_per_check) {
        if (context.stop_requested())
          return stopped();
        spent = 0;
      }
    }
  }
  return out;
}

/// Raw, so that a bad picture is refused with the arguments, not by each task.
result<task_body> bind_mandelbrot(std::string_view bytes) {
  auto args = decode_args<mandelbrot_args>(bytes);
  if (!args)
    return tl::unexpected{std::move(args.error())};
  if (auto valid = check(*args); !valid)
    return tl::unexpected{std::move(valid.error())};
  return [args = *args](const task_context& context, std::string_view input,
                        std::string& output) -> result<void> {
    auto rows = decode<range>(input);
    if (!rows)
      return tl::unexpected{std::move(rows.error())};
    auto pixels = mandelbrot(context, *rows, args);
    if (!pixels)
      return tl::unexpected{std::move(pixels.error())};
    encode(*pixels, output);
    return {};
  };
}

} // namespace

result<void> add_numbers(function_registry& registry) {
  auto added = registry.add("count_primes", prime_counter{},
                            "counts the primes in [begin, end)");
  if (added)
    added = registry.add_raw({"mandelbrot", type_of<range>(),
                              type_of<mandelbrot_args>(), "bytes",
                              "computes rows of a picture of the Mandelbrot "
                              "set"},
                             bind_mandelbrot);
  return added;
}

} // namespace troupe::builtin
