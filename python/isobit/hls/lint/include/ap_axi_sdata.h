// Stands in for the vendor's AXI4-Stream words while a kernel is checked.
#ifndef ISOBIT_LINT_AP_AXI_SDATA_H
#define ISOBIT_LINT_AP_AXI_SDATA_H
#pragma GCC system_header

#include "ap_int.h"
#include "hls_stream.h"

namespace hls {

template <class T, int User = 0, int Id = 0, int Destination = 0>
struct axis {
  T data;
  ap_uint<sizeof(T)> keep, strb;
  ap_uint<User == 0 ? 1 : User> user;
  ap_uint<1> last;
  ap_uint<Id == 0 ? 1 : Id> id;
  ap_uint<Destination == 0 ? 1 : Destination> dest;
};

}  // namespace hls

template <int W, int User = 0, int Id = 0, int Destination = 0>
using ap_axis = hls::axis<ap_int<W>, User, Id, Destination>;
template <int W, int User = 0, int Id = 0, int Destination = 0>
using ap_axiu = hls::axis<ap_uint<W>, User, Id, Destination>;

#endif
