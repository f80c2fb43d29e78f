void top(int a, int b, int y[3]) {
  y[0] = a / b;  // <- variable-division
  y[1] = a / 3;
  y[2] = a % 8;
}
