// Element by element, compared with the thresholds of its channel.
#ifndef ISOBIT_NATIVE_THRESHOLDS_HPP
#define ISOBIT_NATIVE_THRESHOLDS_HPP

#include "isobit/native/flatten.hpp"
#include "isobit/native/tensor.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace native {

// Limits holds N thresholds for each of the channels, Scale and Bias one value or one for each.
template <class P, class Cell, int Channels, int N, class X, class Y, class Limits, class Scale,
          class Bias>
struct thresholds {
  ISOBIT_NATIVE_FLATTEN static void run(unsigned char* w) {
    for (int i = 0; i < Y::size(); ++i) {
      const int c = i % Channels;
      const auto x = X::template at<P>(w, i);
      auto passed = Cell::begin(count<N>(), x);
      for (int k = 0; k < N; ++k) passed = Cell::step(passed, x, Limits::template at<P>(c * N + k));
      Y::template put<P>(w, i,
                         Cell::finish(passed, Scale::template at<P>(c), Bias::template at<P>(c),
                                      typename Y::format_type()));
    }
  }
};

}  // namespace native
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
