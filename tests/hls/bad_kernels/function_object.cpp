#include <functional>
void top(int x, int y[1]) {
  std::function<int(int)> f = [](int v) { return 2 * v; };  // <- std-container
  y[0] = f(x);
}
