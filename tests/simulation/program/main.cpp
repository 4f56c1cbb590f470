#include "tests/simulation/scenario.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

/// Runs seeds of the simulator, on all cores.
///
///     simulate [--seeds N] [--first-seed S] [--jobs J]
///     simulate --seed S [--trace]

using troupe::simulation::outcome;
using troupe::simulation::scenario;
using troupe::simulation::scenario_options;

namespace {

struct arguments {
  uint64_t first = 1;
  uint64_t count = 1;
  uint64_t jobs = 0; ///< 0: one a core.
  bool trace = false;
  bool calm = false; ///< Without faults.
};

struct totals {
  uint64_t seeds = 0;
  uint64_t violations = 0;
  uint64_t jobs = 0;
  uint64_t tasks = 0;
  uint64_t steps = 0;
  double seconds = 0;
  std::map<std::string, uint64_t> faults;
};

[[noreturn]] void usage(const std::string& why) {
  std::cerr << "simulate: " << why
            << "\nusage: simulate [--seeds N] [--first-seed S] [--jobs J] "
               "[--calm]\n       simulate --seed S [--trace] [--calm]\n";
  std::exit(2);
}

uint64_t number(const std::vector<std::string>& args, size_t& i) {
  if (i + 1 >= args.size())
    usage(args[i] + " needs a number");
  const auto& text = args[++i];
  char* end = nullptr;
  auto result = std::strtoull(text.c_str(), &end, 10);
  if (text.empty() || *end != '\0')
    usage("'" + text + "' is not a number");
  return result;
}

arguments parse(const std::vector<std::string>& args) {
  arguments result;
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i] == "--seed" || args[i] == "--first-seed")
      result.first = number(args, i);
    else if (args[i] == "--seeds")
      result.count = number(args, i);
    else if (args[i] == "--jobs")
      result.jobs = number(args, i);
    else if (args[i] == "--trace")
      result.trace = true;
    else if (args[i] == "--calm")
      result.calm = true;
    else
      usage("no option '" + args[i] + "'");
  }
  if (result.trace && result.count != 1)
    usage("--trace shows one seed: say which with --seed");
  if (result.jobs == 0)
    result.jobs = std::max(1u, std::thread::hardware_concurrency());
  result.jobs = std::min(result.jobs, result.count);
  return result;
}

void report(const outcome& what, bool calm) {
  std::ostringstream text;
  for (const auto& x : what.violations)
    text << "seed " << what.seed << ": VIOLATION at " << x.what << '\n';
  text << "  replay: ./dev sim --seed " << what.seed << " --trace"
       << (calm ? " --calm" : "") << '\n';
  std::cout << text.str() << std::flush;
}

totals run(const arguments& how, uint64_t part) {
  totals sum;
  for (auto i = part; i < how.count; i += how.jobs) {
    scenario_options options;
    options.seed = how.first + i;
    options.faults = !how.calm;
    options.trace = how.trace ? &std::cout : nullptr;
    auto what = scenario{options}.run();
    ++sum.seeds;
    sum.jobs += what.jobs;
    sum.tasks += what.tasks;
    sum.steps += what.steps;
    sum.seconds += what.seconds;
    for (const auto& [name, n] : what.faults)
      sum.faults[name] += n;
    if (!what.violations.empty()) {
      ++sum.violations;
      report(what, how.calm);
    }
  }
  return sum;
}

std::string pack(const totals& x) {
  auto text = fmt::format("{} {} {} {} {} {}\n", x.seeds, x.violations, x.jobs,
                          x.tasks, x.steps, x.seconds);
  for (const auto& [name, n] : x.faults)
    text += fmt::format("{} {}\n", n, name);
  return text;
}

void add(totals& sum, const std::string& text) {
  std::istringstream in{text};
  totals x;
  in >> x.seeds >> x.violations >> x.jobs >> x.tasks >> x.steps >> x.seconds;
  sum.seeds += x.seeds;
  sum.violations += x.violations;
  sum.jobs += x.jobs;
  sum.tasks += x.tasks;
  sum.steps += x.steps;
  sum.seconds += x.seconds;
  uint64_t n = 0;
  std::string name;
  while (in >> n && std::getline(in >> std::ws, name))
    sum.faults[name] += n;
}

struct child {
  pid_t id = 0;
  int output = -1;
};

child fork_part(const arguments& how, uint64_t part) {
  int ends[2];
  if (pipe(ends) != 0)
    usage("no pipe");
  auto id = fork();
  if (id != 0) {
    close(ends[1]);
    return {id, ends[0]};
  }
  auto text = pack(run(how, part));
  auto written = write(ends[1], text.data(), text.size());
  _exit(written == static_cast<ssize_t>(text.size()) ? 0 : 1);
}

std::string read_all(int from) {
  std::string text;
  char buffer[4096];
  for (ssize_t n = 0; (n = read(from, buffer, sizeof(buffer))) > 0;)
    text.append(buffer, static_cast<size_t>(n));
  close(from);
  return text;
}

/// Seeds of different processes share nothing; one that crashes takes only its
/// own part along, and counts as a violation.
totals run_parts(const arguments& how) {
  std::cout << std::flush;
  std::vector<child> children;
  for (uint64_t i = 0; i < how.jobs; ++i)
    children.push_back(fork_part(how, i));
  totals sum;
  for (uint64_t i = 0; i < how.jobs; ++i) {
    add(sum, read_all(children[i].output));
    int status = 0;
    waitpid(children[i].id, &status, 0);
    if (status == 0)
      continue;
    ++sum.violations;
    std::cout << fmt::format("the process that ran seeds {}, {}, ... crashed\n",
                             how.first + i, how.first + i + how.jobs);
  }
  return sum;
}

std::string closing_line(const totals& x, double real) {
  std::string faults;
  uint64_t all = 0;
  for (const auto& [name, n] : x.faults) {
    all += n;
    faults += fmt::format("{}{} {}", faults.empty() ? "" : ", ", n, name);
  }
  return fmt::format(
    "{} seeds, {} with a violation: {} jobs, {} tasks, {} faults ({}), {} "
    "messages, {:.0f} s virtual, {:.1f} s real",
    x.seeds, x.violations, x.jobs, x.tasks, all, faults, x.steps, x.seconds,
    real);
}

} // namespace

int main(int argc, char** argv) {
  auto how = parse({argv + 1, argv + argc});
  auto begin = std::chrono::steady_clock::now();
  auto sum = how.jobs == 1 ? run(how, 0) : run_parts(how);
  std::chrono::duration<double> real = std::chrono::steady_clock::now() - begin;
  std::cout << closing_line(sum, real.count()) << std::endl;
  return sum.violations == 0 ? 0 : 1;
}
