// AMD's ap_int and ap_fixed. They are not part of this project: Vitis HLS has them, and the wheel
// of hls4ml the open ones for C simulation; put their folder on the include path.
#ifndef ISOBIT_HLS_VENDOR_AP_HPP
#define ISOBIT_HLS_VENDOR_AP_HPP

#include "quiet.hpp"

ISOBIT_VENDOR_QUIET
#include <ap_fixed.h>
#include <ap_int.h>
ISOBIT_VENDOR_DONE

#endif
