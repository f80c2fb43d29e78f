struct activation {
  virtual int apply(int x) const = 0;
};
struct relu : activation {
  int apply(int x) const override { return x > 0 ? x : 0; }
};
static int run(const activation& a, int x) {
  // the call goes
  // through a table
  return a.apply(x);  // <- virtual-call
}
void top(const int x[4], int y[4]) {
  relu r;
  for (int i = 0; i < 4; ++i) y[i] = run(r, x[i]);
}
