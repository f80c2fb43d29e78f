void top(const float x[4], float y[4]) {
  for (int i = 0; i < 4; ++i) y[i] = x[i] * 0.5f + 1.0f;  // <- float
}
