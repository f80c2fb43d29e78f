// Stands in for the vendor's streams while a kernel is checked: what is read is not known, and
// neither is whether there is anything.
#ifndef ISOBIT_LINT_HLS_STREAM_H
#define ISOBIT_LINT_HLS_STREAM_H
#pragma GCC system_header

namespace hls {

template <class T, int Depth = 0>
class stream {
 public:
  stream() = default;
  explicit stream(const char*) {}
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;

  T read() {
    turn_ = !turn_;
    return held_[turn_ ? 1 : 0];
  }
  void read(T& value) { value = read(); }
  bool read_nb(T& value) {
    value = read();
    return !empty();
  }
  void write(const T& value) {
    turn_ = !turn_;
    held_[turn_ ? 1 : 0] = value;
  }
  bool write_nb(const T& value) {
    write(value);
    return !full();
  }
  void operator>>(T& value) { value = read(); }
  void operator<<(const T& value) { write(value); }
  bool empty() const { return turn_; }
  bool full() const { return turn_; }
  int size() const { return turn_ ? 1 : 0; }

 private:
  T held_[2];
  volatile bool turn_;
};

}  // namespace hls

#endif
