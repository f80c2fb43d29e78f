#include <cstring>
void top(const int x[16], unsigned n, int y[16]) {
  std::memcpy(y, x, n * sizeof(int));  // <- variable-copy
}
