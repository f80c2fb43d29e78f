void top(int x, int y[1]) {
  int z = x;
  __asm__("addl $1, %0" : "+r"(z));  // <- inline-assembly
  y[0] = z;
}
