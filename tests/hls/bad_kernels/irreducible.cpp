void top(const int x[16], int start, int y[1]) {
  int i = 0, s = 0;
  if (start > 0) goto middle;
begin:
  s += x[i];  // <- irreducible-loop
middle:
  s += 1;
  if (++i < 16) goto begin;
  y[0] = s;
}
