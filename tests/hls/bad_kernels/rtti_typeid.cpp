#include <typeinfo>

template <class T>
int is_int(T) {
  // asked for at run time
  return typeid(T) == typeid(int) ? 1 : 0;  // <- rtti
}
void top(int x, int y[1]) { y[0] = is_int(x); }
