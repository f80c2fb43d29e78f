void top(int x, int y[1]) {
  static int sum = 0;  // <- static-state
  sum += x;
  y[0] = sum;
}
