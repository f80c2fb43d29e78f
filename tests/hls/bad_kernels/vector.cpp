#include <vector>
void top(const int x[4], int y[4]) {
  std::vector<int> v(x, x + 4);  // <- std-container
  for (int i = 0; i < 4; ++i) y[i] = v[static_cast<unsigned>(3 - i)];
}
