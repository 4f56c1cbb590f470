#pragma once

#include "runtime/base/error.hpp"
#include "runtime/base/ids.hpp"
#include "runtime/function/callable.hpp"
#include "runtime/function/codec.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace troupe {

/// What the operator of a worker allows functions to do there.
struct worker_permissions {
  std::vector<std::string> read_paths; ///< Folders whose files may be read.
  bool exec = false;                   ///< May run external commands.
};

/// What a function may know about the attempt that it runs in. The pointers
/// are valid during the call.
struct task_context {
  job_id job = 0;
  task_index index = 0;
  uint32_t attempt = 1; ///< 1 + executions that failed or timed out before.
  const worker_permissions* permissions = nullptr; ///< None: nothing allowed.
  const std::atomic<bool>* stop = nullptr;

  /// Whether the result is no longer wanted (cancelled or timed out). Long
  /// functions ask this every few milliseconds and return then; what they
  /// return is dropped.
  bool stop_requested() const {
    return stop != nullptr && stop->load(std::memory_order_relaxed);
  }
};

/// A function's name and the descriptors (`codec.hpp`) of its types.
struct function_signature {
  std::string name;
  std::string input_type = "any";
  std::string args_type = "null"; ///< `null`: takes no shared arguments.
  std::string result_type = "any";
  std::string summary; ///< One line for people.

  friend bool operator==(const function_signature&,
                         const function_signature&) = default;
};

/// Runs one task: appends ONE encoded result to `output`. On failure `output`
/// is unchanged. A body belongs to one slot and is never called by two
/// threads at once; it may keep buffers from call to call.
using task_body = std::function<result<void>(
  const task_context& context, std::string_view input, std::string& output)>;

/// Decodes the shared arguments of a job and returns a body for one slot, or
/// `errc::bad_args`. Called once per job and slot, by any thread.
using task_binder = std::function<result<task_body>(std::string_view args)>;

struct function {
  function_signature signature;
  task_binder bind;
};

/// The functions that a worker offers, by name. Fill it before the worker
/// starts; later it is only read, by several threads.
class function_registry {
public:
  /// Registers a plain callable of one of the shapes
  ///
  ///     R (Input)                       R (const task_context&, Input)
  ///     R (Input, const Args&)          R (const task_context&, Input,
  ///                                        const Args&)
  ///
  /// with R a value, `result<value>` or void. The types are those of
  /// `codec.hpp`; an Input of `std::string_view` points into the task's bytes.
  /// Every slot calls a copy of its own, so a callable may have state, but
  /// what it shares through references it must guard itself. An exception
  /// fails the attempt with `errc::function_failed` and its text.
  /// @returns `errc::duplicate_function`, or `errc::bad_usage` for a name
  ///          that is not 1 to 256 characters of letters, digits and `_-.:/`.
  template <class F>
  result<void> add(std::string name, F callable, std::string summary = {});

  /// Registers a function that handles bytes itself. Exceptions, limits and
  /// the cleaning of `output` after a failure are taken care of here, too.
  /// @returns also `errc::type_mismatch` if a type is not a descriptor.
  result<void> add_raw(function_signature signature, task_binder bind);

  /// Returns the function, or nullptr. Valid as long as the registry.
  const function* find(std::string_view name) const;

  /// Returns all signatures, sorted by name.
  std::vector<function_signature> signatures() const;

  /// Returns all names, sorted.
  std::vector<std::string> names() const;

private:
  std::map<std::string, function, std::less<>> functions_;
};

namespace detail {

template <class T>
struct may_be_absent : std::is_same<T, null> {};

template <class T>
struct may_be_absent<std::optional<T>> : std::true_type {};

} // namespace detail

/// Reads the shared arguments of a job. No bytes at all are fine for `null`
/// and for optional arguments.
/// @returns `errc::bad_args` saying what was expected.
template <class Args>
result<Args> decode_args(std::string_view bytes) {
  if constexpr (detail::may_be_absent<Args>::value)
    if (bytes.empty())
      return Args{};
  auto args = decode<Args>(bytes);
  if (!args)
    args.error().code = errc::bad_args;
  return args;
}

namespace detail {

/// Unwraps what a callable may return: R, `result<R>` or void.
template <class R>
struct returned {
  using type = R;
};

template <>
struct returned<void> {
  using type = null;
};

template <class R>
struct returned<result<R>> : returned<R> {};

/// Turns a callable into a `task_body`; one per slot.
template <class F>
class typed_body {
public:
  using shape = callable_shape<F>;
  using input = typename shape::input;
  using args = typename shape::args;
  using output = typename returned<typename shape::returned>::type;

  typed_body(F callable, std::shared_ptr<const args> shared)
    : callable_(std::move(callable)), args_(std::move(shared)) {
    // nop
  }

  result<void> operator()(const task_context& context, std::string_view bytes,
                          std::string& out) {
    byte_reader reader{bytes};
    input x{};
    if (!codec<input>::read(reader, x) || !reader.finish())
      return tl::unexpected{reader.problem(type_of<input>())};
    return write(std::move(x), context, out);
  }

private:
  result<void> write(input x, const task_context& context, std::string& out) {
    using raw = typename shape::returned;
    if constexpr (std::is_void_v<raw>) {
      shape::call(callable_, context, std::move(x), *args_);
      encode(null{}, out);
    } else if constexpr (std::is_same_v<raw, output>) {
      encode(shape::call(callable_, context, std::move(x), *args_), out);
    } else {
      auto y = shape::call(callable_, context, std::move(x), *args_);
      if (!y)
        return tl::unexpected{std::move(y.error())};
      if constexpr (std::is_same_v<raw, result<void>>)
        encode(null{}, out);
      else
        encode(*y, out);
    }
    return {};
  }

  F callable_;
  std::shared_ptr<const args> args_;
};

} // namespace detail

template <class F>
result<void> function_registry::add(std::string name, F callable,
                                    std::string summary) {
  using body_type = detail::typed_body<F>;
  using args = typename body_type::args;
  function_signature signature{
    std::move(name), type_of<typename body_type::input>(), type_of<args>(),
    type_of<typename body_type::output>(), std::move(summary)};
  auto bind = [callable = std::move(callable)](
                std::string_view bytes) -> result<task_body> {
    auto decoded = decode_args<args>(bytes);
    if (!decoded)
      return tl::unexpected{std::move(decoded.error())};
    return body_type{callable,
                     std::make_shared<const args>(std::move(*decoded))};
  };
  return add_raw(std::move(signature), std::move(bind));
}

} // namespace troupe
