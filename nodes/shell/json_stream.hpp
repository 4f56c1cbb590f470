#pragma once

#include "nodes/shell/text_output.hpp"

#include <string_view>

namespace troupe::shell {

/// A JSON array on stdout that grows while something goes on: an element a
/// line, `[`, then each element with a comma before all but the first, then
/// `]`. What was written so far is visible at once, and after `close` the whole
/// is one JSON document.
class json_stream {
public:
  explicit json_stream(text_output& out);

  /// Closes the array, also when a command ends early.
  ~json_stream();

  json_stream(const json_stream&) = delete;
  json_stream& operator=(const json_stream&) = delete;

  /// Writes one element, which is JSON on one line, and flushes it.
  void write(std::string_view element);

  /// Ends the array. Nothing may be written afterwards.
  void close();

private:
  text_output& out_;
  bool first_ = true;
  bool closed_ = false;
};

} // namespace troupe::shell
