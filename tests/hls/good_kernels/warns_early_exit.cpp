void top(const int x[32], int key, int y[1]) {
  y[0] = 32;
  for (int i = 0; i < 32; ++i) {  // <- early-exit
    if (x[i] == key) {
      y[0] = i;
      break;
    }
  }
}
