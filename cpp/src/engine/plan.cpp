#include "plan.hpp"

#include <algorithm>
#include <map>

#include "float_guard.hpp"
#include "sample_run.hpp"

namespace isobit::engine {

namespace {

constexpr std::size_t alignment = 64;

class planner {
 public:
  planner(const description& net, const proof& proven, lane at_least)
      : net_(net), proven_(proven), at_least_(at_least) {
    plan_.home.assign(net.tensors.size(), -1);
  }

  plan make() {
    for (int t : net_.inputs) add_input(t);
    for (std::size_t i = 0; i < net_.operations.size(); ++i) add_operation(i);
    plan_.scratch_offset = plan_.workspace_bytes;
    plan_.workspace_bytes += scratch_raws_ * block * bytes(lane::i128);
    return std::move(plan_);
  }

 private:
  int add_buffer(lane type, int size) {
    plan_.buffers.push_back({type, size, plan_.workspace_bytes});
    const std::size_t raw_bytes = static_cast<std::size_t>(size) * block * bytes(type);
    plan_.workspace_bytes += (raw_bytes + alignment - 1) / alignment * alignment;
    return static_cast<int>(plan_.buffers.size()) - 1;
  }

  void add_input(int t) {
    const auto id = static_cast<std::size_t>(t);
    const tensor& info = net_.tensors[id];
    const lane type = std::max(guard_lane(info.format), at_least_);
    const int guard = add_buffer(type, info.size);
    plan_.home[id] = add_buffer(type, info.size);
    plan_.inputs.push_back({t, guard, plan_.home[id]});
  }

  int in_lane(int t, lane type, std::vector<convert_step>& conversions) {
    const int home = plan_.home[static_cast<std::size_t>(t)];
    const buffer b = plan_.buffers[static_cast<std::size_t>(home)];
    if (b.type == type) return home;
    const auto key = std::make_pair(t, type);
    const auto found = copies_.find(key);
    if (found != copies_.end()) return found->second;
    const int copy = add_buffer(type, b.size);
    conversions.push_back({home, copy});
    return copies_[key] = copy;
  }

  // An element-wise operation is cheaper in the wider lane of its producer than behind a
  // conversion.
  lane lane_of(std::size_t index) const {
    const operation& op = net_.operations[index];
    lane type = std::max(proven_.operations[index].narrowest, at_least_);
    if (op.ints.empty())
      for (int t : op.inputs) {
        const auto home = static_cast<std::size_t>(plan_.home[static_cast<std::size_t>(t)]);
        if (plan_.buffers[home].type != lane::i128) type = std::max(type, plan_.buffers[home].type);
      }
    return type;
  }

  void add_operation(std::size_t index) {
    const operation& op = net_.operations[index];
    operation_step step{};
    step.cell = op.cell;
    step.type = lane_of(index);
    for (int t : op.inputs) {
      step.inputs.push_back(in_lane(t, step.type, step.conversions));
      step.input_formats.push_back(plain(net_.tensors[static_cast<std::size_t>(t)].format));
    }
    const auto out = static_cast<std::size_t>(op.output);
    step.output = plan_.home[out] = add_buffer(step.type, net_.tensors[out].size);
    step.output_format = plain(net_.tensors[out].format);
    step.ints = op.ints.data();
    switch (step.type) {
      case lane::i16:
        pack<std::int16_t>(op, step);
        break;
      case lane::i32:
        pack<std::int32_t>(op, step);
        break;
      case lane::i64:
        pack<std::int64_t>(op, step);
        break;
      case lane::i128:
        pack<int128>(op, step);
        break;
    }
    scratch_raws_ = std::max(scratch_raws_, static_cast<std::size_t>(scratch_size(op)));
    plan_.operations.push_back(std::move(step));
  }

  template <class T>
  void pack(const operation& op, operation_step& step) {
    auto packed = std::make_shared<packed_constants<T>>(op);
    step.constants = packed->constants;
    step.tables = packed->tables;
    step.formats = packed->formats;
    plan_.storage.push_back(std::move(packed));
  }

  const description& net_;
  const proof& proven_;
  lane at_least_;
  plan plan_;
  std::map<std::pair<int, lane>, int> copies_;
  std::size_t scratch_raws_ = 0;
};

}  // namespace

plan make_plan(const description& net, const proof& proven, lane at_least) {
  return planner(net, proven, at_least).make();
}

}  // namespace isobit::engine
