// Rows by index where every lane is another sample, with an index of its own: each lane reads and
// writes its own element of the registers in memory, so that no two lanes meet. The same bits as
// derived's plain forms; ISOBIT_NO_OVERRIDES leaves those.
#ifndef ISOBIT_POLICY_LANE_ROWS_HPP
#define ISOBIT_POLICY_LANE_ROWS_HPP

#include "isobit/policy/vectors.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

// Registers of N elements T in memory: element c of row i begins at first + (i * row + c * next).
template <class T>
struct row_place {
  T* first;
  std::ptrdiff_t row, next;
};

// One row in registers, element c at first + c * next.
template <class T>
struct row_registers {
  T* first;
  std::ptrdiff_t next;
};

template <class T, int N>
struct row_unit {
  using vec = typename vector_arithmetic<T, N>::vec;
  using bits = std::make_unsigned_t<T>;

  static void read(int n, int run, const row_place<const T>& x, vec index,
                   const row_registers<T>& to) {
    for (int lane = 0; lane < N; ++lane) {
      const bool exists = index[lane] >= 0 && index[lane] < n;
      const T* row = x.first + (exists ? index[lane] * x.row : 0) + lane;
      for (int c = 0; c < run; ++c) to.first[c * to.next + lane] = exists ? row[c * x.next] : T{0};
    }
  }
  static void add(int n, int run, const row_place<T>& sums, vec index,
                  const row_registers<const T>& values) {
    for (int lane = 0; lane < N; ++lane) {
      if (index[lane] < 0 || index[lane] >= n) continue;
      T* row = sums.first + index[lane] * sums.row + lane;
      for (int c = 0; c < run; ++c)
        row[c * sums.next] = static_cast<T>(
            static_cast<bits>(static_cast<bits>(row[c * sums.next]) +
                              static_cast<bits>(values.first[c * values.next + lane])));
    }
  }
  // counts: one element for each row.
  static void raise(int n, int run, const row_place<T>& best, const row_registers<const T>& counts,
                    vec index, const row_registers<const T>& values) {
    for (int lane = 0; lane < N; ++lane) {
      if (index[lane] < 0 || index[lane] >= n) continue;
      const bool is_empty = counts.first[index[lane] * counts.next + lane] < 1;
      T* row = best.first + index[lane] * best.row + lane;
      for (int c = 0; c < run; ++c) {
        const T value = values.first[c * values.next + lane];
        if (is_empty || row[c * best.next] < value) row[c * best.next] = value;
      }
    }
  }
};

#if defined(ISOBIT_NO_OVERRIDES)

template <class P, class T, int N>
struct rows_of_lanes : derived<P> {};

#else

template <class P, class T, int N>
struct rows_of_lanes : derived<P> {
  using unit = row_unit<T, N>;

  template <class Count, class F, class I, class To>
  static void read_row(const Count& n, int run, const view<P, F>& x, const num<P, I>& index,
                       const view<P, To>& to) {
    unit::read(n, run, {elements(x), run * x.stride * N, x.stride * N}, index.raw,
               {elements(to), to.stride * N});
  }
  template <class Count, class S, class I, class F>
  static void add_to_row(const Count& n, int run, const view<P, S>& sums, const num<P, I>& index,
                         const view<P, F>& values) {
    unit::add(n, run, {elements(sums), run * sums.stride * N, sums.stride * N}, index.raw,
              {elements(values), values.stride * N});
  }
  template <class Count, class B, class C, class I, class F>
  static void raise_row(const Count& n, int run, const view<P, B>& best, const view<P, C>& counts,
                        const num<P, I>& index, const view<P, F>& values) {
    unit::raise(n, run, {elements(best), run * best.stride * N, best.stride * N},
                {elements(counts), counts.stride * N}, index.raw,
                {elements(values), values.stride * N});
  }

 private:
  // A register's elements have its own alias set.
  template <class F>
  static T* elements(const view<P, F>& v) {
    return reinterpret_cast<T*>(v.data);
  }
};

#endif

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
