#include <algorithm>
void top(const int x[8], int y[8]) {
  for (int i = 0; i < 8; ++i) y[i] = x[i];
  std::sort(y, y + 8);  // <- recursion
}
