#define CAF_SUITE reports

#include "actors/event_hub.hpp"
#include "actors/front_door.hpp"
#include "actors/report.hpp"

#include <caf/test/unit_test.hpp>

#include <nlohmann/json.hpp>

using namespace troupe;
using nlohmann::json;

// The others are asked by the test of `troupe state`, in a whole cluster.

CAF_TEST(a_report_is_one_json_object) {
  event_hub_state hub;
  auto told = json::parse(report_of(hub));
  CAF_CHECK(told.at("subscribers") == 0);
  CAF_CHECK(told.at("timer") == false);
  front_door_state door;
  door.options.cluster = "a \"b\"";
  told = json::parse(report_of(door));
  CAF_CHECK(told.at("cluster") == "a \"b\"");
  CAF_CHECK(told.at("open") == false);
}
