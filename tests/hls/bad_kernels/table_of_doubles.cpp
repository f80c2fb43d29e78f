struct fixed {
  int raw;
  fixed(double value) : raw(static_cast<int>(value * 1024)) {}
};
static const fixed weights[3] = {0.5, 0.25, -1.0};  // <- global-constructor
void top(int x, int y[3]) {
  for (int i = 0; i < 3; ++i) y[i] = weights[i].raw * x;
}
