// A pointer that runs over an array: its bound is a constant, too.
void top(const int x[16], int y[1]) {
  int sum = 0;
  for (const int* p = x; p != x + 16; ++p) sum += *p;
  y[0] = sum;
}
