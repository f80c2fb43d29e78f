struct pair {
  int a, b;
};
void top(int x, int y[1]) {
  pair p = {x, 2};
  auto [a, b] = p;  // <- language
  y[0] = a + b;
}
