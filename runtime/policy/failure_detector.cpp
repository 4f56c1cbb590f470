#include "runtime/policy/failure_detector.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace troupe {

namespace {

double seconds(duration x) {
  return std::chrono::duration<double>{x}.count();
}

} // namespace

double phi(duration silence, duration mean, duration deviation) {
  const auto y = seconds(silence - mean) / seconds(deviation);
  const auto z = y * (1.5976 + 0.070566 * y * y);
  // -log10(1 - 1 / (1 + exp(-z))) without its overflow and cancellation.
  const auto natural =
    z > 0 ? z + std::log1p(std::exp(-z)) : std::log1p(std::exp(z));
  return natural / std::log(10.0);
}

failure_detector::failure_detector(const detector_settings& settings,
                                   duration interval, time_point joined_at)
  : settings_(settings), interval_(interval), last_(joined_at), mean_(interval),
    deviation_(interval / 4) {
  // nop
}

void failure_detector::heartbeat(time_point at) {
  // The silence of a suspect says nothing about its ordinary rhythm.
  if (judge(at) == suspicion::none)
    record(silence(at));
  last_ = std::max(last_, at);
}

/// Keeps mean and deviation within bounds: heartbeats that came in a burst must
/// not make it impatient, and a node that was slow for a while must not push
/// the moment when it is suspected far away.
void failure_detector::record(duration between) {
  if (samples_.size() < limits::heartbeat_samples_max)
    samples_.push_back(between);
  else
    samples_[next_sample_] = between;
  next_sample_ = (next_sample_ + 1) % limits::heartbeat_samples_max;
  const auto n = static_cast<double>(samples_.size());
  const auto sum =
    std::accumulate(samples_.begin(), samples_.end(), duration{});
  const auto mean = seconds(sum) / n;
  auto squares = 0.0;
  for (auto x : samples_)
    squares += (seconds(x) - mean) * (seconds(x) - mean);
  auto to_duration = [](double s) {
    return std::chrono::duration_cast<duration>(
      std::chrono::duration<double>{s});
  };
  mean_ = std::clamp(to_duration(mean), interval_, interval_ * 2);
  deviation_ = std::clamp(to_duration(std::sqrt(squares / n)), interval_ / 4,
                          interval_ / 2);
}

suspicion failure_detector::judge(time_point now) const {
  if (phi_at(now) < limits::suspicion_phi)
    return suspicion::none;
  return silence(now) < settings_.down_after ? suspicion::suspect
                                             : suspicion::down;
}

double failure_detector::phi_at(time_point now) const {
  return phi(silence(now), mean_ + settings_.pause, deviation_);
}

duration failure_detector::silence(time_point now) const {
  return std::max(now - last_, duration::zero());
}

bool failure_detector::is_late(time_point now) const {
  return silence(now) > mean_ + mean_ / 2;
}

void local_health::tick(time_point now, duration asked) {
  missed_ += overdue(now);
  due_ = now + asked;
}

void local_health::rest(time_point now) {
  missed_ += overdue(now);
  due_ = time_point::max();
}

time_point local_health::attended(time_point now) const {
  return now - missed_ - overdue(now);
}

duration local_health::overdue(time_point now) const {
  // Not `now - due_`: `due_` may be the largest time there is.
  return now > due_ && now - due_ > tolerance ? now - due_ - tolerance
                                              : duration::zero();
}

} // namespace troupe
