template <class... T>
int sum(T... x) {
  return (x + ... + 0);  // <- language
}
void top(int x, int y[1]) { y[0] = sum(x, x, 1); }
