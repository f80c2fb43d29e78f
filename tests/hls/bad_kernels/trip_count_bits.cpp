void top(unsigned x, int y[1]) {
  int n = 0;
  while (x != 0) {  // <- variable-trip-count
    x >>= 1;
    ++n;
  }
  y[0] = n;
}
