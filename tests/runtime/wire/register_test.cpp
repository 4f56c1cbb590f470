#define CAF_SUITE register

#include "runtime/wire/caf_error.hpp"
#include "runtime/wire/register.hpp"
#include "tests/runtime/wire/wire_types.hpp"

#include <caf/test/dsl.hpp>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

using namespace troupe;
using namespace troupe::wire_test;

namespace {

struct config : caf::actor_system_config {
  config() {
    register_types(*this);
  }
};

struct check_registered {
  const config& cfg;
  std::set<std::string>& names;

  template <class T>
  void operator()() const {
    auto name = wire_name<T>();
    CAF_MESSAGE(name);
    names.insert(name);
    auto known = cfg.type_names_by_rtti.find(std::type_index{typeid(T)});
    CAF_REQUIRE(known != cfg.type_names_by_rtti.end());
    CAF_CHECK_EQUAL(known->second, name);
    CAF_CHECK(cfg.value_factories_by_name.count(name) == 1);
    CAF_CHECK(cfg.value_factories_by_name.count("std::vector<" + name + ">")
              == 1);
  }
};

struct add_name {
  std::set<std::string>& names;

  template <class T>
  void operator()() const {
    names.insert(wire_name<T>());
  }
};

std::string read_source(const std::string& path) {
  std::ifstream in{std::string{TROUPE_SOURCE_DIR "/"} + path};
  return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace

CAF_TEST(every_inspectable_type_of_the_headers_is_known) {
  // A new message that nobody registers would arrive empty.
  std::set<std::string> known;
  for_each_type(registered_types{}, add_name{known});
  for_each_type(nested_types{}, add_name{known});
  std::set<std::string> written;
  const std::regex name{"\"(t\\.[a-z_]+)\""};
  for (const char* header :
       {"messages.hpp", "question_messages.hpp", "inspect.hpp"}) {
    auto text = read_source(std::string{"runtime/wire/"} + header);
    CAF_REQUIRE(!text.empty());
    for (std::sregex_iterator i{text.begin(), text.end(), name}, end; i != end;
         ++i)
      written.insert((*i)[1].str());
  }
  CAF_CHECK_EQUAL(written, known);
}

CAF_TEST(every_type_has_its_wire_name_and_no_other_is_there) {
  config cfg;
  std::set<std::string> names;
  for_each_type(registered_types{}, check_registered{cfg, names});
  size_t ours = 0;
  for (const auto& entry : cfg.value_factories_by_name)
    if (entry.first.substr(0, 2) == "t.") {
      ++ours;
      // A type that is registered and not in the list is not tested.
      CAF_CHECK_EQUAL(names.count(entry.first), 1u);
    }
  CAF_CHECK_EQUAL(ours, names.size());
}

CAF_TEST(registering_twice_is_harmless) {
  config cfg;
  auto before = cfg.value_factories_by_name.size();
  register_types(cfg);
  CAF_CHECK_EQUAL(cfg.value_factories_by_name.size(), before);
}

CAF_TEST_FIXTURE_SCOPE(register_tests, test_coordinator_fixture<config>)

CAF_TEST(the_system_renders_our_errors) {
  error what{errc::job_ended, "job 7 is cancelled"};
  CAF_CHECK_EQUAL(sys.render(to_caf(what)), to_string(what));
  error bare{errc::draining, {}};
  CAF_CHECK_EQUAL(sys.render(to_caf(bare)), to_string(bare));
}

CAF_TEST_FIXTURE_SCOPE_END()
