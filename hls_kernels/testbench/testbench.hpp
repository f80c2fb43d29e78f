// What every test bench does: samples from a file through the top function, and its outputs
// compared with those that a file expects, bit for bit. It is never synthesized.
//
//   testbench [inputs [expected [results]]]
//
// The files have raws, sample by sample and port by port. The exit code is 0 if every bit is
// as expected, 1 at the first that is not, 2 if a file cannot be read or written.
#ifndef ISOBIT_HLS_TESTBENCH_TESTBENCH_HPP
#define ISOBIT_HLS_TESTBENCH_TESTBENCH_HPP

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace testbench {

// A text file of integers; a problem with it ends the program.
class file {
 public:
  file(const char* name, const char* mode) : name_(name), file_(std::fopen(name, mode)) {
    if (!file_) fail("cannot be opened");
  }
  file(const file&) = delete;
  file& operator=(const file&) = delete;
  ~file() {
    if (file_) std::fclose(file_);
  }

  // Whether there is another number.
  bool read(std::int64_t& raw) {
    long long value = 0;
    const int found = std::fscanf(file_, "%lld", &value);
    if (found == 0) fail("has something that is no integer");
    raw = value;
    return found == 1;
  }
  std::int64_t next() {
    std::int64_t raw = 0;
    if (!read(raw)) fail("ends in the middle of a sample");
    return raw;
  }
  void write(std::int64_t raw, char behind) {
    if (std::fprintf(file_, "%lld%c", static_cast<long long>(raw), behind) < 0)
      fail("cannot be written");
  }
  void close() {
    std::FILE* open = file_;
    file_ = nullptr;
    if (std::fclose(open) != 0) fail("cannot be written");
  }

 private:
  void fail(const char* what) const {
    std::fprintf(stderr, "%s %s\n", name_, what);
    std::exit(2);
  }

  const char* name_;
  std::FILE* file_;
};

// One run. The test bench of a design calls in this order, for each sample: next, input for each
// input port, (the top function), output for each output port, end.
class run {
 public:
  run(int argc, char** argv)
      : inputs_(argc > 1 ? argv[1] : "tb_data/inputs.dat", "r"),
        expected_(argc > 2 ? argv[2] : "tb_data/expected.dat", "r"),
        results_(argc > 3 ? new file(argv[3], "w") : nullptr) {}
  run(const run&) = delete;
  run& operator=(const run&) = delete;
  ~run() { delete results_; }

  // Whether there is another sample.
  bool next() {
    has_first_ = inputs_.read(first_);
    return has_first_;
  }
  template <class Port, int N>
  void input(Port (&port)[N]) {
    for (int i = 0; i < N; ++i) {
      set_raw(port[i], has_first_ ? first_ : inputs_.next());
      has_first_ = false;
    }
  }
  template <class Port, int N>
  void output(const char* name, const Port (&port)[N]) {
    for (int i = 0; i < N; ++i) {
      const std::int64_t raw = raw_of(port[i]), expected = expected_.next();
      if (results_) results_->write(raw, '\n');
      if (raw != expected) differ(name, i, raw, expected);
    }
  }
  void end() { ++samples_; }

  // Says what was found; the exit code.
  int finish() {
    if (results_) results_->close();
    std::int64_t more = 0;
    if (samples_ == 0 || expected_.read(more)) {
      std::fprintf(stderr, "there are not as many inputs as expected outputs\n");
      return 2;
    }
    if (differences_ == 0) std::printf("PASS: %ld samples, every bit as expected\n", samples_);
    return differences_ == 0 ? 0 : 1;
  }

 private:
  // Without a file of results the first difference is the end.
  void differ(const char* name, int element, std::int64_t raw, std::int64_t expected) {
    ++differences_;
    if (differences_ > 1) return;
    std::fprintf(stderr,
                 "FAIL: sample %ld, output %s, element %d: %lld instead of %lld, bits that differ: "
                 "0x%llx\n",
                 samples_, name, element, static_cast<long long>(raw),
                 static_cast<long long>(expected), static_cast<unsigned long long>(raw ^ expected));
    if (!results_) std::exit(1);
  }

  file inputs_, expected_;
  file* results_;
  std::int64_t first_ = 0;
  bool has_first_ = false;
  long samples_ = 0, differences_ = 0;
};

}  // namespace testbench

#endif
