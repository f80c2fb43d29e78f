void top(const int a[8], const int b[8], bool first, int y[8]) {
  for (int i = 0; i < 8; ++i) {
    const int* x = first ? a : b;  // <- pointer-select
    y[i] = x[i];
  }
}
