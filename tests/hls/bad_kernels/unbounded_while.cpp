void top(const int x[16], int y[1]) {
  int i = 0;
  while (x[i & 15] != 0) ++i;  // <- unbounded-loop
  y[0] = i;
}
