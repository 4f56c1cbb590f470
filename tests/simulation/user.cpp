#include "tests/simulation/user.hpp"

#include "runtime/model/packed.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <fmt/format.h>

namespace troupe::simulation {

user::user(world& where, std::string name, bool jobs_expire)
  : world_(where), name_(std::move(name)), jobs_expire_(jobs_expire),
    reads_late_(where.chance(0.2)) {
  // nop
}

// -- process ------------------------------------------------------------------

void user::start() {
  if (up_)
    return;
  up_ = true;
  ++starts_;
  board_ = std::make_shared<client_board>();
  node_ = world_.start_node(name_, [this](node_number number) {
    client_session_options terms;
    terms.dial = world_.dialer_of(number);
    terms.who = {"default", name_, world_.random().next()};
    terms.board = board_;
    terms.connects = threading::scheduled;
    terms.seed = world_.random().next();
    terms.log = make_null_logger();
    session_ = world_.system().spawn(client_session, terms);
  });
  for (auto& x : errands_) {
    if (x->at != phase::known)
      continue;
    x->fetch.reset(); // It went with its session.
    x->watch = std::make_shared<watch_call>();
    x->watch->job = x->id;
    x->watch->stream = x->plan->spec.options.stream;
    call([watch = x->watch](client_session_state& at) { at.watch(watch); });
  }
}

void user::crash() {
  if (!up_)
    return;
  up_ = false;
  world_.end_node(node_, false, {caf::actor_cast<caf::actor>(session_)});
  session_ = nullptr;
  for (auto& x : errands_) {
    x->keeps_up = x->keeps_up && x->at == phase::planned;
    if (x->at == phase::submitted) {
      // With a key it can ask for the job that may be there.
      x->at = x->plan->spec.key.empty() ? phase::abandoned : phase::planned;
    } else if (x->at == phase::known && x->plan->opens && !x->fed_all) {
      x->at = phase::abandoned; // The rest of its inputs is gone.
    } else if (x->at == phase::known) {
      // Nobody may have heard what of a stream it had read last.
      x->reads_again = true;
    }
  }
}

void user::stop() {
  if (up_)
    caf::anon_send_exit(session_, caf::exit_reason::kill);
  session_ = nullptr;
  up_ = false;
}

void user::call(std::function<void(client_session_state&)> what) {
  caf::anon_send(session_, client_call{std::move(what)});
}

void user::submit_at(time_point when, std::shared_ptr<const job_plan> plan) {
  auto x = std::make_unique<errand>();
  x->plan = std::move(plan);
  x->due = when;
  errands_.push_back(std::move(x));
}

// -- jobs ---------------------------------------------------------------------

void user::act() {
  if (!up_)
    return;
  for (auto& x : errands_) {
    switch (x->at) {
      case phase::planned:
        if (x->due <= world_.now())
          submit(*x);
        break;
      case phase::submitted: take_reply(*x); break;
      case phase::known:
        feed(*x);
        if (!reads_late_ || world_.chance(0.02))
          read_stream(*x);
        cancel(*x);
        check_watch(*x);
        take_end(*x);
        break;
      case phase::ended:
      case phase::abandoned: break;
    }
  }
}

void user::submit(errand& x) {
  const auto& plan = *x.plan;
  world_.note(name_ + " submits " + plan.describe());
  x.call = std::make_shared<submit_call>();
  x.watch = std::make_shared<watch_call>();
  x.watch->stream = plan.spec.options.stream;
  auto& item = x.call->item;
  item.spec = plan.spec;
  item.watch = true;
  if (plan.spec.inputs == input_kind::chunks) {
    item.closed = !plan.opens;
    x.fed = plan.opens ? 0 : plan.tasks();
    x.fed_all = !plan.opens;
    if (x.fed > 0) {
      item.inputs.bytes = packed_inputs(plan, {0, plan.tasks()});
      item.inputs.size = item.inputs.bytes.size();
    }
  }
  x.due = world_.now();
  x.at = phase::submitted;
  call(
    [c = x.call, w = x.watch](client_session_state& at) { at.submit(c, w); });
}

void user::take_reply(errand& x) {
  if (!x.call->done)
    return;
  const auto& reply = x.call->reply;
  if (reply.job != 0) {
    x.id = reply.job;
    x.at = phase::known;
    x.keeps_up = x.keeps_up && !reply.existed;
    return;
  }
  if (reply.why.code == errc::ok || to_string(reply.why).empty())
    return violated(x, "I7: a submit was refused without a reason");
  if (reply.why.code == errc::connection_lost) {
    x.at = x.plan->spec.key.empty() ? phase::abandoned : phase::planned;
    x.due = world_.now() + std::chrono::milliseconds{100};
  } else if (reply.why.code == errc::store_full) {
    x.at = phase::planned;
    x.due = world_.now() + std::chrono::milliseconds{200};
  } else if (x.plan->refusal.empty()) {
    violated(x, "I7: a good job was refused: " + to_string(reply.why));
  } else {
    x.at = phase::ended;
  }
}

void user::feed(errand& x) {
  const auto& plan = *x.plan;
  if (x.feed && x.feed->problem.code != errc::ok
      && x.feed->problem.code != errc::job_ended)
    return violated(x, "I7: good inputs were refused: "
                         + to_string(x.feed->problem));
  if (x.fed_all || plan.spec.inputs != input_kind::chunks)
    return;
  if (!x.feed) {
    x.feed = std::make_shared<feed_call>();
    x.feed->job = x.id;
  }
  if (x.feed->unstored.size() >= 4)
    return;
  index_range next{x.fed, std::min(plan.tasks(), x.fed + 1 + world_.pick(80))};
  append_inputs message;
  message.job = x.id;
  message.seq = ++x.seq;
  message.last = next.end == plan.tasks();
  if (!next.empty()) {
    message.inputs.bytes = packed_inputs(plan, next);
    message.inputs.size = message.inputs.bytes.size();
  }
  x.fed = next.end;
  x.fed_all = message.last;
  x.feed->unstored_bytes += message.inputs.size;
  x.feed->unstored.emplace(message.seq, message);
  call(
    [f = x.feed, message](client_session_state& at) { at.feed(f, message); });
}

void user::read_stream(errand& x) {
  auto& slices = x.watch->slices;
  while (!slices.empty()) {
    auto what = std::move(slices.front());
    slices.pop_front();
    auto view = packed_view::parse(what.results.bytes.view());
    uint32_t position = 0;
    auto failed = what.failed.begin();
    for (auto i = what.range.begin; i < what.range.end; ++i) {
      if (failed != what.failed.end() && *failed == i) {
        ++failed;
        continue;
      }
      if (!view || position >= view->size())
        return violated(x, "I2: a slice of results is shorter than its range");
      if (!x.streamed.emplace(i, (*view)[position++]).second && !x.reads_again)
        violated(x, fmt::format("I2: result {} was streamed twice", i));
    }
    call([w = x.watch, what = std::move(what)](client_session_state& at) {
      at.give_credit(w, what);
    });
  }
}

void user::cancel(errand& x) {
  if (!x.plan->cancels || x.asked_cancel || !world_.chance(0.3))
    return;
  ask_cancel(x);
}

void user::cancel_hopeless() {
  for (auto& x : errands_) {
    auto is_stuck = jobs_expire_ && x->plan->opens;
    if (up_ && x->at == phase::known && (is_stuck || !x->plan->refusal.empty()))
      ask_cancel(*x);
  }
}

void user::ask_cancel(errand& x) {
  x.asked_cancel = true;
  call([id = x.id](client_session_state& at) {
    if (at.handles)
      at.self
        ->request(at.handles->coordinator, limits::request_timeout,
                  cancel_job{id})
        .then([](const job_status&) {}, [](caf::error&) {});
  });
}

// -- ends ---------------------------------------------------------------------

void user::check_watch(errand& x) {
  if (x.watch->problem.code == errc::ok
      || x.watch->problem.code == errc::connection_lost)
    return;
  if (jobs_expire_) {
    x.at = phase::abandoned;
    return;
  }
  violated(x, "I1: a submitted job is not known any more: "
                + to_string(x.watch->problem));
  x.at = phase::ended;
}

void user::take_end(errand& x) {
  if (!x.watch->ended || x.at != phase::known)
    return;
  const auto& status = x.watch->status;
  if (status.state != job_state::succeeded || x.watch->stream
      || x.watch->has_result) {
    x.at = phase::ended;
    check_end(x, status);
    return;
  }
  if (x.fetch && x.fetch->problem.code == errc::unknown_job && jobs_expire_) {
    x.at = phase::abandoned;
  } else if (!x.fetch || (x.fetch->done && x.fetch->problem.code != errc::ok)) {
    x.fetch = std::make_shared<fetch_call>();
    x.fetch->job = x.id;
    call([f = x.fetch](client_session_state& at) { at.fetch(f); });
  } else if (x.fetch->done) {
    x.at = phase::ended;
    x.watch->result = x.fetch->reply.result.bytes;
    x.watch->has_result = true;
    check_end(x, status);
  }
}

void user::check_end(errand& x, const job_status& status) {
  const auto& plan = *x.plan;
  ++ended_;
  last_latency_ = world_.now() - x.due;
  world_.note(fmt::format("{} sees job {} end: {} ({})", name_, x.id,
                          to_string(status.state), status.reason));
  if (!plan.refusal.empty()) {
    // One without tasks may have ended before anybody knew the function.
    if (status.state == job_state::succeeded && plan.tasks() > 0)
      violated(x, "I7: a malformed job succeeded");
    return;
  }
  if (status.state == job_state::cancelled) {
    if (!x.asked_cancel && x.keeps_up && !plan.opens)
      violated(x, "I5: it was cancelled by nobody: " + status.reason);
    return;
  }
  if (status.tasks != plan.tasks())
    return violated(x, fmt::format("I2: it has {} tasks, not {}", status.tasks,
                                   plan.tasks()));
  auto doomed = plan.doomed();
  auto wanted = doomed.empty() ? job_state::succeeded : job_state::failed;
  if (status.state != wanted)
    return violated(x, fmt::format("I2: it is {}, not {}: {}",
                                   to_string(status.state), to_string(wanted),
                                   status.reason));
  if (status.dead != doomed.size()
      || status.succeeded + status.dead != plan.tasks())
    return violated(x, fmt::format("I2: {} succeeded and {} are dead of {}, {} "
                                   "should be dead",
                                   status.succeeded, status.dead, plan.tasks(),
                                   doomed.size()));
  if (x.feed && x.feed->problem.code != errc::ok)
    return violated(x, "I7: inputs were refused of a job that took them: "
                         + to_string(x.feed->problem));
  if (x.watch->stream)
    check_stream(x);
  else if (wanted == job_state::succeeded)
    check_result(x, x.watch->result.view());
}

void user::check_result(errand& x, std::string_view result) {
  if (x.plan->tasks() == 0 && result.empty())
    return; // It never ran: the coordinator need not know its function yet.
  if (auto wanted = x.plan->expected(); !x.plan->is_same(result, wanted))
    violated(x, fmt::format("I2: its result ({} bytes) is not that of a "
                            "sequential program ({} bytes)",
                            result.size(), wanted.size()));
}

void user::check_stream(errand& x) {
  read_stream(x);
  auto doomed = x.plan->doomed();
  for (task_index i = 0; i < x.plan->tasks(); ++i) {
    auto found = x.streamed.find(i);
    if ((found == x.streamed.end()) != doomed.contains(i))
      return violated(x, fmt::format("I2: result {} was {}streamed", i,
                                     doomed.contains(i) ? "" : "not "));
    if (found != x.streamed.end() && found->second != x.plan->expected_of(i))
      return violated(x, fmt::format("I2: result {} is wrong", i));
  }
}

bool user::is_done() const {
  for (const auto& x : errands_)
    if (x->at != phase::ended && x->at != phase::abandoned)
      return false;
  return true;
}

std::string user::describe() const {
  std::string result;
  for (const auto& x : errands_)
    if (x->at != phase::ended && x->at != phase::abandoned)
      result +=
        "\n    " + label(*x)
        + (x->at == phase::known
             ? fmt::format(" {}/{}/{} of {} ({})", x->watch->status.succeeded,
                           x->watch->status.dead, x->watch->status.running,
                           x->watch->status.tasks, x->watch->status.reason)
             : " without an answer");
  return result;
}

std::string user::label(const errand& x) const {
  return fmt::format("{}: job {}, {}", name_, x.id, x.plan->describe());
}

void user::violated(const errand& x, const std::string& what) {
  world_.violated(what + "\n    " + label(x));
}

} // namespace troupe::simulation
