#include <cstdio>
void top(const int x[4], int y[4]) {
  std::printf("%d\n", x[0]);  // <- external-call
  y[0] = x[0];
}
