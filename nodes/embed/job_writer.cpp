#include "actors/client_session.hpp"
#include "nodes/embed/client_core.hpp"
#include "runtime/model/packed.hpp"

namespace troupe {

struct job_writer::impl {
  impl(std::shared_ptr<client_core> owner, job_spec what, bool watching)
    : core(std::move(owner)), spec(std::move(what)), watch(watching) {
    // nop
  }

  /// Sends what is packed; the first time it submits the job.
  result<void> send(bool last);
  result<void> append(blob packed, bool last);

  /// Waits until the coordinator has room for more.
  result<void> wait_for_room(size_t bytes_max);

  std::shared_ptr<client_core> core;
  job_spec spec;
  bool watch = true;
  packed_builder packed;
  std::string near;                ///< Of all that is packed.
  std::shared_ptr<feed_call> feed; ///< None before the first send.
  job_id job = 0;
  uint64_t seq = 0;
  uint64_t inputs = 0;
};

result<void> job_writer::impl::send(bool last) {
  blob bytes{packed.finish()};
  if (feed)
    return append(std::move(bytes), last);
  // A first chunk that is too large for the submit follows by itself.
  auto inlined = bytes.size() <= limits::inline_body_bytes_max;
  submit_item item;
  item.spec = spec;
  item.closed = last && inlined;
  item.watch = watch;
  if (inlined) {
    item.inputs.size = bytes.size();
    item.inputs.bytes = bytes;
    item.near = near;
  }
  auto id = core->submit(std::move(item));
  if (!id)
    return tl::unexpected{std::move(id.error())};
  job = *id;
  feed = std::make_shared<feed_call>();
  feed->job = job;
  if (!inlined)
    return append(std::move(bytes), last);
  return {};
}

result<void> job_writer::impl::append(blob bytes, bool last) {
  append_inputs message;
  message.job = job;
  message.seq = ++seq;
  message.last = last;
  message.near = near;
  message.inputs.size = bytes.size();
  message.inputs.bytes = std::move(bytes);
  {
    std::unique_lock guard{core->board->mutex};
    if (feed->problem.code != errc::ok)
      return tl::unexpected{feed->problem};
    feed->unstored_bytes += message.inputs.size;
    feed->unstored.emplace(seq, message);
  }
  core->call([call = feed, message](client_session_state& session) {
    session.feed(call, message);
  });
  return wait_for_room(last ? 0 : limits::client_input_window_bytes);
}

result<void> job_writer::impl::wait_for_room(size_t bytes_max) {
  std::unique_lock guard{core->board->mutex};
  core->board->changed.wait(guard, [&] {
    auto room = bytes_max > 0 ? feed->unstored_bytes <= bytes_max
                              : feed->unstored.empty();
    return room || feed->problem.code != errc::ok || core->board->refused;
  });
  if (feed->problem.code != errc::ok)
    return tl::unexpected{feed->problem};
  if (core->board->refused)
    return tl::unexpected{core->board->problem};
  return {};
}

job_writer::job_writer(std::unique_ptr<impl> state) : impl_(std::move(state)) {
  // nop
}

job_writer::job_writer(job_writer&&) noexcept = default;
job_writer& job_writer::operator=(job_writer&&) noexcept = default;
job_writer::~job_writer() = default;

caf::expected<job_writer> client::open(job_spec spec, bool watch) const {
  if (spec.inputs != input_kind::chunks)
    return to_caf(
      {errc::bad_usage, "a range job has no inputs to write: use submit"});
  return job_writer{
    std::make_unique<job_writer::impl>(core_, std::move(spec), watch)};
}

caf::expected<void> job_writer::add(std::string_view encoded,
                                    std::string_view near) {
  auto& x = *impl_;
  if (encoded.size() > limits::input_bytes_max)
    return to_caf({errc::input_too_large,
                   "input " + std::to_string(x.inputs) + " has "
                     + std::to_string(encoded.size()) + " bytes, the limit is "
                     + std::to_string(limits::input_bytes_max)});
  if (near.size() > limits::name_bytes_max)
    return to_caf({errc::bad_usage,
                   "the label of input " + std::to_string(x.inputs) + " has "
                     + std::to_string(near.size()) + " bytes, the limit is "
                     + std::to_string(limits::name_bytes_max)});
  auto full = near != x.near || x.packed.size() >= limits::chunk_tasks_max
              || x.packed.bytes() + encoded.size() > limits::chunk_bytes_max;
  if (full && !x.packed.empty())
    if (auto ok = x.send(false); !ok)
      return to_caf(ok.error());
  x.near = near;
  x.packed.add(encoded);
  ++x.inputs;
  return caf::unit;
}

caf::expected<job_id> job_writer::close() {
  if (auto ok = impl_->send(true); !ok)
    return to_caf(ok.error());
  return impl_->job;
}

caf::expected<encoded_result> job_writer::finish() {
  auto small =
    !impl_->feed && impl_->packed.bytes() <= limits::inline_body_bytes_max;
  if (!small) {
    auto job = close();
    if (!job)
      return std::move(job.error());
    return client{impl_->core}.finished_result(*job);
  }
  submit_item item;
  item.spec = impl_->spec;
  item.inputs.bytes = blob{impl_->packed.finish()};
  item.inputs.size = item.inputs.bytes.size();
  item.near = impl_->near;
  item.closed = true;
  return to_caf(impl_->core->run(std::move(item)));
}

void job_writer::abandon() {
  impl_->packed.clear();
  // Its outcome does not matter: a job that ended already needs no cancel.
  if (impl_->job != 0)
    (void)impl_->core->ask<job_status>(&cluster_handles::coordinator,
                                       cancel_job{impl_->job});
}

job_id job_writer::job() const {
  return impl_->job;
}

uint64_t job_writer::size() const {
  return impl_->inputs;
}

} // namespace troupe
