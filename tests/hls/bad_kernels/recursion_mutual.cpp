int odd(int n);
int even(int n) { return n == 0 ? 1 : odd(n - 1); }
int odd(int n) { return n == 0 ? 0 : even(n - 1); }  // <- recursion

void top(int n, int y[1]) { y[0] = even(n); }
