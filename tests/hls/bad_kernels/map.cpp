#include <map>
int find(int key) {
  std::map<int, int> m;  // <- std-container
  m[1] = 2;
  return m[key];
}
void top(int x, int y[1]) { y[0] = find(x); }
