inline constexpr int width = 8;  // <- language
void top(int x, int y[1]) { y[0] = x >> width; }
