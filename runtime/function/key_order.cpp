#include "runtime/function/key_order.hpp"

#include "runtime/function/codec.hpp"

#include <cmath>

namespace troupe {

namespace {

template <class T>
T read_key(std::string_view bytes) {
  byte_reader in{bytes};
  T x{};
  codec<T>::read(in, x);
  return x;
}

template <class T>
int compare_as(std::string_view x, std::string_view y) {
  auto a = read_key<T>(x);
  auto b = read_key<T>(y);
  return a < b ? -1 : (b < a ? 1 : 0);
}

int compare_floats(std::string_view x, std::string_view y) {
  auto a = std::isnan(read_key<double>(x));
  auto b = std::isnan(read_key<double>(y));
  return a || b ? int{a} - int{b} : compare_as<double>(x, y);
}

} // namespace

int compare_keys(const type_description& type, std::string_view x,
                 std::string_view y) {
  switch (type.kind) {
    case type_kind::integer: return compare_as<int64_t>(x, y);
    case type_kind::unsigned_integer: return compare_as<uint64_t>(x, y);
    case type_kind::floating: return compare_floats(x, y);
    case type_kind::string:
    case type_kind::bytes: return compare_as<std::string_view>(x, y);
    default: return x.compare(y);
  }
}

} // namespace troupe
