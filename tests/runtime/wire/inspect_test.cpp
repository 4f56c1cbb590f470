#define CAF_SUITE inspect

#include "runtime/wire/register.hpp"
#include "tests/runtime/wire/wire_types.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/test/dsl.hpp>

#include <vector>

using namespace troupe;
using namespace troupe::wire_test;

namespace {

struct config : caf::actor_system_config {
  config() {
    register_types(*this);
  }
};

struct check_fields {
  template <class T>
  void operator()() const {
    auto seen = read_fields<T>();
    CAF_MESSAGE(seen.name);
    CAF_CHECK_EQUAL(seen.count, field_count<T>());
    CAF_CHECK_EQUAL(seen.addresses.size(), seen.count);
  }
};

struct collect_names {
  std::vector<std::string>& names;

  template <class T>
  void operator()() const {
    names.push_back(wire_name<T>());
  }
};

struct fixture : test_coordinator_fixture<config> {
  blob round_trip(const blob& x) {
    std::vector<char> bytes;
    caf::binary_serializer sink{sys, bytes};
    CAF_REQUIRE_EQUAL(sink(const_cast<blob&>(x)), caf::none);
    blob y{std::string{"what was there before"}};
    caf::binary_deserializer source{sys, bytes};
    CAF_REQUIRE_EQUAL(source(y), caf::none);
    return y;
  }
};

} // namespace

CAF_TEST(every_field_is_inspected_once) {
  for_each_type(registered_types{}, check_fields{});
  for_each_type(nested_types{}, check_fields{});
}

CAF_TEST(names_are_short_prefixed_and_unique) {
  std::vector<std::string> names;
  for_each_type(registered_types{}, collect_names{names});
  for_each_type(nested_types{}, collect_names{names});
  for (const auto& name : names) {
    CAF_MESSAGE(name);
    CAF_CHECK_EQUAL(name.substr(0, 2), "t.");
    CAF_CHECK(name.size() <= 13);
  }
  CAF_CHECK_EQUAL(std::set<std::string>(names.begin(), names.end()).size(),
                  names.size());
}

CAF_TEST_FIXTURE_SCOPE(inspect_tests, fixture)

CAF_TEST(blobs_of_any_size_survive_serialization) {
  for (size_t size : {0, 1, 127, 128, 70'000}) {
    std::string bytes(size, '\0');
    for (size_t i = 0; i < size; ++i)
      bytes[i] = static_cast<char>(i * 31);
    CAF_CHECK(round_trip(blob{bytes}) == blob{bytes});
  }
}

CAF_TEST(a_blob_takes_no_more_bytes_than_a_string) {
  std::vector<char> as_string;
  std::vector<char> as_blob;
  std::string text = "some bytes";
  blob bytes{text};
  caf::binary_serializer string_sink{sys, as_string};
  caf::binary_serializer blob_sink{sys, as_blob};
  CAF_REQUIRE_EQUAL(string_sink(text), caf::none);
  CAF_REQUIRE_EQUAL(blob_sink(bytes), caf::none);
  CAF_CHECK(as_string == as_blob);
}

CAF_TEST(a_local_message_shares_its_bytes) {
  job_update sent;
  sent.result = blob{std::string(100'000, 'x')};
  const char* seen = nullptr;
  auto reader = sys.spawn([&seen](caf::event_based_actor*) -> caf::behavior {
    return {[&seen](const job_update& x) { seen = x.result.view().data(); }};
  });
  self->send(reader, sent);
  sched.run();
  CAF_CHECK_EQUAL(static_cast<const void*>(seen),
                  static_cast<const void*>(sent.result.view().data()));
}

CAF_TEST_FIXTURE_SCOPE_END()
