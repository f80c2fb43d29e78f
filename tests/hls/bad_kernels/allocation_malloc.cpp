#include <cstdlib>

void top(const int x[8], int y[1]) {
  int* copy = static_cast<int*>(std::malloc(8 * sizeof(int)));  // <- allocation
  for (int i = 0; i < 8; ++i) copy[i] = x[i];
  y[0] = copy[3];
  std::free(copy);
}
