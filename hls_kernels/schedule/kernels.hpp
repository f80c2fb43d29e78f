// Everything that the source of a design with io_parallel includes besides its policy.
#ifndef ISOBIT_HLS_SCHEDULE_KERNELS_HPP
#define ISOBIT_HLS_SCHEDULE_KERNELS_HPP

#include "isobit/cells.hpp"
#include "items/elementwise.hpp"
#include "items/graph.hpp"
#include "items/rows.hpp"
#include "items/sums.hpp"
#include "items/trees.hpp"
#include "items/windows.hpp"
#include "parallel/parallel.hpp"
#include "ports.hpp"
#include "reuse/reuse.hpp"

#endif
