#define CAF_SUITE key_decoder

#include "nodes/shell/key_decoder.hpp"
#include "runtime/base/random.hpp"

#include <caf/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe::shell;

namespace {

using keys = std::vector<key>;

key letter(char c) {
  return {key_kind::character, c};
}

} // namespace

CAF_TEST(knows_the_keys_of_terminals) {
  struct row {
    const char* bytes;
    key_kind want;
  };
  const row rows[] = {
    {"\033[A", key_kind::up},       {"\033OA", key_kind::up},
    {"\033[B", key_kind::down},     {"\033OB", key_kind::down},
    {"\033[5~", key_kind::page_up}, {"\033[6~", key_kind::page_down},
    {"\033[H", key_kind::home},     {"\033[F", key_kind::end},
    {"\033[1~", key_kind::home},    {"\033[4~", key_kind::end},
    {"\r", key_kind::enter},        {"\n", key_kind::enter},
    {"\t", key_kind::tab},          {"\003", key_kind::interrupt},
    {"\033[Z", key_kind::unknown},  {"\033[1;5C", key_kind::unknown},
    {"\001", key_kind::unknown},    {"\xc3", key_kind::unknown}};
  for (const auto& [bytes, want] : rows) {
    key_decoder decoder;
    CAF_CHECK(decoder.take(bytes) == keys{key{want}});
  }
}

CAF_TEST(keys_may_come_together_and_in_pieces) {
  key_decoder decoder;
  CAF_CHECK(decoder.take("q\033[Bs")
            == keys({letter('q'), {key_kind::down}, letter('s')}));
  CAF_CHECK(decoder.take("\033").empty());
  CAF_CHECK(decoder.take("[").empty());
  CAF_CHECK(decoder.take("5").empty());
  CAF_CHECK(decoder.take("~k") == keys({{key_kind::page_up}, letter('k')}));
}

CAF_TEST(an_escape_alone_is_a_key_when_nothing_follows) {
  key_decoder decoder;
  CAF_CHECK(decoder.take("\033").empty());
  CAF_CHECK(decoder.settle() == keys{key{key_kind::escape}});
  CAF_CHECK(decoder.settle().empty());
  CAF_CHECK(decoder.take("\033\033[A")
            == keys({{key_kind::escape}, {key_kind::up}}));
}

CAF_TEST(random_bytes_do_no_harm) {
  auto random = troupe::make_seeded_random(7);
  key_decoder decoder;
  size_t seen = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes;
    for (uint64_t n = random->next() % 5; n > 0; --n)
      bytes += static_cast<char>(random->next() % 8 == 0 ? 27 : random->next());
    seen += decoder.take(bytes).size();
  }
  CAF_CHECK(seen > 1000);
}
