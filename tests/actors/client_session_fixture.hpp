#pragma once

#include "actors/client_session.hpp"
#include "actors/front_door.hpp"
#include "tests/actors/puppet.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::test {

/// Leads to the front door that the test names, or nowhere.
class switched_dialer final : public dialer {
public:
  result<connection> dial(std::chrono::milliseconds) override {
    ++attempts;
    if (!door)
      return fail(errc::cannot_connect, "nobody is there");
    return connection{door, make_direct_link()};
  }

  std::string target() const override {
    return "the test";
  }

  caf::actor door;
  size_t attempts = 0;
};

/// The test plays the coordinator; the front door is real.
struct client_session_fixture : stage {
  client_session_fixture() {
    open();
    client_session_options options;
    options.dial = dial;
    options.who.name = "client";
    options.board = board;
    options.connects = threading::scheduled;
    options.log = log;
    subject = sys.spawn(client_session, options);
    sched.run();
  }

  ~client_session_fixture() override {
    end(subject);
    if (dial->door)
      end(dial->door);
  }

  /// Opens the front door of a coordinator, which the test plays from now on.
  void open() {
    lead.emplace(sys);
    front_door_options how;
    how.cluster = "default";
    how.store = store;
    how.handles = {lead->as(), others.as(), others.as(), others.as()};
    dial->door = sys.spawn(front_door, how, logger_ptr{log});
  }

  /// Loses the coordinator; the session finds none until `open`.
  void lose() {
    end(dial->door);
    dial->door = nullptr;
    lead.reset();
    sched.run();
  }

  void call(std::function<void(client_session_state&)> what) {
    caf::anon_send(subject, client_call{std::move(what)});
    sched.run();
  }

  void tell(auto what) {
    lead->send(subject, std::move(what));
    sched.run();
  }

  void tell(job_update what) {
    tell(job_updates{{std::move(what)}});
  }

  std::shared_ptr<submit_call>
  submit(const std::string& function,
         std::shared_ptr<watch_call> watch = nullptr) {
    auto result = std::make_shared<submit_call>();
    result->item.spec.function = function;
    call([=](client_session_state& at) { at.submit(result, watch); });
    return result;
  }

  /// Answers a submit with job ids that count up from `first`.
  void answer(const submit_jobs& what, job_id first) {
    submit_replies reply;
    reply.ticket = what.ticket;
    for (size_t i = 0; i < what.items.size(); ++i)
      reply.items.push_back({first + i, {}, false});
    tell(reply);
  }

  std::shared_ptr<watch_call> watch(job_id job, bool stream = false) {
    auto result = std::make_shared<watch_call>();
    result->job = job;
    result->stream = stream;
    call([=](client_session_state& at) { at.watch(result); });
    return result;
  }

  std::shared_ptr<fetch_call> fetch(job_id job) {
    auto result = std::make_shared<fetch_call>();
    result->job = job;
    call([=](client_session_state& at) { at.fetch(result); });
    return result;
  }

  void feed(const std::shared_ptr<feed_call>& to, uint64_t seq, blob bytes) {
    append_inputs inputs;
    inputs.job = to->job;
    inputs.seq = seq;
    inputs.inputs = inline_body(std::move(bytes));
    to->unstored.emplace(seq, inputs);
    to->unstored_bytes += inputs.inputs.size;
    call([=](client_session_state& at) { at.feed(to, inputs); });
  }

  static job_update ended(job_id job) {
    job_update result;
    result.status.id = job;
    result.status.state = job_state::succeeded;
    result.status.tasks = 1;
    return result;
  }

  std::shared_ptr<capturing_logger> log = std::make_shared<capturing_logger>();
  std::shared_ptr<client_board> board = std::make_shared<client_board>();
  std::shared_ptr<switched_dialer> dial = std::make_shared<switched_dialer>();
  uint64_t store = 1; ///< Of the coordinator that opens next.
  std::optional<puppet> lead;
  puppet others{sys};
  client_actor subject;
};

inline caf::behavior refusing_door(caf::event_based_actor*, errc code) {
  return {
    [code](hello_atom, const std::string&, const std::string&, uint32_t,
           const std::string&, uint64_t) {
      return caf::make_message(refused_atom::value, static_cast<uint8_t>(code),
                               std::string{"because"});
    },
  };
}

/// Serves all open requests for a transfer of `whole`; true at the `done`.
inline bool serve_frames(puppet& from, const client_actor& to,
                         const std::string& whole) {
  while (auto asked = from.take<frame_request>()) {
    if (asked->bytes == 0)
      return true;
    from.send(to, frame{asked->transfer, asked->offset,
                        blob{whole.substr(asked->offset, asked->bytes)}});
  }
  return false;
}

} // namespace troupe::test
