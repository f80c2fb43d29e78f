// A network written down as data flow: operation counts, and a replay that must give the same bits.
//
// What a cell computes for one element (or one row, where elements share work) is one `module`; it
// is stored once and instantiated wherever it recurs. Dot products stay linear forms outside of
// modules.
#ifndef ISOBIT_ENGINE_DATA_FLOW_HPP
#define ISOBIT_ENGINE_DATA_FLOW_HPP

#include "description.hpp"
#include "isobit/policy/trace.hpp"

namespace isobit::engine {

// Straight-line nodes. Operands >= 0 are nodes of the module, -1-p is port p.
struct flow_module {
  std::vector<flow_node> nodes;
  std::vector<int> outputs;  // as operands
  int ports = 0;
};

// sum of weight * input element, plus a constant
struct linear_form {
  std::vector<flow_term> terms;
  int128 constant = 0;
};

// A port reads an input element of the operation, or the result of one of its linear forms.
struct flow_instance {
  int module;
  std::vector<int> ports;    // >= 0: input element; -1-l: linear form l
  std::vector<int> outputs;  // elements of the result
};

struct flow_operation {
  std::vector<linear_form> forms;
  std::vector<flow_instance> instances;
  std::vector<std::pair<int, int128>> fixed;  // results that do not depend on data
};

struct flow_counts {
  std::int64_t multiplications = 0, additions = 0, comparisons = 0, selects = 0, shifts = 0,
               lookups = 0, table_bits = 0, nodes = 0, modules = 0;
};

struct data_flow_graph {
  std::vector<flow_module> modules;
  std::vector<flow_operation> operations;
};

data_flow_graph trace_network(const description& net);

// What the hardware of an operation computes; a multiplication by a power of two is none.
flow_counts count(const data_flow_graph& graph, const description& net, std::size_t operation);

// Raws of every tensor for one sample; `tensors` holds those of the inputs.
void replay(const data_flow_graph& graph, const description& net,
            std::vector<std::vector<int128>>& tensors);

}  // namespace isobit::engine

#endif
