// Sums of products that are rounded one by one, with the processor's dot product: what rounding
// drops from a product is its remainder modulo 2^d, so that
//   sum floor(p / 2^d) 2^d = sum p - sum (p mod 2^d),
// and remainders of products of 16-bit numbers are in the lower halves of these products. They are
// taken from the same sum with a second dot product; what is left is a multiple of 2^d. In 32-bit
// words the sum is right modulo 2^32, and modulo 2^(32-d) when it has been divided.
#ifndef ISOBIT_POLICY_ROUNDED_PRODUCTS_HPP
#define ISOBIT_POLICY_ROUNDED_PRODUCTS_HPP

#include "isobit/policy/dot.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

// Products of pairs in N words, of which `dropped` (1 to 15) bits are rounded off: towards minus
// infinity, or to nearest with ties upwards.
template <int N>
struct rounded_pairs {
  using ints = vector_arithmetic<std::int32_t, N>;
  using vec = typename ints::vec;
  typedef std::uint16_t halves __attribute__((vector_size(4 * N)));

  template <class Product, class A>
  rounded_pairs(const Product& product, const A& accumulator)
      : dropped(product.frac() - accumulator.frac()),
        half(accumulator.rounds() == rounding::rnd ? 1 << (dropped - 1) : 0),
        masks(halves{} + static_cast<std::uint16_t>((1 << dropped) - 1)),
        halfs(halves{} + static_cast<std::uint16_t>(half)) {}

  int dropped, half;
  halves masks, halfs;

  // What a sum of the products of so many words begins with.
  vec start(int n_words) const { return vec{} + 2 * n_words * half; }

  vec add(const vec& sum, const vec& x, const vec& w) const {
    const halves low = reinterpret_cast<halves>(x) * reinterpret_cast<halves>(w);
    const vec remainders = reinterpret_cast<vec>((low + halfs) & masks);
    return dot_unit<2, N>::dot(dot_unit<2, N>::dot(sum, x, w), remainders, vec{} - 1);
  }
  static vec plus(const vec& a, const vec& b) { return ints::add(0, a, b); }

  // The sum in units of what the accumulator keeps.
  vec end(const vec& sum) const { return ints::shr(0, sum, dropped); }

  using word_type = std::int32_t;
};

// Single products in N words T, rounded as a format `rounded` says.
template <class P, class T, int N, class Product, class Rounded>
struct rounded_words {
  using word_type = T;
  using ints = vector_arithmetic<T, N>;
  using vec = typename ints::vec;

  const Product product;
  const Rounded rounded;

  static vec start(int) { return vec{}; }
  vec add(const vec& sum, const vec& x, const vec& w) const {
    const num<P, Product> exact(product, ints::mul(product, x, w));
    return plus(sum, cast(exact, rounded).raw);
  }
  static vec plus(const vec& a, const vec& b) { return ints::add(0, a, b); }
  static vec end(const vec& sum) { return sum; }
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
