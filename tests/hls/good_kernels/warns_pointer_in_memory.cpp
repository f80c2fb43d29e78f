void top(const int a[8], const int b[8], int k, int y[1]) {
  const int* rows[2] = {a, b};
  y[0] = rows[k & 1][k & 7];  // <- pointer-in-memory
}
