// A search that runs all iterations, with a mask behind the first hit.
void top(const int x[32], int key, int y[1]) {
  int place = 32;
  for (int i = 0; i < 32; ++i) {
    const bool hit = x[i] == key && place == 32;
    place = hit ? i : place;
  }
  y[0] = place;
}
