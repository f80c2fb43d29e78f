static int sum(const int* x, int n) {
  int s = 0;
  for (int i = 0; i < n; ++i) {  // <- variable-trip-count
    s += x[i];
  }
  return s;
}
void top(const int x[16], int n, int y[2]) {
  y[0] = sum(x, 16);
  y[1] = sum(x, n);
}
