#include "runtime/wire/slice_collector.hpp"

namespace troupe {

namespace {

class reducing_collector final : public result_collector {
public:
  explicit reducing_collector(std::unique_ptr<reducer_state> state)
    : state_(std::move(state)) {
    // nop
  }

  result<void> add(std::string_view encoded) override {
    return state_->add(encoded);
  }

  size_t bytes() const override {
    return state_->bytes();
  }

  bool grows_by_result() const override {
    return false;
  }

  std::string take() override {
    std::string out;
    state_->write_partial(out);
    state_->clear();
    return out;
  }

private:
  std::unique_ptr<reducer_state> state_;
};

} // namespace

result<std::unique_ptr<result_collector>>
make_slice_collector(std::string_view reducer_spec,
                     std::string_view result_type, bool stream) {
  if (stream)
    return make_packed_collector();
  auto reducer = make_reducer(reducer_spec, result_type);
  if (!reducer)
    return tl::unexpected{std::move(reducer.error())};
  if (reducer->keeps_results || reducer->ordered)
    return make_packed_collector();
  return std::unique_ptr<result_collector>{
    std::make_unique<reducing_collector>(reducer->init())};
}

} // namespace troupe
