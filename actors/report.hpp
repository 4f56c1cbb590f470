#pragma once

#include <cstddef>
#include <string>

/// What each kind of actor tells about itself: its main numbers as one small
/// JSON object, made by the actor itself between two messages. It must be
/// cheap: counts and limits, never what is counted. docs/protocol.md lists the
/// keys.
namespace troupe {

struct agent_state;
struct aggregator_state;
struct coordinator_state;
struct event_hub_state;
struct front_door_state;
struct membership_state;
struct runner_state;
struct scheduler_state;
struct spawned_state;
struct store_state;
struct supervisor_state;
struct uplink_state;
struct worker_state;

/// Children that a supervisor reports about.
constexpr size_t reported_children_max = 256;

std::string report_of(const agent_state& of);
std::string report_of(const aggregator_state& of);
std::string report_of(const coordinator_state& of);
std::string report_of(const event_hub_state& of);
std::string report_of(const front_door_state& of);
std::string report_of(const membership_state& of);
std::string report_of(const runner_state& of);
std::string report_of(const scheduler_state& of);
std::string report_of(const spawned_state& of);
std::string report_of(const store_state& of);

/// Also the spec of each child and how it ended the last times, of at most
/// `reported_children_max` children, and as far as an answer has room for them.
std::string report_of(const supervisor_state& of);

std::string report_of(const uplink_state& of);
std::string report_of(const worker_state& of);

} // namespace troupe
