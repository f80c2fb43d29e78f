static int checked(int x) {
  if (x < 0) throw 1;  // <- exception
  return x;
}
void top(const int x[4], int y[4]) {
  for (int i = 0; i < 4; ++i) y[i] = checked(x[i]);
}
