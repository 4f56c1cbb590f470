#pragma once

#include <string_view>
#include <tuple>

namespace troupe {

/// The name of one data member and where it is.
template <class Struct, class T>
struct struct_field {
  std::string_view name;
  T Struct::*member;
};

template <class Struct, class T>
constexpr struct_field<Struct, T> make_struct_field(std::string_view name,
                                                    T Struct::*member) {
  return {name, member};
}

/// A type for which `TROUPE_STRUCT` was said.
template <class T>
concept described_struct = requires(const T* x) {
  troupe_struct_fields(x);
};

} // namespace troupe

/// Lets a struct of up to 64 public data members be an input, argument or
/// result. Say it in the struct's own namespace, behind the struct:
/// `TROUPE_STRUCT(point, x, y)`. Names and order are part of the type.
///
/// The macro recursion is that of D. Mazieres, "Recursive macros with C++20
/// __VA_OPT__", 2021.
#define TROUPE_STRUCT(type, ...)                                               \
  [[maybe_unused]] constexpr auto troupe_struct_fields(const type*) {          \
    using troupe_struct = type;                                                \
    return std::tuple{TROUPE_EXPAND(TROUPE_FIELDS(__VA_ARGS__))};              \
  }

#define TROUPE_FIELDS(field, ...)                                              \
  ::troupe::make_struct_field(#field, &troupe_struct::field)                   \
    __VA_OPT__(, TROUPE_FIELDS_AGAIN TROUPE_PARENTHESES(__VA_ARGS__))
#define TROUPE_FIELDS_AGAIN() TROUPE_FIELDS
#define TROUPE_PARENTHESES ()

#define TROUPE_EXPAND(...)                                                     \
  TROUPE_EXPAND_1(TROUPE_EXPAND_1(TROUPE_EXPAND_1(__VA_ARGS__)))
#define TROUPE_EXPAND_1(...)                                                   \
  TROUPE_EXPAND_2(TROUPE_EXPAND_2(TROUPE_EXPAND_2(__VA_ARGS__)))
#define TROUPE_EXPAND_2(...)                                                   \
  TROUPE_EXPAND_3(TROUPE_EXPAND_3(TROUPE_EXPAND_3(__VA_ARGS__)))
#define TROUPE_EXPAND_3(...)                                                   \
  TROUPE_EXPAND_4(TROUPE_EXPAND_4(TROUPE_EXPAND_4(__VA_ARGS__)))
#define TROUPE_EXPAND_4(...) __VA_ARGS__
