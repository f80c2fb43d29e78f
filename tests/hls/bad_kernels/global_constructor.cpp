static int scale(int n) { return 3 * n; }
static int factor = scale(7);  // <- global-constructor
void top(int x, int y[1]) { y[0] = factor * x; }
