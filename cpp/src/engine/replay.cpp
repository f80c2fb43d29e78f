// Evaluating and counting a traced network. The evaluator is an interpreter of its own: it shares
// the primitives' meaning with the policies, and nothing of cast or of the cells.
#include "data_flow.hpp"

namespace isobit::engine {

namespace {

int128 wrapped(int128 a, const dyn& f) {
  const int128 modulus = static_cast<int128>(1) << f.width();
  int128 low = a & (modulus - 1);
  if (f.is_signed() && low >= modulus / 2) low -= modulus;
  return low;
}

bool is_power_of_two(int128 w) {
  const int128 m = w < 0 ? -w : w;
  return m != 0 && (m & (m - 1)) == 0;
}

class interpreter {
 public:
  interpreter(const flow_module& module, const operation& op, const std::vector<int128>& ports)
      : op_(op), ports_(ports) {
    values_.reserve(module.nodes.size());
    for (const flow_node& n : module.nodes) values_.push_back(evaluate(n));
  }

  int128 operand(int i) const {
    return i < 0 ? ports_[static_cast<std::size_t>(-1 - i)] : values_[static_cast<std::size_t>(i)];
  }

 private:
  int128 evaluate(const flow_node& n) const {
    const auto a = [&] { return operand(n.operands[0]); };
    const auto b = [&] { return operand(n.operands[1]); };
    const int128 one = 1;
    switch (n.op) {
      case opcode::literal:
        return n.value;
      case opcode::add:
        return a() + b();
      case opcode::sub:
        return a() - b();
      case opcode::mul:
        return a() * b();
      case opcode::shl:
        return a() * (one << static_cast<int>(n.value));
      case opcode::shr:
        return a() >> static_cast<int>(n.value);
      case opcode::less:
        return a() < b() ? 1 : 0;
      case opcode::select:
        return a() != 0 ? b() : operand(n.operands[2]);
      case opcode::min:
        return a() < b() ? a() : b();
      case opcode::max:
        return a() > b() ? a() : b();
      case opcode::wrap:
        return wrapped(a(), n.format);
      case opcode::lut:
        return op_.tables[static_cast<std::size_t>(n.value)].entries[static_cast<std::size_t>(a())];
      case opcode::input:
      case opcode::linear:
        break;  // never inside a module
    }
    return 0;
  }

  const operation& op_;
  const std::vector<int128>& ports_;
  std::vector<int128> values_;
};

void count_node(const flow_node& n, flow_counts& c) {
  ++c.nodes;
  switch (n.op) {
    case opcode::mul:
      ++c.multiplications;
      break;
    case opcode::add:
    case opcode::sub:
      ++c.additions;
      break;
    case opcode::less:
      ++c.comparisons;
      break;
    case opcode::min:
    case opcode::max:
      ++c.comparisons;
      ++c.selects;
      break;
    case opcode::select:
      ++c.selects;
      break;
    case opcode::shl:
    case opcode::shr:
      ++c.shifts;
      break;
    case opcode::lut:
      ++c.lookups;
      break;
    default:
      break;
  }
}

}  // namespace

flow_counts count(const data_flow_graph& graph, const description& net, std::size_t operation) {
  const flow_operation& op = graph.operations[operation];
  flow_counts c;
  for (const linear_form& form : op.forms) {
    ++c.nodes;
    for (const flow_term& t : form.terms) c.multiplications += is_power_of_two(t.weight) ? 0 : 1;
    const auto summands =
        static_cast<std::int64_t>(form.terms.size()) + (form.constant != 0 ? 1 : 0);
    c.additions += summands > 0 ? summands - 1 : 0;
  }
  std::vector<bool> seen(graph.modules.size());
  for (const flow_instance& i : op.instances) {
    const auto m = static_cast<std::size_t>(i.module);
    for (const flow_node& n : graph.modules[m].nodes) count_node(n, c);
    if (!seen[m]) ++c.modules;
    seen[m] = true;
  }
  for (const lookup_table& t : net.operations[operation].tables)
    c.table_bits += static_cast<std::int64_t>(t.entries.size()) * t.entry.width();
  return c;
}

void replay(const data_flow_graph& graph, const description& net,
            std::vector<std::vector<int128>>& tensors) {
  for (std::size_t i = 0; i < net.operations.size(); ++i) {
    const operation& op = net.operations[i];
    const flow_operation& flow = graph.operations[i];
    std::vector<int128> elements;  // of all inputs, one behind the other
    for (int t : op.inputs) {
      const auto& x = tensors[static_cast<std::size_t>(t)];
      elements.insert(elements.end(), x.begin(), x.end());
    }
    std::vector<int128> forms;
    for (const linear_form& form : flow.forms) {
      int128 sum = form.constant;
      for (const flow_term& t : form.terms)
        sum += t.weight * elements[static_cast<std::size_t>(t.operand)];
      forms.push_back(sum);
    }
    auto& out = tensors[static_cast<std::size_t>(op.output)];
    out.resize(static_cast<std::size_t>(net.tensors[static_cast<std::size_t>(op.output)].size));
    for (const auto& [element, value] : flow.fixed) out[static_cast<std::size_t>(element)] = value;
    std::vector<int128> ports;
    for (const flow_instance& instance : flow.instances) {
      ports.clear();
      for (int p : instance.ports)
        ports.push_back(p < 0 ? forms[static_cast<std::size_t>(-1 - p)]
                              : elements[static_cast<std::size_t>(p)]);
      const flow_module& module = graph.modules[static_cast<std::size_t>(instance.module)];
      const interpreter run(module, op, ports);
      for (std::size_t k = 0; k < instance.outputs.size(); ++k)
        out[static_cast<std::size_t>(instance.outputs[k])] = run.operand(module.outputs[k]);
    }
  }
}

}  // namespace isobit::engine
