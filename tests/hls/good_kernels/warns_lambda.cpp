void top(const int x[4], int y[4]) {
  auto twice = [](int v) { return 2 * v; };  // <- lambda
  for (int i = 0; i < 4; ++i) y[i] = twice(x[i]);
}
