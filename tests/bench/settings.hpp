#pragma once

#include "tests/bench/measure.hpp"

#include <boost/program_options.hpp>

#include <cstdint>
#include <string>

namespace troupe::bench {

/// The command line that all benchmark programs share.
struct settings {
  double seconds = 10;     ///< How long a throughput is measured.
  size_t samples = 2'000;  ///< Round trips of a latency measurement.
  double idle_seconds = 5; ///< How long idle nodes are watched.
  bool smoke = false;      ///< A short run with small numbers.
  std::string only;        ///< One part of the program; empty: all parts.
  std::string bin;         ///< Folder of the programs `trouped`, `troupe`.
  std::string role;        ///< Of a process that a benchmark starts itself.
  uint16_t port = 0;       ///< Where that process connects to.

  bool wants(std::string_view part) const {
    return only.empty() || only == part;
  }
};

/// Reads the command line; prints the help or what is wrong, and exits.
inline settings parse_settings(int argc, char** argv) {
  namespace po = boost::program_options;
  settings x;
  if (const char* bin = std::getenv("TROUPE_BIN"))
    x.bin = bin;
  po::options_description known{"Options"};
  auto add = known.add_options();
  add("help", "prints this text");
  add("smoke", po::bool_switch(&x.smoke),
      "a short run: 1 s, 500 round trips, idle for 2 s");
  add("seconds", po::value(&x.seconds), "length of a throughput measurement");
  add("samples", po::value(&x.samples), "round trips of a latency measurement");
  add("idle-seconds", po::value(&x.idle_seconds), "how long to watch idle CPU");
  add("only", po::value(&x.only), "measures only this part");
  add("bin", po::value(&x.bin), "folder of trouped (default: $TROUPE_BIN)");
  add("role", po::value(&x.role), "used by the benchmark itself");
  add("port", po::value(&x.port), "used by the benchmark itself");
  try {
    po::variables_map given;
    po::store(po::parse_command_line(argc, argv, known), given);
    po::notify(given);
    if (given.count("help") > 0) {
      fmt::print("usage: {} [OPTION...]\nEach line of the output is a name and "
                 "a value.\nParts of a program: see docs/performance.md.\n",
                 argv[0]);
      std::exit(0);
    }
    if (x.smoke) {
      x.seconds = given.count("seconds") > 0 ? x.seconds : 1;
      x.samples = given.count("samples") > 0 ? x.samples : 500;
      x.idle_seconds = given.count("idle-seconds") > 0 ? x.idle_seconds : 2;
    }
  } catch (const po::error& problem) {
    fmt::print(stderr, "{}; --help lists the options\n", problem.what());
    std::exit(2);
  }
  return x;
}

} // namespace troupe::bench
