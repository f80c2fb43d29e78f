template <int N>
void top(const int x[N], int y[N]) {  // <- top
  for (int i = 0; i < N; ++i) y[i] = x[i];
}
template void top<4>(const int*, int*);
