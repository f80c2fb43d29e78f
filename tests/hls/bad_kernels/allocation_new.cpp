static int sum(const int* x) {
  // comment
  // comment
  int* copy = new int[8];  // <- allocation
  int s = 0;
  for (int i = 0; i < 8; ++i) s += copy[i] = x[i];
  delete[] copy;
  return s;
}
void top(const int x[8], int y[1]) { y[0] = sum(x); }
