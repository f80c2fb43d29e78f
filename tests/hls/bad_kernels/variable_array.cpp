void top(const int x[16], int n, int y[1]) {
  int copy[n];  // <- variable-alloca
  for (int i = 0; i < 16; ++i) copy[i % n] = x[i];
  y[0] = copy[0];
}
