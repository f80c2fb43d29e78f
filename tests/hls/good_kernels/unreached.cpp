// What the top does not reach may do anything: the test bench's part of a file.
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <vector>

static void fill(int* x, int n) {
  for (int i = 0; i < n; ++i) x[i] = i;
}

void top(const int x[4], int y[4]) {
#ifndef __SYNTHESIS__
  std::printf("simulated\n");
#endif
  for (int i = 0; i < 4; ++i) y[i] = x[i] ^ (x[i] >> 3);
}

int main() {
  std::vector<int> x(4), y(4);
  fill(x.data(), 4);
  top(x.data(), y.data());
  try {
    if (y[0] != 0) throw std::runtime_error("wrong");
  } catch (const std::exception& error) {
    std::cout << error.what() << "\n";
  }
  return 0;
}
