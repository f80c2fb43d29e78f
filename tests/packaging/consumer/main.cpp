// A user's program: an exact product, and the two things that only a cast may do to it.
#include <cstdint>
#include <cstdio>

#include "isobit/cast.hpp"
#include "isobit/policy/scalar.hpp"

int main() {
  using policy = isobit::scalar<std::int64_t>;
  const isobit::fmt<16, 10> input{};
  const isobit::fmt<9, 5, true, isobit::rounding::rnd, isobit::overflow::sat> output{};

  const auto x = isobit::literal<policy>(input, 1680);   // 1.640625
  const auto w = isobit::literal<policy>(input, -2304);  // -2.25
  const auto product = x * w;
  const auto rounded = isobit::cast(product, output);
  const auto saturated = isobit::cast(isobit::literal<policy>(input, 32767), output);

  std::printf("product %.8f rounded %d saturated %d\n",
              static_cast<double>(product.raw) / (1 << product.format().frac()),
              static_cast<int>(rounded.raw), static_cast<int>(saturated.raw));
}
