#include "nodes/shell/json_stream.hpp"

namespace troupe::shell {

namespace {

/// The program reports a failure of stdout when the command has ended.
void show(text_output& out) {
  static_cast<void>(out.flush());
}

} // namespace

json_stream::json_stream(text_output& out) : out_(out) {
  out_.write("[\n");
  show(out_);
}

json_stream::~json_stream() {
  close();
}

void json_stream::write(std::string_view element) {
  if (!first_)
    out_.write(",");
  first_ = false;
  out_.write(element);
  out_.write("\n");
  show(out_);
}

void json_stream::close() {
  if (closed_)
    return;
  closed_ = true;
  out_.write("]\n");
  show(out_);
}

} // namespace troupe::shell
