#include <cstdarg>
static int sum(int n, ...) {
  va_list list;
  va_start(list, n);  // <- variadic
  int s = va_arg(list, int) + va_arg(list, int);
  va_end(list);
  return s;
}
void top(int x, int y[1]) { y[0] = sum(2, x, x); }
