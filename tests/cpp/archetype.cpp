// Every cell compiles with a policy that offers nothing beyond the concept, with static and with
// run-time formats. What is tested is the compilation; running it computes nothing.
#include "isobit/policy/archetype.hpp"

#include <cstdio>

#include "isobit/cells.hpp"

using namespace isobit;
using P = archetype;

namespace {

using data_format = fmt<8, 4, true>;
using constant_format = fmt<6, 5, true>;
using output_format = fmt<9, 3, true, rounding::rnd_conv, overflow::wrap_sm>;
using index_format = fmt<5, 2, false, rounding::rnd, overflow::sat>;

template <class X, class C, class Y, class I, class N>
void instantiate_all(const X& fx, const C& fc, const Y& fy, const I& fi, const N& n) {
  P::raw<X> x_raws[4];
  P::raw<Y> y_raws[4];
  P::raw<C> scratch_raws[4];
  P::uniform<C> c_raws[16];
  const view<P, X> x(fx, x_raws);
  const view<P, Y> y(fy, y_raws);
  const view<P, C> scratch(fc, scratch_raws);
  const constants<P, C> c(fc, c_raws);
  const table<P, I, C> t = {fi, fc, 0, 16, c_raws, function::tanh, 0};

  y.put(0, cells::linear::apply(x[0], fy));
  y.put(0, cells::relu::apply(x[0], fy));
  y.put(0, cells::clip::apply(x[0], c[0], c[1], fy));
  y.put(0, cells::leaky_relu::apply(x[0], c[0], fy));
  y.put(0, cells::thresholded_relu::apply(x[0], c[0], fy));
  y.put(0, cells::affine::apply(x[0], c[0], c[1], fy, fy));
  y.put(0, cells::hard_sigmoid::apply(x[0], c[0], c[1], fy));
  y.put(0, cells::binary_tanh::apply(x[0], fy));
  y.put(0, cells::ternary_tanh::apply(x[0], fy));
  y.put(0, cells::lookup::apply(x[0], t, fy));
  y.put(0, cells::lookup_relu::apply(x[0], t, fy));
  y.put(0, cells::elu::apply(x[0], c[0], t, fy));
  y.put(0, cells::lookup_ramp::apply(x[0], t, fy));
  y.put(0, cells::lookup_negative_ramp::apply(x[0], t, fy));
  y.put(0, cells::hard_swish::apply(x[0], c[0], c[1], fy));
  y.put(0, cells::absolute::apply(x[0], fy));
  y.put(0, cells::negative::apply(x[0], fy));
  y.put(0, cells::sign::apply(x[0], fy));
  y.put(0, cells::square::apply(x[0], fy));
  y.put(0, cells::floor::apply(x[0], fy));
  y.put(0, cells::ceil::apply(x[0], fy));
  y.put(0, cells::round::apply(x[0], fy));
  y.put(0, cells::less::apply(x[0], c[0], fy));
  y.put(0, cells::less_equal::apply(x[0], c[0], fy));
  y.put(0, cells::equal::apply(x[0], c[0], fy));
  y.put(0, cells::not_equal::apply(x[0], c[0], fy));
  y.put(0, cells::logical_and::apply(x[0], c[0], fy));
  y.put(0, cells::logical_or::apply(x[0], c[0], fy));
  y.put(0, cells::logical_xor::apply(x[0], c[0], fy));
  y.put(0, cells::logical_not::apply(x[0], fy));
  y.put(0, cells::normalize::apply(x[0], c[0], c[1], c[2], fy));
  y.put(0, cells::where::apply(x[0], c[0], c[1], fy));
  y.put(0, cells::add::finish(cells::add::combine(x[0], c[0]), fy));
  y.put(0, cells::subtract::finish(cells::subtract::combine(x[0], c[0]), fy));
  y.put(0, cells::multiply::finish(cells::multiply::combine(x[0], c[0]), fy));
  y.put(0, cells::maximum::finish(cells::maximum::combine(x[0], c[0]), fy));
  y.put(0, cells::minimum::finish(cells::minimum::combine(x[0], c[0]), fy));
  y.put(0, cells::average::finish(cells::average::combine(x[0], c[0]), c[1], fy));
  cells::gather_rows::row(n, 1, x, x[0], view<P, X>(fx, x_raws), y);
  const auto total = view<P, X>(fx, x_raws);
  cells::segment_sum::take(n, 1, total, x, cells::index_if(x[0], x[1], 4), x);
  cells::segment_sum::finish(1, total, x[0], y);
  cells::segment_mean::take(n, 1, total, x, x[0], x);
  cells::segment_mean::finish(1, total, x[0], y, t);
  cells::segment_max::take(n, 1, total, x, x[0], x);
  cells::segment_max::finish(1, total, x[0], y);
  cells::dense::neurons<2>(n, x, c, 2, c, fy, y);
  cells::rounded_dense::neurons<2>(n, x, c, 2, c, fy, y);
  cells::ascending_dense::neurons<2>(n, x, c, 2, c, fy, y);
  cells::softmax::row(n, x, t, t, scratch, y);
  cells::log_softmax::row(n, x, t, t, scratch, y);
  cells::argmax::row(n, x, y);
  cells::matmul::columns<2>(n, x, scratch, 2, fy, y);
  cells::cumsum::row(n, x, y);
  cells::argmin::row(n, x, y);
  cells::argmax_last::row(n, x, y);
  cells::argmin_last::row(n, x, y);
  cells::cumsum_exclusive::row(n, x, y);
}

dyn at_run_time(int width, int frac, bool is_signed) { return dyn(width, frac, is_signed); }

}  // namespace

int main() {
  instantiate_all(data_format(), constant_format(), output_format(), index_format(), count<4>());
  instantiate_all(at_run_time(8, 4, true), at_run_time(6, 5, true), at_run_time(9, 3, true),
                  at_run_time(5, 2, false), 4);
  std::puts("every cell compiles with the archetype");
}
