void top(const int x[16], int n, int y[1]) {
  int s = 0;
  for (int i = 0; i < n; ++i) s += x[i];  // <- variable-trip-count
  y[0] = s;
}
