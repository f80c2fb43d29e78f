extern const int table[16];
void top(int x, int y[1]) {
  y[0] = table[x & 15];  // <- external-call
}
