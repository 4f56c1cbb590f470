#include "nodes/shell/input_encoder.hpp"

#include "runtime/function/byte_reader.hpp"
#include "runtime/function/json.hpp"

#include <fmt/format.h>

#include <utility>

namespace troupe::shell {

input_encoder::input_encoder(std::string type) : type_(std::move(type)) {
  // nop
}

result<void> input_encoder::encode(uint64_t index, std::string_view text,
                                   bool json, std::string& out) const {
  if (!json && (type_ == "string" || type_ == "bytes" || type_ == "any")) {
    // The common cases need no detour over JSON.
    if (type_ == "any")
      write_sized("string", out);
    write_sized(text, out);
    return {};
  }
  std::string quoted;
  if (!json) {
    append_json_string(text, quoted);
    text = quoted;
  }
  auto encoded = json_to_bytes(type_, text);
  if (!encoded) {
    const auto& why = encoded.error();
    return fail(why.code, fmt::format("input {}: {}", index, to_string(why)));
  }
  out += *encoded;
  return {};
}

} // namespace troupe::shell
