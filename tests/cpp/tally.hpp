// What comparisons in the tests need: random numbers, and how many cases were wrong.
#ifndef ISOBIT_TESTS_TALLY_HPP
#define ISOBIT_TESTS_TALLY_HPP

#include <random>

namespace {

// Made when it is first used: what runs before main() must not need what the processor may lack.
std::mt19937_64& generator() {
  static std::mt19937_64 it(7);
  return it;
}

struct tally {
  long cases = 0, wrong = 0;

  void check(bool right) {
    ++cases;
    wrong += !right;
  }
};

}  // namespace

#endif
