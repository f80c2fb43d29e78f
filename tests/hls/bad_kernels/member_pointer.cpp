struct cell {
  int scale;
  int apply(int x) const { return scale * x; }
};
void top(const int x[4], int y[4]) {
  cell c = {3};
  int (cell::*f)(int) const = &cell::apply;
  for (int i = 0; i < 4; ++i) y[i] = (c.*f)(x[i]);  // <- indirect-call
}
