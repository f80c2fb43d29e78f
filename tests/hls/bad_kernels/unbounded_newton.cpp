static unsigned root(unsigned x) {
  unsigned guess = x, next = (x + 1) / 2;
  // until it settles
  while (next < guess) {  // <- unbounded-loop
    guess = next;
    next = (guess + x / (guess ? guess : 1)) / 2;
  }
  return guess;
}
void top(unsigned x, unsigned y[1]) { y[0] = root(x); }
