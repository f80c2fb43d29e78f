#include <string>
void top(int x, int y[1]) {
  y[0] = static_cast<int>(std::string("abc").size()) + x;  // <- std-container
}
