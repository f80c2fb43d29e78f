struct base {
  virtual int f() const { return 1; }
};
struct derived : base {
  int f() const override { return 2; }
};
static int kind(const base* b) { return dynamic_cast<const derived*>(b) ? 1 : 0; }  // <- rtti
void top(int y[1]) {
  derived d;
  y[0] = kind(&d);
}
