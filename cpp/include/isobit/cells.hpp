// Every cell there is. A new one adds a line here.
#ifndef ISOBIT_CELLS_HPP
#define ISOBIT_CELLS_HPP

#include "isobit/cells/affine.hpp"
#include "isobit/cells/argmax.hpp"
#include "isobit/cells/ascending_dense.hpp"
#include "isobit/cells/cumsum.hpp"
#include "isobit/cells/dense.hpp"
#include "isobit/cells/elementary.hpp"
#include "isobit/cells/forest.hpp"
#include "isobit/cells/graph.hpp"
#include "isobit/cells/hard.hpp"
#include "isobit/cells/linear.hpp"
#include "isobit/cells/logic.hpp"
#include "isobit/cells/lookup.hpp"
#include "isobit/cells/matmul.hpp"
#include "isobit/cells/merge.hpp"
#include "isobit/cells/multi_threshold.hpp"
#include "isobit/cells/recurrent.hpp"
#include "isobit/cells/reduce.hpp"
#include "isobit/cells/relu.hpp"
#include "isobit/cells/rounded_dense.hpp"
#include "isobit/cells/softmax.hpp"
#include "isobit/cells/sort.hpp"

#endif
