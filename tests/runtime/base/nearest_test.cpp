#define CAF_SUITE nearest

#include "runtime/base/nearest.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using strings = std::vector<std::string>;

namespace {

const strings functions{"count_primes", "echo",       "exec",
                        "fail",         "mandelbrot", "noop",
                        "sleep",        "wordcount",  "wordcount_file"};

} // namespace

CAF_TEST(only_plausible_names_are_offered_best_first) {
  struct row {
    const char* what;
    const char* name;
    strings want;
  };
  const row rows[] = {
    {"a letter is missing", "wordcont", {"wordcount"}},
    {"neighbours are swapped", "ehco", {"echo"}},
    {"a letter is wrong", "nopp", {"noop"}},
    {"case does not count", "ECHO", {"echo"}},
    {"the beginning of several", "wordc", {"wordcount", "wordcount_file"}},
    {"two edits in a long name", "count_prims_", {"count_primes"}},
    {"nothing is near", "factorial", {}},
    {"one letter is too little", "e", {}},
    {"no name at all", "", {}},
    {"the name itself", "echo", {"echo"}},
  };
  for (const auto& [what, name, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK_EQUAL(nearest(name, functions), want);
  }
}

CAF_TEST(ties_are_sorted_and_the_number_is_bounded) {
  const strings candidates{"cat", "bat", "bat", "rat", "hat"};
  CAF_CHECK_EQUAL(nearest("xat", candidates), (strings{"bat", "cat", "hat"}));
  CAF_CHECK_EQUAL(nearest("xat", candidates, 1), strings{"bat"});
  CAF_CHECK_EQUAL(nearest("xat", candidates, 0), strings{});
}

CAF_TEST(endless_names_have_no_neighbours) {
  std::string endless(100'000, 'a');
  CAF_CHECK_EQUAL(nearest(endless, {endless}), strings{});
  CAF_CHECK_EQUAL(nearest("aaa", {endless}), strings{});
}

CAF_TEST(the_question_lists_the_names) {
  CAF_CHECK_EQUAL(did_you_mean("ehco", functions), "; did you mean \"echo\"?");
  CAF_CHECK_EQUAL(did_you_mean("wordc", functions),
                  "; did you mean \"wordcount\" or \"wordcount_file\"?");
  CAF_CHECK_EQUAL(did_you_mean("factorial", functions), "");
}
