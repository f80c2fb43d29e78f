int lookup(int address);
void top(const int x[4], int y[4]) {
  for (int i = 0; i < 4; ++i) y[i] = lookup(x[i]);  // <- external-call
}
