struct kernel {
  void top(int x, int y[1]);
};
void kernel::top(int x, int y[1]) { y[0] = x; }  // <- top
