void top(int x, int y[1]) {
  static int first = x;  // <- global-constructor
  y[0] = first;
}
