#include "tests/simulation/world.hpp"

#include "runtime/wire/register.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <caf/uniform_type_info_map.hpp>

#include <cxxabi.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace troupe::simulation {

namespace {

/// Messages handled without time passing, from which it counts as a livelock.
constexpr uint64_t steps_at_once_max = 2'000'000;
/// Of one value in the trace.
constexpr size_t traced_bytes_max = 240;

class world_dialer final : public dialer {
public:
  world_dialer(std::function<result<connection>()> dial)
    : dial_(std::move(dial)) {
    // nop
  }

  result<connection> dial(std::chrono::milliseconds) override {
    return dial_();
  }

  std::string target() const override {
    return "the coordinator";
  }

private:
  std::function<result<connection>()> dial_;
};

/// Leaves out the name of the process in handles, which no seed replays.
std::string without_process(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '@')
      while (i < text.size()
             && (std::isalnum(text[i]) || text[i] == '@' || text[i] == '#'))
        ++i;
    if (i < text.size())
      result += text[i];
  }
  return result;
}

std::string printable(std::string text) {
  text = without_process(text);
  for (auto& c : text)
    if (c < ' ' || c > '~')
      c = '.';
  if (text.size() > traced_bytes_max) {
    text.resize(traced_bytes_max);
    text += "...";
  }
  return text;
}

std::string demangled(const char* name) {
  int status = 0;
  std::unique_ptr<char, decltype(&std::free)> text{
    abi::__cxa_demangle(name, nullptr, nullptr, &status), &std::free};
  std::string result = status == 0 ? text.get() : name;
  if (auto i = result.rfind("troupe::"); i != std::string::npos)
    result.erase(0, i + 8);
  return result;
}

} // namespace

world_config::world_config() {
  register_types(*this);
  load<skewed_scheduler>();
  set("logger.console-verbosity", caf::atom("quiet"));
  set("logger.file-verbosity", caf::atom("quiet"));
  set("logger.inline-output", true);
}

world::world(uint64_t seed, std::ostream* trace)
  : system_(config_),
    scheduler_(dynamic_cast<skewed_scheduler&>(system_.scheduler())),
    trace_(trace), random_(make_seeded_random(seed)) {
  scheduler_.clock().current_time += std::chrono::hours{1};
  began_ = now();
  nodes_.push_back({"simulator", true, {}});
  network_hooks hooks;
  hooks.on_send = [this](const wire_message& x) {
    if (on_send)
      on_send(x);
  };
  hooks.may_be_lost = [this](const wire_message& x) {
    return may_be_lost && may_be_lost(x);
  };
  hooks.on_loss = [this](const wire_message& x) {
    note(fmt::format("LOST {} <- {}: {}", label_of(x.receiver),
                     label_of(x.sender), describe(x.content)));
  };
  hooks.on_violation = [this](const std::string& what) { violated(what); };
  hooks.on_event = [this](const std::string& what) { note(what); };
  network_ = std::make_unique<network>(system_, random_->next(), hooks);
  own_new_actors(nobody);
}

world::~world() {
  front_door_ = nullptr;
  network_.reset();
  // Timers of ended actors hold them; a world that was violated may be stuck.
  system_.await_actors_before_shutdown(false);
}

// -- nodes --------------------------------------------------------------------

node_number world::start_node(const std::string& name,
                              const std::function<void(node_number)>& start) {
  own_new_actors(running());
  auto number = static_cast<node_number>(nodes_.size());
  nodes_.push_back({name, true, {}});
  note("node " + std::to_string(number) + " (" + name + ") starts");
  auto before = std::exchange(scheduler_.clock().reader, number);
  start(number);
  own_new_actors(number);
  scheduler_.clock().reader = before;
  return number;
}

void world::end_node(node_number node, bool silently,
                     const std::vector<caf::actor>& roots) {
  if (!nodes_[node].up)
    return;
  note(fmt::format("FAULT node {} ({}) ends{}", node, name_of(node),
                   silently ? ", and nobody is told" : ""));
  nodes_[node].up = false;
  nodes_[node].frozen_until = {};
  network_->end_node(node, silently);
  for (const auto& x : roots)
    caf::anon_send_exit(x, caf::exit_reason::kill);
}

void world::freeze(node_number node, duration time) {
  note(fmt::format("FAULT node {} ({}) is frozen for {} ms", node,
                   name_of(node), time.count() / 1'000'000));
  auto& until = nodes_[node].frozen_until;
  until = std::max(until, now() + time);
  at(until, [] {});
}

void world::set_clock_rate(node_number node, double rate) {
  note(fmt::format("the clock of node {} ({}) runs {:.2f} times as fast", node,
                   name_of(node), rate));
  scheduler_.clock().set_rate(node, rate);
}

bool world::is_up(node_number node) const {
  return nodes_[node].up;
}

const std::string& world::name_of(node_number node) const {
  return nodes_[node].name;
}

std::shared_ptr<dialer> world::dialer_of(node_number node) {
  return std::make_shared<world_dialer>([this, node]() -> result<connection> {
    if (!nodes_[node].up || !nodes_[lead_].up)
      return fail(errc::cannot_connect, "the coordinator is not there");
    return network_->dial(node, lead_, front_door_);
  });
}

void world::set_front_door(node_number node, caf::actor door) {
  lead_ = node;
  front_door_ = std::move(door);
}

node_number world::node_of(caf::actor_id id) const {
  auto i = owners_.lower_bound(id);
  return i == owners_.end() ? running() : i->second;
}

/// All actors that were made since the last call belong to that node.
void world::own_new_actors(node_number node) {
  auto latest = system_.latest_actor_id();
  if (latest == owned_)
    return;
  if (!owners_.empty() && owners_.rbegin()->second == node) {
    auto last = owners_.extract(std::prev(owners_.end()));
    last.key() = latest;
    owners_.insert(std::move(last));
  } else {
    owners_.emplace(latest, node);
  }
  owned_ = latest;
}

void world::doom_running_node() {
  doomed_.push_back(running());
  network_->end_node(running(), false);
}

// -- time ---------------------------------------------------------------------

time_point world::now() const {
  return scheduler_.clock().true_now();
}

time_point world::shown_now() const {
  return scheduler_.clock().now();
}

duration world::age() const {
  return now() - began_;
}

void world::at(time_point when, std::function<void()> what) {
  script_.emplace(std::max(when, now()), std::move(what));
}

bool world::may_run(caf::resumable* job) const {
  auto actor = dynamic_cast<caf::scheduled_actor*>(job);
  return actor == nullptr || nodes_[node_of(actor->id())].frozen_until <= now();
}

/// Any actor that has a message may be next: threads promise no order.
bool world::run_one() {
  auto& jobs = scheduler_.jobs;
  if (jobs.empty())
    return false;
  auto first = pick(jobs.size());
  for (size_t i = 0; i < jobs.size(); ++i) {
    auto position = (first + i) % jobs.size();
    if (!may_run(jobs[position]))
      continue;
    if (position != 0)
      std::swap(jobs[0], jobs[position]);
    if (auto actor = dynamic_cast<caf::scheduled_actor*>(jobs[0])) {
      scheduler_.clock().reader = node_of(actor->id());
      delivery what{running(), actor, actor->mailbox().peek()};
      if (what.what != nullptr && nodes_[running()].up) {
        trace_delivery(what);
        if (on_delivery)
          on_delivery(what);
      }
    }
    scheduler_.try_run_once();
    own_new_actors(running());
    scheduler_.clock().reader = nobody;
    ++steps_;
    for (auto node : std::exchange(doomed_, {}))
      if (on_doom)
        on_doom(node);
    return true;
  }
  return false;
}

std::optional<time_point> world::next_event() const {
  std::optional<time_point> result;
  auto consider = [&](time_point x) {
    result = result ? std::min(*result, x) : x;
  };
  const auto& timers = scheduler_.clock().schedule();
  if (!timers.empty())
    consider(timers.begin()->first);
  if (auto x = network_->next_arrival())
    consider(*x);
  if (!script_.empty())
    consider(script_.begin()->first);
  return result;
}

void world::advance_to(time_point when) {
  if (when > now()) {
    steps_now_ = 0;
    scheduler_.clock().advance_time(when - now());
  } else {
    scheduler_.clock().advance_time(duration::zero());
  }
  network_->deliver_until(now());
  while (!script_.empty() && script_.begin()->first <= now()) {
    auto what = std::move(script_.begin()->second);
    script_.erase(script_.begin());
    what();
    own_new_actors(nobody);
  }
}

void world::run_for(duration time) {
  auto end = now() + time;
  while (violations_.empty()) {
    while (violations_.empty() && run_one())
      if (++steps_now_ > steps_at_once_max)
        return violated("I4: actors keep each other busy for ever");
    auto next = next_event();
    if (!next || *next > end) {
      advance_to(end);
      if (scheduler_.jobs.empty())
        return;
      while (violations_.empty() && run_one()) {
        // nop
      }
      return;
    }
    advance_to(*next);
  }
}

void world::shut_down() {
  constexpr int rounds = 20; // Timers of up to some seconds end with them.
  for (int i = 0; i < rounds; ++i) {
    while (scheduler_.try_run_once()) {
      // nop
    }
    scheduler_.clock().advance_time(std::chrono::seconds{1});
    network_->deliver_until(now());
  }
}

// -- what is seen -------------------------------------------------------------

void world::violated(const std::string& what) {
  note("VIOLATION " + what);
  violations_.push_back({fmt::format(
    "{:.6f} s: {}", std::chrono::duration<double>(age()).count(), what)});
}

void world::note(const std::string& line) {
  if (trace_ != nullptr)
    *trace_ << fmt::format("{:11.6f} ",
                           std::chrono::duration<double>(age()).count())
            << line << '\n';
}

std::string world::label_of(const caf::strong_actor_ptr& who) const {
  if (!who)
    return "nobody";
  if (auto local = dynamic_cast<caf::local_actor*>(who->get()))
    return fmt::format("{}/{}#{}", nodes_[node_of(who->id())].name,
                       local->name(), who->id());
  auto peer = network::behind(who);
  return peer && peer != who ? "~" + label_of(peer)
                             : fmt::format("~dead#{}", who->id());
}

std::string world::describe(const caf::type_erased_tuple& content) const {
  std::string text;
  for (size_t i = 0; i < content.size(); ++i) {
    auto type = content.type(i);
    text += i == 0 ? "" : ", ";
    if (type.second != nullptr && type.first == 0)
      text += demangled(type.second->name())
              + (system_.types().portable_name(type).starts_with("t.")
                   ? " " + printable(content.stringify(i))
                   : "");
    else
      text += printable(content.stringify(i));
  }
  return text;
}

void world::trace_delivery(const delivery& what) {
  if (trace_ == nullptr)
    return;
  note(fmt::format("{} <- {}: {}",
                   label_of(caf::actor_cast<caf::strong_actor_ptr>(what.actor)),
                   label_of(what.what->sender),
                   describe(what.what->content())));
}

uint64_t world::pick(uint64_t below) {
  return below == 0 ? 0 : random_->next() % below;
}

bool world::chance(double share) {
  return random_->uniform() < share;
}

duration world::pick_time(duration from, duration to) {
  return from
         + std::chrono::duration_cast<duration>((to - from)
                                                * random_->uniform());
}

} // namespace troupe::simulation
