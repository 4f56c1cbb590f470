#include "runtime/wire/frames.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace troupe {

namespace {

tl::unexpected<error> bad_frame(const std::string& text) {
  return fail(errc::bad_frame, text);
}

} // namespace

result<frame_sink> frame_sink::make(const body& announced, size_t bytes_max,
                                    std::string_view what) {
  const std::string name{what};
  if (announced.is_inline())
    return bad_frame(name
                     + " came within its message and announces no "
                       "transfer: read its bytes instead");
  if (announced.size == 0)
    return bad_frame(name
                     + " was announced with 0 bytes: send it within its "
                       "message");
  if (announced.size > bytes_max)
    return bad_frame(
      name + " was announced with " + std::to_string(announced.size)
      + " bytes and the limit is " + std::to_string(bytes_max) + ": send less");
  frame_sink sink;
  sink.transfer_ = announced.transfer;
  sink.size_ = announced.size;
  return sink;
}

std::vector<frame_request> frame_sink::requests() {
  std::vector<frame_request> open;
  constexpr uint64_t window =
    uint64_t{limits::frames_in_flight_max} * limits::frame_bytes_max;
  while (requested_ < size_ && requested_ - received_ < window) {
    const auto n =
      std::min<uint64_t>(limits::frame_bytes_max, size_ - requested_);
    open.push_back({transfer_, requested_, static_cast<uint32_t>(n)});
    requested_ += n;
  }
  return open;
}

result<void> frame_sink::add(const frame& piece) {
  const auto name = "transfer " + std::to_string(transfer_);
  if (piece.transfer != transfer_)
    return bad_frame(name + " received a frame of transfer "
                     + std::to_string(piece.transfer)
                     + ": start the transfer again");
  if (received_ == requested_)
    return bad_frame(name
                     + " received a frame that it did not ask for: start "
                       "the transfer again");
  if (piece.bytes.empty())
    return bad_frame(name
                     + " is no longer known to its sender: ask for the "
                       "message again");
  if (piece.offset != received_)
    return bad_frame(name + " received a frame at offset "
                     + std::to_string(piece.offset) + " instead of "
                     + std::to_string(received_)
                     + ": start the transfer again");
  const auto due =
    std::min<uint64_t>(limits::frame_bytes_max, requested_ - received_);
  if (piece.bytes.size() != due)
    return bad_frame(name + " received a frame of "
                     + std::to_string(piece.bytes.size()) + " bytes instead of "
                     + std::to_string(due) + ": start the transfer again");
  // Memory follows what really arrived, not what a peer announced.
  const auto needed = received_ + due;
  if (bytes_.capacity() < needed)
    bytes_.reserve(std::min<uint64_t>(size_, 2 * needed));
  bytes_.append(piece.bytes.view());
  received_ = needed;
  return {};
}

blob frame_sink::take() {
  assert(complete());
  return blob{std::move(bytes_)};
}

} // namespace troupe
