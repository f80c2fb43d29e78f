void top(const volatile int* x, volatile int* y) {
  for (;;) {  // <- unbounded-loop
    *y = *x;
  }
}
