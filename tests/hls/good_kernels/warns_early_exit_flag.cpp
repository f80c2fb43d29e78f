void top(const int x[32], int key, int y[1]) {
  bool found = false;
  int sum = 0;
  for (int i = 0; i < 32 && !found; ++i) {  // <- early-exit
    sum += x[i];
    found = x[i] == key;
  }
  y[0] = sum;
}
