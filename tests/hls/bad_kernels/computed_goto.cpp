void top(int x, int y[1]) {
  static const void* const places[] = {&&one, &&two};
  goto* places[x & 1];  // <- language
one:
  y[0] = 1;
  return;
two:
  y[0] = 2;
}
