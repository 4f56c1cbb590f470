#pragma once

#include <tuple>
#include <type_traits>
#include <utility>

/// Finds out what a task function takes and returns. Part of the typed
/// registration in `function.hpp`.
namespace troupe {

struct null;
struct task_context;

namespace detail {

template <class R, class... Ts>
struct call_signature {
  using returned = R;
  using parameters = std::tuple<std::decay_t<Ts>...>;
};

template <class Member>
struct member_signature;

#define TROUPE_MEMBER_SIGNATURE(...)                                           \
  template <class C, class R, class... Ts>                                     \
  struct member_signature<R (C::*)(Ts...) __VA_ARGS__>                         \
    : call_signature<R, Ts...> {};
TROUPE_MEMBER_SIGNATURE()
TROUPE_MEMBER_SIGNATURE(const)
TROUPE_MEMBER_SIGNATURE(noexcept)
TROUPE_MEMBER_SIGNATURE(const noexcept)
#undef TROUPE_MEMBER_SIGNATURE

template <class F>
struct signature_of : member_signature<decltype(&F::operator())> {};

template <class R, class... Ts>
struct signature_of<R (*)(Ts...)> : call_signature<R, Ts...> {};

template <class R, class... Ts>
struct signature_of<R (*)(Ts...) noexcept> : call_signature<R, Ts...> {};

/// The parameters of the four shapes; `call` passes what `F` asks for.
template <class Parameters>
struct parameter_shape {
  static_assert(sizeof(Parameters) == 0,
                "a task function takes (Input), (Input, const Args&), (const "
                "task_context&, Input) or (const task_context&, Input, const "
                "Args&)");
};

template <class Input>
struct parameter_shape<std::tuple<Input>> {
  using input = Input;
  using args = null;
  template <class F>
  static decltype(auto) call(F& f, const task_context&, Input&& x,
                             const args&) {
    return f(std::forward<Input>(x));
  }
};

template <class Input, class Args>
struct parameter_shape<std::tuple<Input, Args>> {
  using input = Input;
  using args = Args;
  template <class F>
  static decltype(auto) call(F& f, const task_context&, Input&& x,
                             const args& shared) {
    return f(std::forward<Input>(x), shared);
  }
};

template <class Input>
struct parameter_shape<std::tuple<task_context, Input>> {
  using input = Input;
  using args = null;
  template <class F>
  static decltype(auto) call(F& f, const task_context& context, Input&& x,
                             const args&) {
    return f(context, std::forward<Input>(x));
  }
};

template <class Input, class Args>
struct parameter_shape<std::tuple<task_context, Input, Args>> {
  using input = Input;
  using args = Args;
  template <class F>
  static decltype(auto) call(F& f, const task_context& context, Input&& x,
                             const args& shared) {
    return f(context, std::forward<Input>(x), shared);
  }
};

/// What a callable takes, returns, and how it is called.
template <class F>
struct callable_shape : parameter_shape<typename signature_of<F>::parameters> {
  using returned = std::decay_t<typename signature_of<F>::returned>;
};

} // namespace detail

} // namespace troupe
