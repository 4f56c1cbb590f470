#define CAF_SUITE builtin_numbers

#include "runtime/base/random.hpp"
#include "tests/runtime/function/call_function.hpp"

#include <caf/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe;
using test::json_caller;
using test::shown;

CAF_TEST(known_numbers_of_primes_are_found) {
  struct row {
    const char* what;
    const char* range;
    const char* want;
  };
  const row rows[] = {
    {"nothing", "[0,0]", "0"},
    {"below two", "[0,2]", "0"},
    {"two", "[0,3]", "1"},
    {"two alone", "[2,3]", "1"},
    {"behind two", "[3,4]", "1"},
    {"an even number", "[4,5]", "0"},
    {"the first ten", "[0,30]", "10"},
    {"below a million", "[0,1000000]", "78498"},
    {"below ten million", "[0,10000000]", "664579"},
    {"a million from 10^9 on", "[1000000000,1001000000]", "48155"},
    {"around a square of a prime", "[999966000288,999966000291]", "0"},
    {"a million from 10^12 on", "[1000000000000,1000001000000]", "36249"},
    {"the end of the range", "[99999999999972,100000000000000]", "1"},
    {"backwards", "[5,4]",
     "!count_primes: the range [5, 4) ends before it "
     "begins"},
    {"too far", "[0,100000000000001]",
     "!count_primes: the end is 100000000000001, the limit is "
     "100000000000000"},
    {"too many", "[0,20000000001]",
     "!count_primes: the range has 20000000001 numbers, the limit for one "
     "task is 20000000000; split it"},
  };
  auto registry = test::builtins();
  json_caller call{registry, "count_primes"};
  for (const auto& [what, range, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK_EQUAL(shown(call(range)), want);
  }
}

CAF_TEST(every_small_range_agrees_with_trial_division) {
  constexpr uint64_t end_max = 130;
  std::vector<uint64_t> below{0};
  for (uint64_t x = 0; x < end_max; ++x) {
    auto prime = x > 1;
    for (uint64_t d = 2; d < x; ++d)
      prime = prime && x % d != 0;
    below.push_back(below.back() + (prime ? 1 : 0));
  }
  auto registry = test::builtins();
  json_caller call{registry, "count_primes"};
  for (uint64_t begin = 0; begin <= end_max; ++begin)
    for (auto end = begin; end <= end_max; ++end) {
      auto range =
        '[' + std::to_string(begin) + ',' + std::to_string(end) + ']';
      CAF_CHECK_EQUAL(shown(call(range)),
                      std::to_string(below[end] - below[begin]));
    }
}

CAF_TEST(pieces_add_up_whatever_was_counted_before) {
  // One caller is one slot: it keeps its primes from task to task.
  auto registry = test::builtins();
  json_caller call{registry, "count_primes"};
  auto random = make_seeded_random(9);
  CAF_CHECK(call("[1000000000000,1000000000100]").has_value());
  for (int round = 0; round < 20; ++round) {
    uint64_t sum = 0;
    uint64_t begin = 0;
    while (begin < 1'000'000) {
      auto end =
        std::min<uint64_t>(1'000'000, begin + 1 + random->next() % 300'000);
      auto piece =
        call('[' + std::to_string(begin) + ',' + std::to_string(end) + ']');
      CAF_REQUIRE(piece.has_value());
      sum += std::stoull(*piece);
      begin = end;
    }
    CAF_CHECK_EQUAL(sum, 78498u);
  }
}

CAF_TEST(the_picture_has_its_landmarks) {
  auto registry = test::builtins();
  // 4 x 3 pixels; their centers are -1.5, -0.5, 0.5, 1.5 and 1, 0, -1.
  json_caller call{registry, "mandelbrot",
                   R"({"width":4,"height":3,"iterations":1000,)"
                   R"("center":[0,0],"scale":4})"};
  auto inside = [](char c) { return c == '\0'; };
  auto middle = call("[1,2]");
  CAF_REQUIRE(middle.has_value());
  auto bytes = json_to_bytes("string", *middle);
  auto row = decode<std::string>(*bytes);
  CAF_REQUIRE_EQUAL(row->size(), 4u);
  CAF_CHECK(inside((*row)[0])); // All of [-2, 0.25] is in the set.
  CAF_CHECK(inside((*row)[1]));
  CAF_CHECK(!inside((*row)[2]));
  CAF_CHECK_EQUAL((*row)[3], '\3'); // 1.5 is out after two rounds.
  CAF_CHECK_EQUAL(shown(call("[3,3]")), "\"\"");
}

CAF_TEST(bands_put_together_are_the_picture) {
  auto registry = test::builtins();
  auto picture = R"({"width":40,"height":30,"iterations":300,)"
                 R"("center":[-0.5,0.1],"scale":3})";
  auto pixels = [&](uint64_t begin, uint64_t end) {
    auto body = registry.find("mandelbrot")
                  ->bind(*json_to_bytes(type_of<mandelbrot_args>(), picture));
    std::string input;
    std::string output;
    encode(std::tuple{begin, end}, input);
    CAF_REQUIRE((*body)(task_context{}, input, output).has_value());
    auto out = decode<std::vector<char>>(output);
    CAF_REQUIRE(out.has_value());
    return std::string{out->begin(), out->end()};
  };
  auto all = pixels(0, 30);
  CAF_CHECK_EQUAL(all.size(), 1200u);
  CAF_CHECK(all == pixels(0, 7) + pixels(7, 8) + pixels(8, 30));
}

CAF_TEST(impossible_pictures_are_refused) {
  struct row {
    const char* args;
    const char* want;
  };
  const row rows[] = {
    {R"({"width":0,"height":1,"iterations":1,"center":[0,0],"scale":1})",
     "mandelbrot: width is 0, expected 1 to 65536"},
    {R"({"width":1,"height":65537,"iterations":1,"center":[0,0],"scale":1})",
     "mandelbrot: height is 65537, expected 1 to 65536"},
    {R"({"width":1,"height":1,"iterations":0,"center":[0,0],"scale":1})",
     "mandelbrot: iterations is 0, expected 1 to 1000000"},
    {R"({"width":1,"height":1,"iterations":1,"center":[0,0],"scale":0})",
     "mandelbrot: scale is 0, expected a number above 0"},
    {R"({"width":1,"height":1,"iterations":1,"center":[0,0],"scale":"NaN"})",
     "mandelbrot: scale is nan, expected a number above 0"},
    {R"({"width":1,"height":1,"iterations":1,"center":["NaN",0],"scale":1})",
     "mandelbrot: center is [nan, 0], expected two finite numbers"},
  };
  auto registry = test::builtins();
  for (const auto& [args, want] : rows) {
    json_caller call{registry, "mandelbrot", args};
    CAF_REQUIRE(!call.bound().has_value());
    CAF_CHECK(call.bound().error().code == errc::bad_args);
    CAF_CHECK_EQUAL(call.bound().error().text, want);
  }
  json_caller large{registry, "mandelbrot",
                    R"({"width":65536,"height":65536,"iterations":1,)"
                    R"("center":[0,0],"scale":1})"};
  CAF_CHECK_EQUAL(shown(large("[0,65537]")),
                  "!mandelbrot: the rows [0, 65537) are not in the picture, "
                  "which has 65536");
  auto too_large = large("[0,257]");
  CAF_REQUIRE(!too_large.has_value());
  CAF_CHECK(too_large.error().code == errc::result_too_large);
}

CAF_TEST(long_computations_stop_when_asked_to) {
  std::atomic<bool> stop{true};
  auto registry = test::builtins();
  json_caller primes{registry, "count_primes"};
  primes.context.stop = &stop;
  CAF_CHECK_EQUAL(shown(primes("[0,20000000000]")), "!the attempt was stopped");
  json_caller picture{registry, "mandelbrot",
                      R"({"width":1000,"height":1000,"iterations":1000000,)"
                      R"("center":[-1.5,0],"scale":0.01})"};
  picture.context.stop = &stop;
  CAF_CHECK_EQUAL(shown(picture("[0,1000]")), "!the attempt was stopped");
}
