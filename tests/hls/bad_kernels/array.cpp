#include <array>
void top(const int x[4], int y[4]) {
  std::array<int, 4> a;
  for (unsigned i = 0; i < 4; ++i) a[i] = x[i];  // <- std-container
  for (unsigned i = 0; i < 4; ++i) y[i] = a[3 - i];
}
