#include "nodes/shell/delivery.hpp"

#include "nodes/shell/job_text.hpp"
#include "runtime/function/byte_reader.hpp"
#include "runtime/function/json.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace troupe::shell {

namespace {

bool is_raw(std::string_view type) {
  return type == "string" || type == "bytes";
}

/// The bytes of an encoded string.
outcome<std::string_view> raw_bytes(const encoded_result& what) {
  byte_reader reader{what.bytes.view()};
  std::string_view bytes;
  if (!reader.sized(bytes) || !reader.finish())
    return refuse(reader.problem(what.type));
  return bytes;
}

outcome<std::string> json_of(const encoded_result& what) {
  if (what.type.empty())
    return "null";
  auto json = bytes_to_json(what.type, what.bytes.view());
  if (!json)
    return refuse(fmt::format("the result of job {} cannot be shown: {}",
                              what.status.id, to_string(json.error())));
  return std::move(*json);
}

} // namespace

outcome<delivery> delivery::prepare(const invocation& call) {
  delivery out;
  out.raw_ = call.has("raw");
  auto path = call.text("output");
  if (call.has("stream") && (out.raw_ || path))
    return refuse_usage(fmt::format("--{} is about a merged result, and with "
                                    "--stream there is none; leave one of them "
                                    "out",
                                    path ? "output" : "raw"));
  if (out.raw_ && call.has("json") && !path)
    return refuse_usage("--raw and --json exclude each other on stdout; give "
                        "one of them, or --output FILE");
  if (path) {
    auto file = output_file::prepare(*path);
    if (!file)
      return refuse(file.error());
    out.file_ = std::move(*file);
  }
  return out;
}

outcome<void> delivery::check_type(const std::string& type) const {
  if (!raw_ || type.empty() || is_raw(type))
    return {};
  return refuse(fmt::format("--raw needs a result that is a string or bytes, "
                            "this one is {}; leave it out to get JSON",
                            type));
}

outcome<void> delivery::deliver(session& self, const client& coordinator,
                                const job_status& job) const {
  auto what = coordinator.result(job.id);
  if (!what)
    return refuse(what.error());
  if (auto ok = check_type(what->type); !ok)
    return ok;
  if (raw_ && !what->type.empty()) {
    if (auto ok = write_raw(self, *what); !ok)
      return ok;
    if (self.json())
      print_job(self, job, "");
    return {};
  }
  return write_json(self, job, *what);
}

outcome<void> delivery::write_raw(session& self,
                                  const encoded_result& what) const {
  auto bytes = raw_bytes(what);
  if (!bytes)
    return tl::unexpected{std::move(bytes.error())};
  if (!file_) {
    self.out().write(*bytes);
    return {};
  }
  if (auto ok = file_->write(std::array{*bytes}); !ok)
    return refuse(ok.error());
  return {};
}

outcome<void> delivery::write_json(session& self, const job_status& job,
                                   const encoded_result& what) const {
  auto json = json_of(what);
  if (!json)
    return tl::unexpected{std::move(json.error())};
  auto sink = [&self](std::string_view text) { self.out().write(text); };
  if (file_) {
    auto ok =
      file_->write(std::array{std::string_view{*json}, std::string_view{"\n"}});
    if (!ok)
      return refuse(ok.error());
    if (self.json())
      print_job(self, job, "");
  } else if (self.json()) {
    write_job_json(job, *json, sink);
    self.out().write("\n");
  } else {
    write_result_text(*json, self.text_columns(), sink);
  }
  return {};
}

void print_job(session& self, const job_status& job, std::string_view text) {
  if (self.json()) {
    self.out().write(job_json(job));
    self.out().write("\n");
  } else {
    self.out().write(text);
  }
}

} // namespace troupe::shell
