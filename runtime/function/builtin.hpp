#pragma once

#include "runtime/base/limits.hpp"
#include "runtime/function/function.hpp"
#include "runtime/function/struct_fields.hpp"

#include <cstdint>
#include <tuple>

namespace troupe {

/// The longest `sleep` of one task, in milliseconds: 30 days.
constexpr uint64_t sleep_ms_max = uint64_t{30} * 24 * 60 * 60 * 1000;

/// The longest `spin` of one task, in microseconds: an hour.
constexpr uint64_t spin_us_max = uint64_t{60} * 60 * 1'000'000;

/// The shared arguments of `spin`: one length for all tasks, whatever their
/// input, and finer.
struct spin_args {
  uint64_t nanoseconds = 0; ///< At most `spin_us_max` microseconds.
};

TROUPE_STRUCT(spin_args, nanoseconds)

/// The largest file that `wordcount_file` reads, in bytes.
constexpr uint64_t wordcount_file_bytes_max = 16 * limits::gib;

/// The longest single word that `wordcount_file` takes, in bytes.
constexpr size_t word_bytes_max = limits::result_bytes_max;

/// `count_primes` counts below this; its sieve needs the primes up to the
/// square root (10^7).
constexpr uint64_t prime_end_max = 100'000'000'000'000;

/// The numbers in one task of `count_primes`: about half a minute of work.
constexpr uint64_t prime_span_max = 20'000'000'000;

constexpr uint64_t mandelbrot_side_max = 65'536;
constexpr uint64_t mandelbrot_iterations_max = 1'000'000;

/// The shared arguments of `mandelbrot`: which picture.
struct mandelbrot_args {
  uint64_t width = 0;  ///< Pixels, 1 to `mandelbrot_side_max`.
  uint64_t height = 0; ///< Pixels, 1 to `mandelbrot_side_max`.
  uint64_t iterations = 0;
  std::tuple<double, double> center; ///< Real and imaginary part.
  double scale = 0; ///< The part of the real axis that the width spans; > 0.
};

TROUPE_STRUCT(mandelbrot_args, width, height, iterations, center, scale)

/// Adds the functions that every worker has.
///
/// | function         | input -> result                                       |
/// | ---------------- | ----------------------------------------------------- |
/// | `noop`           | any -> null                                           |
/// | `echo`           | any -> any, the same bytes                            |
/// | `sleep`          | uint, milliseconds -> uint, the same number           |
/// | `spin`           | uint, microseconds of CPU time with                   |
/// |                  | optional<`spin_args`> -> uint, the same number        |
/// | `fail`           | uint n -> fails attempts 1..n, then uint, the attempt |
/// | `wordcount`      | string -> map<string,uint>                            |
/// | `wordcount_file` | string, a path -> map<string,uint>                    |
/// | `count_primes`   | tuple<uint,uint> [begin, end) -> uint                 |
/// | `mandelbrot`     | tuple<uint,uint> rows [first, end) with               |
/// |                  | `mandelbrot_args` -> bytes: one a pixel, 0 did not    |
/// |                  | escape, else 1 + (iteration of escape modulo 255)     |
/// | `exec`           | any with `exec_args_type` -> `exec_result_type`       |
///
/// Long ones react to `task_context::stop` within about 50 ms.
///
/// `exec` runs the command `argv` of its arguments. Without it the input is
/// the command: a string is a command line for `/bin/sh -c`, a list of strings
/// is an argv. In `argv`, each `{}` stands for the input as text; if the input
/// is a list, an argument that is just `{}` becomes one argument for each
/// element, and inside a longer argument they are joined by spaces. The
/// command gets the worker's environment plus `env`, `stdin` or nothing as
/// standard input, and a process group of its own that is killed when the
/// command ends or the attempt is stopped. Output beyond
/// `limits::exec_output_bytes_max` is cut with a mark, for stdout and stderr
/// each. An exit code other than 0 is `errc::command_failed`.
/// @returns `errc::duplicate_function` if the registry has such a name.
result<void> add_builtin_functions(function_registry& registry);

constexpr const char* exec_args_type =
  "optional<{argv:optional<list<string>>,env:optional<map<string,string>>,"
  "stdin:optional<string>,cwd:optional<string>}>";

constexpr const char* exec_result_type =
  "{exit:int,stdout:string,stderr:string,seconds:float}";

} // namespace troupe
