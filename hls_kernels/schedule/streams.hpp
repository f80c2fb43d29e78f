// Everything that the source of a design with io_stream includes besides its policy.
#ifndef ISOBIT_HLS_SCHEDULE_STREAMS_HPP
#define ISOBIT_HLS_SCHEDULE_STREAMS_HPP

#include "kernels.hpp"
#include "stream/blocks.hpp"
#include "stream/ports.hpp"
#include "stream/sliding.hpp"

#endif
