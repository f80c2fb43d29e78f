// The Algorithmic C integers. They are not part of this project: Catapult and Bambu have them, and
// the wheel of hls4ml; put their folder on the include path.
#ifndef ISOBIT_HLS_VENDOR_AC_HPP
#define ISOBIT_HLS_VENDOR_AC_HPP

#include "quiet.hpp"

ISOBIT_VENDOR_QUIET
#include <ac_int.h>
ISOBIT_VENDOR_DONE

#endif
