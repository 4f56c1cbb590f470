#pragma once

#include "runtime/base/blob.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/model/body.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe {

/// The one mechanism for bodies that do not fit into a message: the sender
/// announces, the receiver pulls frame by frame and so gives the credit. Both
/// halves are pure; their actors move the messages.

/// Asks for `bytes` bytes of a transfer from `offset` on.
struct frame_request {
  uint64_t transfer = 0;
  uint64_t offset = 0;
  uint32_t bytes = 0; ///< At most `limits::frame_bytes_max`; 0: done, forget.
};

/// A piece of a transfer.
struct frame {
  uint64_t transfer = 0;
  uint64_t offset = 0;
  blob bytes; ///< Empty: the sender does not know this transfer.
};

/// The sender's half: holds announced bodies until their receiver is done or
/// gone. `Peer` identifies a receiver (an actor address).
template <class Peer>
class frame_source {
public:
  /// Returns a body that carries `bytes` or announces them to `peer`.
  body offer(const Peer& peer, blob bytes) {
    body result;
    result.size = bytes.size();
    if (bytes.size() <= limits::inline_body_bytes_max) {
      result.bytes = std::move(bytes);
      return result;
    }
    result.transfer = ++last_;
    transfers_.emplace(last_, transfer{peer, std::move(bytes)});
    return result;
  }

  /// Answers a request: with an empty frame when there is no such transfer for
  /// this peer or nothing at that offset, with nothing when the peer is done.
  std::optional<frame> serve(const Peer& peer, const frame_request& what) {
    auto i = transfers_.find(what.transfer);
    if (i == transfers_.end() || i->second.peer != peer)
      return frame{what.transfer, what.offset, {}};
    if (what.bytes == 0) {
      transfers_.erase(i);
      return std::nullopt;
    }
    auto all = i->second.bytes.view();
    if (what.offset >= all.size())
      return frame{what.transfer, what.offset, {}};
    auto n = std::min<size_t>(what.bytes, limits::frame_bytes_max);
    return frame{what.transfer, what.offset,
                 blob{std::string{all.substr(what.offset, n)}}};
  }

  /// Forgets one transfer, or all of a lost peer.
  void drop(uint64_t transfer_id) {
    transfers_.erase(transfer_id);
  }
  void drop_peer(const Peer& peer) {
    std::erase_if(transfers_,
                  [&](const auto& x) { return x.second.peer == peer; });
  }

  size_t size() const {
    return transfers_.size();
  }

private:
  struct transfer {
    Peer peer;
    blob bytes;
  };

  std::map<uint64_t, transfer> transfers_;
  uint64_t last_ = 0;
};

/// The receiver's half for one transfer: says what to ask for and puts the
/// frames together.
class frame_sink {
public:
  /// Errors: `bad_frame` when the body is inline, or its announced size is 0 or
  /// over `bytes_max` (checked before anything is allocated).
  /// @param what Names the body in error texts: "the result of job 7".
  static result<frame_sink> make(const body& announced, size_t bytes_max,
                                 std::string_view what);

  /// Returns the requests to send now: at most `frames_in_flight_max` stay
  /// open.
  std::vector<frame_request> requests();

  /// Takes a frame. Errors: `bad_frame` when it was not asked for, has the
  /// wrong size, or the sender no longer has the transfer; then the sink is of
  /// no further use.
  result<void> add(const frame& piece);

  bool complete() const {
    return received_ == size_;
  }

  /// Returns the request that tells the sender to forget the transfer.
  frame_request done() const {
    return {transfer_, size_, 0};
  }

  /// Returns the whole. Precondition: `complete()`.
  blob take();

  uint64_t transfer() const {
    return transfer_;
  }

private:
  uint64_t transfer_ = 0;
  uint64_t size_ = 0;
  uint64_t requested_ = 0;
  uint64_t received_ = 0; ///< Frames arrive in order, as they were asked for.
  std::string bytes_;
};

} // namespace troupe
