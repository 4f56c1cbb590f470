#pragma once

#include <cstdint>

namespace troupe {

constexpr const char* product_version = "0.1.0";

/// Two nodes work together only if these are equal.
constexpr uint32_t protocol_version = 5;

} // namespace troupe
