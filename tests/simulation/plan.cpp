#include "tests/simulation/plan.hpp"

#include "runtime/function/codec.hpp"
#include "runtime/model/packed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace troupe::simulation {

namespace {

constexpr auto timeout = std::chrono::milliseconds{400};

/// Bits that depend on nothing but the arguments (SplitMix64's finalizer).
uint64_t mix(uint64_t a, uint64_t b) {
  auto x = a + 0x9e3779b97f4a7c15U * (b + 1);
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

double share(uint64_t a, uint64_t b) {
  return static_cast<double>(mix(a, b) >> 11) * 0x1.0p-53;
}

int64_t number_of(int64_t input, uint64_t number) {
  return static_cast<int64_t>(mix(static_cast<uint64_t>(input), number) % 2001)
         - 1000;
}

std::string text_of(int64_t input, uint64_t number) {
  auto bits = mix(static_cast<uint64_t>(input), number);
  return fmt::format("<{}:{}>", input, std::string(bits % 5, 'x'));
}

using counts = std::map<std::string, uint64_t>;

counts counts_of(int64_t input, uint64_t number) {
  auto bits = mix(static_cast<uint64_t>(input), number);
  counts result;
  for (int i = 0; i < 3; ++i, bits >>= 8)
    result[fmt::format("w{}", bits % 12)] += 1 + (bits >> 4) % 3;
  return result;
}

template <class T>
std::string encoded(const T& x) {
  std::string out;
  encode(x, out);
  return out;
}

template <class T, class F>
std::string list_of(const job_plan& plan, F f) {
  std::vector<T> all;
  for (auto x : plan.inputs)
    all.push_back(f(x, plan.number));
  return encoded(all);
}

counts all_counts(const job_plan& plan) {
  counts all;
  for (auto x : plan.inputs)
    for (const auto& [key, n] : counts_of(x, plan.number))
      all[key] += n;
  return all;
}

std::string top_of(const counts& all, size_t most) {
  std::vector<std::tuple<std::string, uint64_t>> sorted;
  for (const auto& [key, n] : all)
    sorted.emplace_back(key, n);
  std::stable_sort(sorted.begin(), sorted.end(), [](auto& a, auto& b) {
    return std::get<1>(a) > std::get<1>(b);
  });
  if (sorted.size() > most)
    sorted.resize(most);
  return encoded(sorted);
}

/// Runs the part that all functions share: fails, hangs, kills.
result<void> suffer(const task_hooks& hooks, const task_context& context,
                    const job_plan& plan) {
  switch (plan.fate_of(context.index)) {
    case fate::good: break;
    case fate::fails_once:
      if (context.attempt == 1)
        return fail(errc::function_failed, "fails once");
      break;
    case fate::fails_always: return fail(errc::function_failed, "fails");
    case fate::hangs_once: break; // The pace does that.
    case fate::kills: hooks.kill(); break;
  }
  return {};
}

template <class T, class F>
void offer(function_registry& to, const char* name, const task_hooks& hooks,
           F compute) {
  auto ok = to.add(name,
                   [hooks, compute](const task_context& context, int64_t input,
                                    const uint64_t& number) -> result<T> {
                     auto plan = hooks.plan_of(number);
                     if (plan == nullptr)
                       return fail(errc::internal, "a plan that nobody made");
                     if (auto sick = suffer(hooks, context, *plan); !sick)
                       return tl::unexpected{sick.error()};
                     return compute(input, number);
                   });
  if (!ok)
    throw std::logic_error{ok.error().text};
}

/// A malformed submit, and the reason for the trace.
void spoil(job_plan& plan, random_source& random) {
  switch (random.next() % 4) {
    case 0:
      plan.spec.function = "nobody_has_it";
      plan.refusal = "unknown function";
      break;
    case 1:
      plan.spec.reducer = "mutliply";
      plan.spec.options.stream = false; // Streams are not reduced.
      plan.refusal = "unknown reducer";
      break;
    case 2:
      plan.spec.args_type = "string";
      plan.spec.args = blob{encoded(std::string{"x"})};
      plan.refusal = "wrong arguments";
      break;
    default:
      plan.spec.function = "map";
      plan.spec.reducer = "sum";
      plan.spec.options.stream = false;
      plan.refusal = "a reducer that cannot take the results";
  }
}

} // namespace

// -- fates --------------------------------------------------------------------

fate job_plan::fate_of(task_index index) const {
  if (killers > 0 && tasks() > 0)
    for (uint64_t i = 0; i < killers; ++i)
      if (mix(seed, 1000 + i) % tasks() == index)
        return fate::kills;
  auto x = share(seed, index);
  if (x < fails_always)
    return fate::fails_always;
  x -= fails_always;
  if (x < fails_once)
    return fate::fails_once;
  x -= fails_once;
  return x < hangs_once ? fate::hangs_once : fate::good;
}

std::set<task_index> job_plan::doomed() const {
  std::set<task_index> result;
  for (task_index i = 0; i < tasks(); ++i)
    if (auto x = fate_of(i); x == fate::fails_always || x == fate::kills)
      result.insert(i);
  return result;
}

void job_plan::shrink() {
  constexpr uint64_t tasks_max = 400;
  fails_always = 0;
  killers = 0;
  inputs.resize(std::min(tasks(), tasks_max));
  if (spec.inputs != input_kind::chunks)
    spec.range.last = spec.range.first + static_cast<int64_t>(tasks());
}

duration job_plan::time_of(index_range range, uint32_t attempt) const {
  duration result{};
  for (auto i = range.begin; i < range.end; ++i) {
    if (attempt == 1 && fate_of(i) == fate::hangs_once)
      result += timeout * 3;
    if (task_time_max.count() > 0)
      result += std::chrono::duration_cast<duration>(
        task_time_max * share(seed + attempt, i));
  }
  return result;
}

// -- results ------------------------------------------------------------------

std::string job_plan::expected_of(task_index index) const {
  auto input = inputs[index];
  if (spec.function == "number")
    return encoded(number_of(input, number));
  if (spec.function == "text")
    return encoded(text_of(input, number));
  return encoded(counts_of(input, number));
}

std::string job_plan::expected() const {
  const auto& reducer = spec.reducer;
  if (reducer == "none")
    return encoded(null{});
  if (reducer == "count")
    return encoded(uint64_t{inputs.size()});
  if (spec.function == "number" && reducer == "collect")
    return list_of<int64_t>(*this, number_of);
  if (spec.function == "text" && reducer == "collect")
    return list_of<std::string>(*this, text_of);
  if (reducer == "merge_counts")
    return encoded(all_counts(*this));
  if (reducer == "top:3")
    return top_of(all_counts(*this), 3);
  if (reducer == "concat") {
    std::string all;
    for (auto x : inputs)
      all += text_of(x, number);
    return encoded(all);
  }
  std::optional<int64_t> extreme;
  int64_t sum = 0;
  for (auto x : inputs) {
    auto y = number_of(x, number);
    sum += y;
    extreme = extreme ? std::max(*extreme, y) : y;
  }
  return reducer == "sum" ? encoded(sum) : encoded(extreme);
}

bool job_plan::is_same(std::string_view a, std::string_view b) const {
  if (spec.reducer != "merge_counts")
    return a == b;
  auto x = decode<counts>(a);
  auto y = decode<counts>(b);
  return x && y && *x == *y;
}

std::string job_plan::describe() const {
  return fmt::format(
    "plan {}: {} {} over {} {} tasks{}{}{}, up to {} us each, fails "
    "{:.2f}/{:.2f}, hangs {:.2f}, killers {}{}",
    number, spec.function, spec.reducer, tasks(),
    spec.inputs == input_kind::chunks ? "payload" : "range",
    opens ? ", streamed in" : "", spec.options.stream ? ", streamed out" : "",
    cancels ? ", to be cancelled" : "", task_time_max.count() / 1000,
    fails_once, fails_always, hangs_once, killers,
    refusal.empty() ? "" : ", malformed: " + refusal);
}

// -- drawing ------------------------------------------------------------------

job_plan draw_plan(uint64_t number, random_source& random, bool faulty) {
  struct kind {
    const char* function;
    const char* reducer;
  };
  static constexpr kind kinds[] = {
    {"number", "collect"}, {"number", "sum"},  {"number", "count"},
    {"number", "max"},     {"number", "none"}, {"text", "collect"},
    {"text", "concat"},    {"map", "top:3"},   {"map", "merge_counts"},
  };
  auto chance = [&](double p) { return random.uniform() < p; };
  job_plan plan;
  plan.number = number;
  plan.seed = random.next();
  const auto& what = kinds[random.next() % std::size(kinds)];
  plan.spec.name = fmt::format("plan-{}", number);
  plan.spec.function = what.function;
  plan.spec.reducer = what.reducer;
  plan.spec.args_type = "uint";
  plan.spec.args = blob{encoded(number)};
  plan.spec.key = chance(0.7) ? plan.spec.name : std::string{};
  auto& options = plan.spec.options;
  options.backoff_base_ms = 20;
  options.backoff_cap_ms = 500;
  options.stream = chance(0.15);
  // Whoever sets the clock must not make a job late that has a day.
  if (chance(0.3))
    options.deadline_unix_ms = static_cast<uint64_t>(std::chrono::milliseconds{
      std::chrono::floor<std::chrono::milliseconds>(wall_begin)
      + std::chrono::hours{24}}.count());
  auto size = chance(0.3) ? random.next() % 4 : random.next() % 400;
  if (chance(0.1))
    size = random.next() % 5000;
  auto first = static_cast<int64_t>(random.next() % 1000);
  for (uint64_t i = 0; i < size; ++i)
    plan.inputs.push_back(first + static_cast<int64_t>(i));
  if (chance(0.5)) {
    plan.spec.inputs = input_kind::integers;
    plan.spec.range = {first, first + static_cast<int64_t>(size), 1};
  } else {
    plan.spec.input_type = "int";
    plan.opens = chance(0.5);
  }
  if (chance(0.6))
    plan.task_time_max = std::chrono::microseconds{
      size < 50 ? random.next() % 300'000 : random.next() % 10'000};
  plan.cancels = chance(0.05);
  if (!faulty)
    return plan;
  if (chance(0.3))
    plan.fails_once = random.uniform() * 0.2;
  if (chance(0.2))
    plan.fails_always = random.uniform() * 0.05;
  if (chance(0.15)) {
    options.task_timeout_ms = timeout.count();
    plan.hangs_once = 0.02;
    // Frozen nodes time innocent attempts out, too.
    options.retries = 12;
  }
  if (chance(0.1) && size > 0)
    plan.killers = 1;
  if (chance(0.05))
    spoil(plan, random);
  return plan;
}

blob packed_inputs(const job_plan& plan, index_range range) {
  packed_builder packed;
  for (auto i = range.begin; i < range.end; ++i)
    packed.add(encoded(plan.inputs[i]));
  return blob{packed.finish()};
}

std::shared_ptr<const function_registry> make_functions(task_hooks hooks) {
  auto result = std::make_shared<function_registry>();
  offer<int64_t>(*result, "number", hooks, number_of);
  offer<std::string>(*result, "text", hooks, text_of);
  offer<counts>(*result, "map", hooks, counts_of);
  return result;
}

} // namespace troupe::simulation
