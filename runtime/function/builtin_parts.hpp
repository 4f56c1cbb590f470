#pragma once

#include "runtime/base/error.hpp"
#include "runtime/function/function.hpp"

/// The built-in functions by subject; `add_builtin_functions` adds them all.
namespace troupe::builtin {

/// Adds `noop`, `echo`, `sleep` and `fail`.
result<void> add_basic(function_registry& registry);

/// Adds `spin`.
result<void> add_spin(function_registry& registry);

/// Adds `wordcount` and `wordcount_file`.
result<void> add_text(function_registry& registry);

/// Adds `count_primes` and `mandelbrot`.
result<void> add_numbers(function_registry& registry);

/// Adds `exec`.
result<void> add_exec(function_registry& registry);

/// What a function returns when it was asked to stop: nobody looks at it.
inline tl::unexpected<error> stopped() {
  return fail(errc::function_failed, "the attempt was stopped");
}

} // namespace troupe::builtin
