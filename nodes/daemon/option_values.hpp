#pragma once

#include "nodes/daemon/options.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// How the text of each option becomes its value. A failure's text is what
/// follows `KEY = "VALUE": ` in the sentence that the operator reads.
namespace troupe::option_values {

constexpr size_t name_bytes_max = 64;
constexpr size_t list_entries_max = 64;
constexpr uint32_t threads_max = 1024;
constexpr uint64_t kept_max = 1'000'000'000;
constexpr uint64_t memory_bytes_min = 1024 * 1024;
constexpr uint64_t limit_bytes_min = 1024;

/// Returns whether a node or cluster may have this name.
bool is_name(std::string_view text);

result<bool> parse_flag(const std::string& text);
result<std::string> parse_name(const std::string& text);
result<std::string> parse_optional_name(const std::string& text);
result<node_roles> parse_roles(const std::string& text);
result<endpoint> parse_listen(const std::string& text);
result<std::vector<endpoint>> parse_join(const std::string& text);
result<std::chrono::milliseconds> parse_drain_timeout(const std::string& text);
result<std::chrono::milliseconds> parse_keep_for(const std::string& text);
result<std::chrono::milliseconds>
parse_heartbeat_interval(const std::string& text);
result<std::chrono::milliseconds> parse_silence(const std::string& text);
result<uint32_t> parse_threads(const std::string& text);
result<uint32_t> parse_slots(const std::string& text);
result<uint64_t> parse_cpus(const std::string& text);
result<uint64_t> parse_worker_memory(const std::string& text);
result<std::vector<named_amount>> parse_resources(const std::string& text);
result<std::string> parse_placement(const std::string& text);
result<memory_limit> parse_memory(const std::string& text);
result<uint64_t> parse_max_dead(const std::string& text);
result<uint64_t> parse_keep_count(const std::string& text);
result<uint64_t> parse_input_limit(const std::string& text);
result<uint64_t> parse_result_limit(const std::string& text);
result<uint64_t> parse_job_result_limit(const std::string& text);
result<std::vector<node_label>> parse_labels(const std::string& text);
result<std::vector<std::string>> parse_folders(const std::string& text);
result<log_level> parse_level(const std::string& text);
result<log_format> parse_format(const std::string& text);

} // namespace troupe::option_values
