void top(const int x[32], int key, int y[1]) {
  int i = 0;
  while (i < 32 && x[i] != key) ++i;  // <- early-exit
  y[0] = i;
}
