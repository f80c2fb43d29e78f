void top(const int x[4], int y[4]) {
  try {  // <- exception
    for (int i = 0; i < 4; ++i) y[i] = x[i];
  } catch (int) {
    y[0] = 0;
  }
}
