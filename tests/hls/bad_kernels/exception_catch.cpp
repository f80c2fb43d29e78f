static int scaled(int x) { return 3 * x; }
void top(const int x[4], int y[4]) {
  for (int i = 0; i < 4; ++i) {
    try {  // <- exception
      y[i] = scaled(x[i]);
    } catch (...) {
      y[i] = 0;
    }
  }
}
