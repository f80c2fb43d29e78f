template <class T>
struct box {
  T value;
  box(T v) : value(v) {}
};
void top(int x, int y[1]) {
  box b(x);  // <- language
  y[0] = b.value;
}
