#include "nodes/shell/sending.hpp"

#include "nodes/shell/input_encoder.hpp"
#include "nodes/shell/progress_line.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

namespace troupe::shell {

namespace {

/// Hands out the inputs of a source, encoded.
class encoded_inputs {
public:
  encoded_inputs(input_source& source, const std::string& type)
    : source_(source), encoder_(type) {
    // nop
  }

  /// Encodes all inputs of the command line, or the first one of a file: the
  /// type of the others is the same. So nothing is submitted that cannot fit.
  outcome<void> look_ahead() {
    do {
      std::string bytes;
      auto more = read(bytes);
      if (!more)
        return tl::unexpected{std::move(more.error())};
      ended_ = !*more;
      if (!ended_)
        ahead_.push_back(std::move(bytes));
    } while (!ended_ && source_.is_json());
    return {};
  }

  /// Returns the next input, or nothing at the end.
  outcome<std::optional<std::string>> next() {
    if (given_ < ahead_.size())
      return std::move(ahead_[given_++]);
    std::string bytes = std::move(spare_);
    bytes.clear();
    if (ended_)
      return std::nullopt;
    auto more = read(bytes);
    if (!more)
      return tl::unexpected{std::move(more.error())};
    ended_ = !*more;
    return *more ? std::optional{std::move(bytes)} : std::nullopt;
  }

  /// Takes back the memory of an input.
  void reuse(std::string bytes) {
    spare_ = std::move(bytes);
  }

private:
  outcome<bool> read(std::string& out) {
    auto input = source_.next();
    if (!input)
      return refuse_input(input.error());
    if (!*input)
      return false;
    auto ok = encoder_.encode(count_++, **input, source_.is_json(), out);
    if (!ok) // What the command line says is looked at before it is sent.
      return refuse(to_string(ok.error()),
                    source_.is_json() ? exit_code::usage : exit_code::failed);
    return true;
  }

  static tl::unexpected<failure> refuse_input(const error& what) {
    // An interrupted read: nobody typed anything wrong.
    return refuse(to_string(what), what.code == errc::timed_out
                                     ? exit_code::detached
                                     : exit_code::failed);
  }

  input_source& source_;
  input_encoder encoder_;
  std::vector<std::string> ahead_;
  size_t given_ = 0;
  std::string spare_;
  uint64_t count_ = 0;
  bool ended_ = false;
};

outcome<void> add_all(session& self, encoded_inputs& inputs,
                      const std::string& near, job_writer& writer) {
  progress_line line{self.err()};
  for (;;) {
    if (self.interrupts().flag())
      return refuse("interrupted while sending the inputs",
                    exit_code::detached);
    auto input = inputs.next();
    if (!input)
      return tl::unexpected{std::move(input.error())};
    if (!*input)
      return {};
    if (auto ok = writer.add(**input, near); !ok)
      return refuse(ok.error());
    inputs.reuse(std::move(**input));
    line.sending(writer.size(), std::chrono::steady_clock::now());
  }
}

outcome<job_id> send_inputs(session& self, submission& what,
                            const client& coordinator, bool watch) {
  encoded_inputs inputs{*what.source, what.spec.input_type};
  if (auto ok = inputs.look_ahead(); !ok)
    return tl::unexpected{std::move(ok.error())};
  auto writer = coordinator.open(what.spec, watch);
  if (!writer)
    return refuse(writer.error());
  if (auto ok = add_all(self, inputs, what.near, *writer); !ok) {
    ok.error().text += "; what was sent already will be cancelled";
    return tl::unexpected{std::move(ok.error())};
  }
  auto job = writer->close();
  if (!job)
    return refuse(job.error());
  return *job;
}

outcome<job_id> submit_range(const submission& what, const client& coordinator,
                             bool watch) {
  auto job = coordinator.submit(what.spec, watch);
  if (!job)
    return refuse(job.error());
  return *job;
}

} // namespace

outcome<void> fit_to_cluster(submission& what, const client& coordinator) {
  auto offered = coordinator.functions();
  if (!offered)
    return refuse(offered.error());
  return fit_function(what, *offered);
}

outcome<job_id> send_job(session& self, submission& what,
                         const client& coordinator, bool watch) {
  self.interrupts().allow_detach(true);
  auto job = what.source == nullptr
               ? submit_range(what, coordinator, watch)
               : send_inputs(self, what, coordinator, watch);
  // Who waits for the job polls the flag, too: no Ctrl-C falls in between.
  self.interrupts().allow_detach(watch && job);
  return job;
}

} // namespace troupe::shell
