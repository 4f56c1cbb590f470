#include "runtime/function/byte_reader.hpp"

#include <fmt/format.h>

namespace troupe {

bool byte_reader::long_varint(uint64_t& x) {
  x = 0;
  for (size_t shift = 0; shift < 64; shift += 7) {
    uint8_t got = 0;
    if (!byte(got))
      return false;
    if (shift == 63 && got > 1)
      return refuse("an integer is longer than 64 bits");
    x |= uint64_t{got & 0x7Fu} << shift;
    if (got < 0x80)
      return got != 0 || shift == 0
             || refuse("an integer is not in its shortest form");
  }
  return refuse("an integer is longer than 64 bits");
}

bool byte_reader::fixed64(uint64_t& x) {
  std::string_view got;
  if (!bytes(8, got))
    return false;
  x = 0;
  for (size_t i = 8; i-- > 0;)
    x = x << 8 | static_cast<uint8_t>(got[i]);
  return true;
}

bool byte_reader::flag(bool& x) {
  uint8_t got = 0;
  if (!byte(got))
    return false;
  x = got == 1;
  return got <= 1 || refuse(fmt::format("expected 0 or 1, got {}", got));
}

bool byte_reader::finish() {
  return remaining() == 0
         || refuse(fmt::format("{} bytes too many", remaining()));
}

bool byte_reader::refuse(std::string problem) {
  if (problem_.empty()) {
    problem_ = std::move(problem);
    problem_at_ = position_;
  }
  return false;
}

bool byte_reader::refuse_range(int64_t min, int64_t max, int64_t got) {
  return refuse(
    fmt::format("expected an integer in [{}, {}], got {}", min, max, got));
}

bool byte_reader::refuse_range(uint64_t max, uint64_t got) {
  return refuse(
    fmt::format("expected an integer in [0, {}], got {}", max, got));
}

bool byte_reader::refuse_end() {
  return refuse("the bytes end too early");
}

bool byte_reader::refuse_size(uint64_t size) {
  return refuse(
    fmt::format("{} bytes are announced, {} are left", size, remaining()));
}

bool byte_reader::refuse_count(uint64_t count) {
  return refuse(fmt::format("{} elements are announced, only {} bytes are left",
                            count, remaining()));
}

error byte_reader::problem(std::string_view type, errc code) const {
  constexpr size_t shown_max = 200;
  return {code, fmt::format("cannot decode {}: {} (at byte {} of {})",
                            type.substr(0, shown_max),
                            problem_.empty() ? "no problem" : problem_,
                            problem_at_, bytes_.size())};
}

void write_fixed64(uint64_t x, std::string& out) {
  char buffer[8];
  for (size_t i = 0; i < 8; ++i)
    buffer[i] = static_cast<char>(x >> (8 * i));
  out.append(buffer, 8);
}

} // namespace troupe
