void top(const int x[16], int y[1]) {
  int i = 0;
again:
  i += x[i & 15];
  if (i < 1000) goto again;  // <- unbounded-loop
  y[0] = i;
}
