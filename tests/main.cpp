// The entry point of every unit test program: the runner of CAF's suite, with
// four of its habits changed.
//
//  * Its own runner succeeds when a suite name matches nothing. Here a suite
//    that does not exist, or has no test, fails: a typing error in the CMake
//    files or in CAF_SUITE must not look like a green test.
//  * How a name is matched depends on the compiler (a regular expression under
//    gcc, a plain name under clang). Here it is always a plain name.
//  * It shows a failed check only together with all checks that passed. Here
//    the passed ones are left out.
//  * It aborts a test after 30 s, which under the sanitizers, on a busy
//  machine,
//    is too little for some. Here ctest's time limit comes first.
//
// Usage: test_<area> [SUITE [TEST]], or CAF's own options (--help).

#define CAF_TEST_NO_MAIN
#include <caf/test/unit_test_impl.hpp>

#include <iostream>
#include <streambuf>
#include <string>
#include <string_view>
#include <vector>

namespace {

/// Forwards whole lines to another buffer, except for those that CAF writes
/// for a passed check: they start with `**`, after an optional color code.
class failures_only : public std::streambuf {
public:
  explicit failures_only(std::streambuf* out) : out_(out) {}

  ~failures_only() override {
    flush_line();
  }

protected:
  int_type overflow(int_type ch) override {
    if (traits_type::eq_int_type(ch, traits_type::eof()))
      return traits_type::not_eof(ch);
    line_ += traits_type::to_char_type(ch);
    if (line_.back() == '\n')
      flush_line();
    return ch;
  }

private:
  bool is_passed_check() const {
    std::string_view text{line_};
    while (text.starts_with("\033[")) {
      auto end = text.find('m');
      if (end == std::string_view::npos)
        return false;
      text.remove_prefix(end + 1);
    }
    return text.starts_with("** ");
  }

  void flush_line() {
    if (!is_passed_check()) {
      out_->sputn(line_.data(), static_cast<std::streamsize>(line_.size()));
      out_->pubsync();
    }
    line_.clear();
  }

  std::streambuf* out_;
  std::string line_;
};

/// Turns a name into what CAF's runner matches exactly.
std::string exactly(const std::string& name) {
#ifdef __clang__
  return name;
#else
  return '^' + name + '$';
#endif
}

int run(const std::string& suite, const std::string& test) {
  constexpr int ctest_limit_seconds = 120;
  caf::test::engine::max_runtime(ctest_limit_seconds);
  constexpr int all_checks = 4; // CAF's level "massive".
  constexpr int no_file = 0;
  return caf::test::engine::run(true, "", all_checks, no_file,
                                suite.empty() ? ".*" : exactly(suite), "",
                                test.empty() ? ".*" : exactly(test), "")
           ? 0
           : 1;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  for (const auto& known : names)
    if (known == name)
      return true;
  return false;
}

int checked_run(const std::string& suite, const std::string& test) {
  using caf::test::engine;
  if (engine::available_tests(suite).empty()) {
    std::cerr << "There is no suite '" << suite << "' in " << engine::path()
              << ": CAF_SUITE must be the file's name without _test.cpp.\n";
    return 1;
  }
  if (!test.empty() && !contains(engine::available_tests(suite), test)) {
    std::cerr << "There is no test '" << test << "' in the suite '" << suite
              << "'.\n";
    return 1;
  }
  return run(suite, test);
}

} // namespace

int main(int argc, char** argv) {
  std::vector<std::string> args{argv + 1, argv + argc};
  if (!args.empty() && args.front().starts_with('-'))
    return caf::test::main(argc, argv);
  if (args.size() > 2) {
    std::cerr << "usage: " << argv[0] << " [SUITE [TEST]]\n";
    return 2;
  }
  caf::test::engine::path(argv[0]);
  caf::test::engine::args(1, argv);
  failures_only filter{std::cerr.rdbuf()};
  auto* unfiltered = std::cerr.rdbuf(&filter);
  auto code = args.empty()
                ? run("", "")
                : checked_run(args[0], args.size() == 2 ? args[1] : "");
  std::cerr.rdbuf(unfiltered);
  return code;
}
