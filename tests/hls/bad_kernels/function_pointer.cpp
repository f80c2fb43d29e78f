static int twice(int x) { return 2 * x; }
static int half(int x) { return x / 2; }

void top(const int x[4], bool choice, int y[4]) {
  int (*f)(int) = choice ? twice : half;
  for (int i = 0; i < 4; ++i) y[i] = f(x[i]);  // <- indirect-call
}
