// Tracing: one operation after the other is run with the trace policy, and what it wrote down is
// cut into modules.
#include <algorithm>
#include <cstring>
#include <map>
#include <numeric>

#include "data_flow.hpp"
#include "sample_run.hpp"

namespace isobit::engine {

namespace {

int operand_count(opcode op) {
  switch (op) {
    case opcode::input:
    case opcode::literal:
    case opcode::linear:
      return 0;
    case opcode::shl:
    case opcode::shr:
    case opcode::wrap:
    case opcode::lut:
      return 1;
    case opcode::select:
      return 3;
    default:
      return 2;
  }
}

bool is_leaf(opcode op) { return op == opcode::input || op == opcode::linear; }

// Cuts the flow of one operation into modules and instances.
class cutter {
 public:
  cutter(const data_flow& flow, const std::vector<flow_ref>& results, data_flow_graph& graph,
         std::map<std::string, int>& known)
      : flow_(flow), results_(results), graph_(graph), known_(known), group_(flow.nodes.size()) {
    std::iota(group_.begin(), group_.end(), 0);
  }

  flow_operation cut() {
    flow_operation op;
    collect_forms(op);
    const std::vector<bool> live = live_nodes();
    for (std::size_t i = 0; i < flow_.nodes.size(); ++i)
      if (live[i]) join_with_operands(static_cast<int>(i));
    std::map<int, std::vector<int>> outputs_of;  // group -> result elements
    for (std::size_t e = 0; e < results_.size(); ++e) {
      if (!results_[e].graph)
        op.fixed.emplace_back(static_cast<int>(e), results_[e].value);
      else if (is_leaf(node(results_[e].node).op))
        instantiate({}, {static_cast<int>(e)}, op);
      else
        outputs_of[find(results_[e].node)].push_back(static_cast<int>(e));
    }
    std::map<int, std::vector<int>> members;
    for (std::size_t i = 0; i < flow_.nodes.size(); ++i)
      if (live[i] && !is_leaf(flow_.nodes[i].op))
        members[find(static_cast<int>(i))].push_back(static_cast<int>(i));
    for (const auto& [group, elements] : outputs_of) instantiate(members[group], elements, op);
    return op;
  }

 private:
  const flow_node& node(int i) const { return flow_.nodes[static_cast<std::size_t>(i)]; }

  int find(int i) {
    while (group_[static_cast<std::size_t>(i)] != i) i = group_[static_cast<std::size_t>(i)];
    return i;
  }

  void collect_forms(flow_operation& op) {
    for (std::size_t i = 0; i < flow_.nodes.size(); ++i) {
      const flow_node& n = flow_.nodes[i];
      if (n.op != opcode::linear) continue;
      form_of_[static_cast<int>(i)] = static_cast<int>(op.forms.size());
      op.forms.push_back(
          {{flow_.terms.begin() + n.first_term, flow_.terms.begin() + n.last_term}, n.value});
    }
  }

  // Nodes that a result depends on; the others (an unused rounding bias, say) are dropped.
  std::vector<bool> live_nodes() const {
    std::vector<bool> live(flow_.nodes.size());
    for (const flow_ref& r : results_)
      if (r.graph) live[static_cast<std::size_t>(r.node)] = true;
    for (std::size_t i = flow_.nodes.size(); i-- > 0;)
      if (live[i])
        for (int k = 0; k < operand_count(flow_.nodes[i].op); ++k)
          live[static_cast<std::size_t>(flow_.nodes[i].operands[k])] = true;
    return live;
  }

  void join_with_operands(int i) {
    if (is_leaf(node(i).op)) return;
    for (int k = 0; k < operand_count(node(i).op); ++k) {
      const int operand = node(i).operands[k];
      if (is_leaf(node(operand).op)) continue;
      const int a = find(i), b = find(operand);
      group_[static_cast<std::size_t>(std::max(a, b))] = std::min(a, b);
    }
  }

  void instantiate(const std::vector<int>& members, const std::vector<int>& elements,
                   flow_operation& op) {
    flow_module module;
    flow_instance instance;
    std::map<int, int> position;  // node of the flow -> operand inside the module
    const auto operand = [&](int i) {
      const auto found = position.find(i);
      if (found != position.end()) return found->second;
      // A leaf: inputs were appended first, so their number is the element.
      instance.ports.push_back(node(i).op == opcode::linear ? -1 - form_of_.at(i) : i);
      return position[i] = -1 - module.ports++;
    };
    for (int i : members) {
      flow_node copy = node(i);
      copy.first_term = copy.last_term = 0;
      for (int k = 0; k < 3; ++k)
        copy.operands[k] = k < operand_count(copy.op) ? operand(copy.operands[k]) : 0;
      position[i] = static_cast<int>(module.nodes.size());
      module.nodes.push_back(copy);
    }
    for (int e : elements)
      module.outputs.push_back(operand(results_[static_cast<std::size_t>(e)].node));
    instance.outputs = elements;
    instance.module = number_of(std::move(module));
    op.instances.push_back(std::move(instance));
  }

  // The same module is stored once.
  int number_of(flow_module module) {
    std::string key;
    const auto put = [&key](auto v) {
      char bytes[sizeof v];
      std::memcpy(bytes, &v, sizeof v);
      key.append(bytes, sizeof v);
    };
    for (const flow_node& n : module.nodes) {
      put(n.op);
      for (int k : n.operands) put(k);
      put(n.value);
      put(n.format.width());
      put(n.format.frac());
      put(n.format.is_signed());
    }
    for (int o : module.outputs) put(o);
    const auto [at, is_new] = known_.emplace(key, static_cast<int>(graph_.modules.size()));
    if (is_new) graph_.modules.push_back(std::move(module));
    return at->second;
  }

  const data_flow& flow_;
  const std::vector<flow_ref>& results_;
  data_flow_graph& graph_;
  std::map<std::string, int>& known_;
  std::vector<int> group_;
  std::map<int, int> form_of_;
};

}  // namespace

data_flow_graph trace_network(const description& net) {
  data_flow_graph graph;
  sample_run<trace> run(net);
  for (std::size_t i = 0; i < net.operations.size(); ++i) {
    const operation& op = net.operations[i];
    data_flow flow;
    // Tables keep their position in the operation.
    for (std::size_t k = 0; k < op.tables.size(); ++k) flow.table_index(run.entries(i, k));
    for (int t : op.inputs) {
      const dyn& f = net.tensors[static_cast<std::size_t>(t)].format;
      for (flow_ref& r : run.tensors[static_cast<std::size_t>(t)])
        r = {&flow, flow.append(opcode::input, f), 0};
    }
    auto& out = run.tensors[static_cast<std::size_t>(op.output)];
    run.run(i, net.tensors[static_cast<std::size_t>(op.output)].format, out);
    std::map<std::string, int> known;
    graph.operations.push_back(cutter(flow, out, graph, known).cut());
  }
  return graph;
}

}  // namespace isobit::engine
