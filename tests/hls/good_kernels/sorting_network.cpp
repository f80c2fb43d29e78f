// Odd-even transposition: every trip count follows from constants.
static void exchange(int& a, int& b) {
  const int low = a < b ? a : b, high = a < b ? b : a;
  a = low;
  b = high;
}
void top(const int x[8], int y[8]) {
  int v[8];
  for (int i = 0; i < 8; ++i) v[i] = x[i];
  for (int round = 0; round < 8; ++round)
    for (int i = round % 2; i + 1 < 8; i += 2) exchange(v[i], v[i + 1]);  // <- outer-trip-count
  for (int i = 0; i < 8; ++i) y[i] = v[i];
}
