#define CAF_SUITE interpreter

#include "nodes/shell/interpreter.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

namespace {

using texts = std::vector<std::string>;

/// Answers what it was told to, and writes down what it was asked.
class fake_runner : public command_runner {
public:
  command_end run(const texts& args, bool show) override {
    std::string line = show ? "" : "(hidden)";
    for (const auto& word : args)
      line += (line.empty() ? "" : " ") + word;
    asked.push_back(line);
    auto found = answers.find(line);
    return found == answers.end() ? command_end{0, "out\n"} : found->second;
  }

  std::map<std::string, command_end> answers;
  texts asked;
};

struct fixture {
  fixture() {
    runner.answers["wait 1"] = {1, ""};
    runner.answers["wait 3"] = {3, ""};
    runner.answers["wait 130"] = {130, ""};
    runner.answers["(hidden) submit noop"] = {0, "7\n"};
    runner.answers["(hidden) job 7 --json"] = {
      0, R"({"job": 7, "state": "succeeded", "tasks": 3})"
         "\n"};
    runner.answers["(hidden) job 8"] = {1, ""};
    runner.answers["(hidden) nodes --json"] = {
      0, R"([{"name": "a"}, {"name": "b"}])"
         "\n"};
    options.say = [this](std::string_view text) {
      said += text;
      said += "\n";
    };
    options.print = [this](std::string_view text) {
      printed += text;
      return outcome<void>{};
    };
    options.pause = [this](std::chrono::milliseconds time) {
      paused_ms += time.count();
      return paused_ms < 10'000;
    };
    options.read = [this](const std::string& path) -> outcome<std::string> {
      auto found = files.find(path);
      if (found == files.end())
        return refuse("cannot open " + path);
      return found->second;
    };
  }

  /// Runs a script. @returns what it printed, and its failure or exit code
  /// unless that is 0.
  std::string run(std::string_view text) {
    printed.clear();
    interpreter language{runner, options};
    language.set_variable("1", "argument");
    auto ended = language.run(text, "dir/x.troupe");
    if (!ended)
      return printed + "["
             + std::to_string(static_cast<int>(ended.error().code)) + "] "
             + ended.error().text;
    auto code = static_cast<int>(*ended);
    return printed + (code == 0 ? "" : "[" + std::to_string(code) + "]");
  }

  fake_runner runner;
  interpreter_options options;
  std::map<std::string, std::string> files;
  std::string said;
  std::string printed;
  int64_t paused_ms = 0;
};

struct row {
  const char* text;
  const char* want;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(interpreter_tests, fixture)

CAF_TEST(scripts_do_what_they_say) {
  const row rows[] = {
    {"", ""},
    {"print a  'b  c' \"d\"", "a b  c d\n"},
    {"x = 1 2\nprint <$x> ${x}3 '$x' \"$x\"", "<1 2> 1 23 $x 1 2\n"},
    {"print $1 $code <$last>", "argument 0 <>\n"},
    {"j = submit noop\nprint $j", "7\n"},
    {"j = job 7 --json\nprint $j.state ${j.tasks} $j.state.", "succeeded 3 "
                                                              "succeeded.\n"},
    {"n = file\nprint $n.txt ${n}.txt", "file.txt file.txt\n"},
    {"jobs\nprint $last $code", "out 0\n"},
    {"for x in 1..4; print $x; end", "1\n2\n3\n"},
    {"a = -1\nfor x in $a..1 c 'd e' '1..9'; print $x; end",
     "-1\n0\nc\nd e\n1..9\n"},
    {"for x in $(nodes --json); print $x.name; end", "a\nb\n"},
    {"n = nodes --json\nfor x in $n; print $x.name; end\nprint ${n.1.name}",
     "a\nb\nb\n"},
    {"repeat 3; print x; end", "x\nx\nx\n"},
    {"repeat 0; print x; end\nfor x in 3..1; print x; end", ""},
    {"for x in 0..9; if $x == 2; break; end; print $x; end\nprint end",
     "0\n1\nend\n"},
    {"for x in 0..2 a\nfor y in b c; print $x$y; break; end\nend",
     "0b\n1b\nab\n"},
    {"if 9 < 10; print yes; else; print no; end", "yes\n"},
    {"if a == b; print yes; else; print no; end", "no\n"},
    {"wait 1\nif failed; print $code; end", "1\n"},
    {"wait 3\nif code == 3; print three; end", "three\n"},
    {"wait 3\nassert code == 3\nassert failed", ""},
    {"wait 0\nif ok; print fine; end", "fine\n"},
    {"exit", ""},
    {"exit 7\nprint no", "[7]"},
    {"repeat 3; for x in a b; exit 2; end; end", "[2]"},
    {"sleep 1s; print slept", "slept\n"},
  };
  for (const auto& [text, want] : rows) {
    CAF_MESSAGE(text);
    auto got = run(text);
    CAF_CHECK_EQUAL(got, want);
  }
  CAF_CHECK_EQUAL(paused_ms, 1000);
}

CAF_TEST(the_first_error_stops_a_script_with_its_line) {
  const row rows[] = {
    {"print a\nwait 1\nprint b",
     "a\n[1] dir/x.troupe:2: \"wait 1\" ended with exit code 1; the script "
     "stops here"},
    {"repeat 2\n\nwait 3\nend",
     "[3] dir/x.troupe:3: \"wait 3\" ended with exit code 3; the script stops "
     "here"},
    {"wait 130", "[130] dir/x.troupe:1: interrupted; the script stops here"},
    {"wait 130\nif failed; end",
     "[130] dir/x.troupe:1: interrupted; the script stops here"},
    {"x = job 8\nprint no", "[1] dir/x.troupe:1: \"x = job 8\" ended with exit "
                            "code 1; the script stops here"},
    {"x = a\nx = job 8\nif failed; print $x; end",
     "[2] dir/x.troupe:3: there is no variable \"x\""},
    {"name = 1\nprint $nmae", "[2] dir/x.troupe:2: there is no variable "
                              "\"nmae\"; did you mean \"name\"?"},
    {"print $2", "[2] dir/x.troupe:1: the script was started without the "
                 "argument $2"},
    {"j = job 7 --json\nprint $j.stat",
     "[2] dir/x.troupe:2: the variable \"j\": there is no field \"stat\"; did "
     "you mean \"state\"?"},
    {"j = 7\nprint ${j.x}", "[2] dir/x.troupe:2: the variable \"j\": it is no "
                            "JSON, so it has no fields"},
    {"subnit noop", "[2] dir/x.troupe:1: there is no command \"subnit\"; did "
                    "you mean \"submit\"?"},
    {"x =5", "[2] dir/x.troupe:1: blanks are missing around the = of \"x "
             "=5\""},
    {"x =$1", "[2] dir/x.troupe:1: blanks are missing around the = of \"x "
              "=$1\""},
    {"x == 5", "[2] dir/x.troupe:1: there is no command \"x\"; see troupe "
               "help"},
    {"asert a == b", "[2] dir/x.troupe:1: there is no command \"asert\"; did "
                     "you mean \"assert\" or \"set\"?"},
    {"for x in $(jbos); end", "[2] dir/x.troupe:1: there is no command "
                              "\"jbos\"; did you mean \"jobs\"?"},
    {"x = jbos --json", "[2] dir/x.troupe:1: there is no command \"jbos\"; did "
                        "you mean \"jobs\"?"},
    {"assert 1 == 2", "[1] dir/x.troupe:1: the assertion does not hold: \"1\" "
                      "== \"2\""},
    {"assert failed", "[1] dir/x.troupe:1: the assertion does not hold: the "
                      "last exit code is 0"},
    {"if a < b; end",
     "[2] dir/x.troupe:1: < compares numbers, but \"a\" is none"},
    {"print a\nrepeat 2", "[2] dir/x.troupe:2: the end of this repeat is "
                          "missing"},
    {"sleep 10s", "[130] dir/x.troupe:1: interrupted; the script stops here"},
    {"set ecko on", "[2] dir/x.troupe:1: there is no setting \"ecko\"; did you "
                    "mean \"echo\"?"},
    {"set echo maybe", "[2] dir/x.troupe:1: set echo takes on or off, not "
                       "\"maybe\""},
    {"source y", "[1] dir/x.troupe:1: cannot open dir/y"},
  };
  for (const auto& [text, want] : rows) {
    CAF_MESSAGE(text);
    auto got = run(text);
    CAF_CHECK_EQUAL(got, want);
  }
}

CAF_TEST(numbers_that_are_none_are_refused) {
  for (auto text :
       {"repeat x; end", "exit x", "exit 256", "sleep x", "exit -1"}) {
    auto got = run(text);
    CAF_CHECK(got.starts_with("[2] dir/x.troupe:1: "));
  }
}

CAF_TEST(a_script_that_keeps_going_ends_with_the_first_failure) {
  options.keep_going = true;
  auto got = run("wait 3\nwait 1\nprint $nothing\nassert 1 == 2\nprint end");
  CAF_CHECK_EQUAL(got, "end\n[3]");
  CAF_CHECK_EQUAL(said, "dir/x.troupe:1: \"wait 3\" ended with exit code 3\n"
                        "dir/x.troupe:2: \"wait 1\" ended with exit code 1\n"
                        "dir/x.troupe:3: there is no variable \"nothing\"\n"
                        "dir/x.troupe:4: the assertion does not hold: \"1\" == "
                        "\"2\"\n");
  // Ctrl-C is meant for the script; `exit` says the code itself, or not.
  got = run("wait 130\nprint no");
  CAF_CHECK(got.starts_with("[130] "));
  got = run("wait 1\nexit");
  CAF_CHECK_EQUAL(got, "[1]");
  got = run("wait 1\nexit 0");
  CAF_CHECK_EQUAL(got, "");
  options.keep_going = false;
  got = run("set keep-going on\nfor x in 1 3; wait $x; end\nprint end");
  CAF_CHECK_EQUAL(got, "end\n[1]");
}

CAF_TEST(settings_hold_for_what_follows) {
  auto got = run("set json on\njobs\nset json off\nset echo on\njobs 'a b'");
  CAF_CHECK_EQUAL(got, "");
  CAF_CHECK((runner.asked == texts{"--json jobs", "jobs a b"}));
  CAF_CHECK_EQUAL(said, "+ jobs 'a b'\n");
}

CAF_TEST(files_are_found_beside_the_script) {
  files["dir/sub/y"] = "v = 3\nsource z";
  files["dir/sub/z"] = "print z $1\n";
  files["dir/bad"] = "\nwait 1";
  files["dir/self"] = "source self";
  files["dir/leave"] = "exit 4";
  auto got = run("source sub/y\nprint $v\nsource bad");
  CAF_CHECK_EQUAL(got, "z argument\n3\n[1] dir/bad:2: \"wait 1\" ended with "
                       "exit code 1; the script stops here");
  got = run("source self");
  CAF_CHECK_EQUAL(got, "[2] dir/self:1: more than 16 files are within each "
                       "other; does one read itself?");
  got = run("source leave\nprint no");
  CAF_CHECK_EQUAL(got, "[4]");
}

CAF_TEST(what_does_not_fit_a_variable_is_refused) {
  runner.answers["(hidden) jobs"] = {
    0, std::string(command_output_bytes_max, 'x')};
  auto got = run("x = jobs");
  CAF_CHECK_EQUAL(got, "[1] dir/x.troupe:1: the command prints more than the "
                       "16 MiB that a variable holds");
  std::string twice = "x = 0123456789abcdef\nrepeat 20\nx = \"$x$x\"\nend\n";
  got = run(twice + "print fits");
  CAF_CHECK_EQUAL(got, "fits\n");
  for (auto text : {"y = \"${x}1\"", "y = $x 1", "print $x $x", "jobs $x $x"}) {
    got = run(twice + text);
    CAF_CHECK_EQUAL(got, "[1] dir/x.troupe:5: the words are longer than the 16 "
                         "MiB that a variable holds");
  }
}

CAF_TEST(what_cannot_be_written_fails_the_statement) {
  runner.answers["jobs"] = {1, "", "the disk is full"};
  auto got = run("jobs\nprint no");
  CAF_CHECK_EQUAL(got, "[1] dir/x.troupe:1: \"jobs\" ended with exit code 1; "
                       "the script stops here");
  CAF_CHECK_EQUAL(said, "the disk is full\n");
  options.print = [](std::string_view) { return refuse("the disk is full"); };
  got = run("print a");
  CAF_CHECK_EQUAL(got, "[1] dir/x.troupe:1: the disk is full");
}

CAF_TEST(an_endless_loop_can_be_interrupted) {
  int left = 100;
  options.interrupted = [&] { return --left == 0; };
  auto got = run("repeat 999999999999\nend");
  CAF_CHECK(got.starts_with("[130] dir/x.troupe:1: interrupted"));
  left = 100;
  got = run("for x in 0..999999999999\ny = $x\nend");
  CAF_CHECK(got.starts_with("[130] "));
}

CAF_TEST(at_a_prompt_state_stays_and_sentences_are_short) {
  options.interactive = true;
  interpreter language{runner, options};
  auto ended = language.run("x = 3\nwait 3\nprint no", "prompt");
  CAF_REQUIRE(ended);
  CAF_CHECK_EQUAL(static_cast<int>(*ended), 3);
  CAF_CHECK(language.run("if code == 3; print $x; end", "prompt"));
  CAF_CHECK_EQUAL(printed, "3\n");
  ended = language.run("print $y", "prompt");
  CAF_REQUIRE(!ended);
  CAF_CHECK_EQUAL(ended.error().text, "there is no variable \"y\"");
  CAF_CHECK(!language.left());
  CAF_CHECK(language.run("exit 3", "prompt"));
  CAF_CHECK(language.left());
  CAF_CHECK_EQUAL(language.variables().at("x"), "3");
}

CAF_TEST(open_blocks_and_quotes_want_more) {
  for (auto text : {"repeat 3\n", "if ok\nelse", "print 'a", "jobs \\"})
    CAF_CHECK(!interpreter::is_complete(text));
  for (auto text : {"", "jobs", "end", "repeat 3; end", "a=b"})
    CAF_CHECK(interpreter::is_complete(text));
}

CAF_TEST_FIXTURE_SCOPE_END()
