// A balanced tree of additions by recursion of templates, which ends at compile time.
template <int N>
struct tree {
  static int sum(const int* x) { return tree<N / 2>::sum(x) + tree<N - N / 2>::sum(x + N / 2); }
};
template <>
struct tree<1> {
  static int sum(const int* x) { return x[0]; }
};

void top(const int x[13], int y[1]) { y[0] = tree<13>::sum(x); }
