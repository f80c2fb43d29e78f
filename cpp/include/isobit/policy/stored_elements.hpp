// stored_samples, stored_neurons: the elements of packed words (policy/dot.hpp) as they are stored,
// bytes or int16, each as raw + offset. For cells that only compare and choose (reduce_max): with
// one offset for all, the larger of two raws is the larger stored one. No element needs a word of
// its own, and none is unpacked.
//
// A cast changes nothing: whoever computes with these has made sure that the format that it casts
// to holds the one before, with as many fractional bits.
#ifndef ISOBIT_POLICY_STORED_ELEMENTS_HPP
#define ISOBIT_POLICY_STORED_ELEMENTS_HPP

#include "isobit/policy/dot.hpp"
#include "isobit/policy/neurons.hpp"
#include "isobit/policy/registers.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

// What an element of a word of K is stored as.
template <int K>
using stored_element =
    std::conditional_t<K == 2, std::int16_t,
                       std::conditional_t<dot_bytes_signed, std::int8_t, std::uint8_t>>;

template <class P>
struct derived_of_stored : derived<P> {
  template <class From, class To>
  static num<P, To> cast(const num<P, From>& v, const To& to) {
    return {to, v.raw};
  }
};

// Batches: a raw is S registers of N elements, which are those of N / K samples.
template <class T, int N, int S>
struct stored_samples : registers<vector_arithmetic<T, N>, S>,
                        derived_of_stored<stored_samples<T, N, S>> {};

// Few samples: a raw is N neighbouring elements of one.
template <class T, int N>
struct stored_neurons : neuron_arithmetic<T, N>, derived_of_stored<stored_neurons<T, N>> {};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
