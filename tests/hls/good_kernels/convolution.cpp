// Nested loops with steps, padding by a condition, constants from constexpr functions.
constexpr int outputs(int size, int kernel, int stride) { return (size - kernel) / stride + 1; }
constexpr int N = 16, K = 3, S = 2, OUT = outputs(N, K, S);
static const int w[K] = {1, 2, 1};

void top(const int x[N], int y[OUT]) {
  for (int o = 0; o < OUT; ++o) {
    int sum = 0;
    for (int k = K - 1; k >= 0; --k) sum += w[k] * x[o * S + k];
    y[o] = sum / 4;
  }
  int shift = 1;
  for (int step = 1; step < 256; step *= 4) shift += step;
  y[0] += shift;
}
