// Loads networks that isobit compiled into shared libraries. Header-only, independent of the rest
// of isobit; needs C++14 and a POSIX system (link with -ldl where that is a library of its own).
//
//   isobit::plugin tagger("build/libtagger.so");
//   std::vector<float> x(16), y(5);
//   tagger.predict(x, y);
//
// A plugin object never changes: share it between threads, or copy it (copies share the library).
#ifndef ISOBIT_PLUGIN_HPP
#define ISOBIT_PLUGIN_HPP

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "isobit/loading/call.hpp"
#include "isobit/loading/checked.hpp"

namespace isobit {

class plugin {
 public:
  // Throws plugin_error: for a file that is missing, damaged or no plugin, of another ABI version,
  // or compiled for an instruction set that this processor lacks; and where `content_hash` is given
  // and the plugin has another one. Nothing of the plugin runs before these are checked.
  explicit plugin(const std::string& path, const std::string& content_hash = "")
      : library_(std::make_shared<loading::library>(path)),
        described_(&loading::checked_description(*library_, path, content_hash)) {}

  std::string name() const { return described_->name; }
  std::string version() const { return described_->version; }
  std::string content_hash() const { return described_->content_hash; }
  std::string isa() const { return described_->isa; }
  std::string isobit_version() const { return described_->isobit_version; }
  int n_inputs() const { return described_->n_inputs; }
  int n_outputs() const { return described_->n_outputs; }
  const isobit_tensor& input(int i = 0) const { return described_->inputs[i]; }
  const isobit_tensor& output(int i = 0) const { return described_->outputs[i]; }
  const isobit_plugin& description() const { return *described_; }

  // The samples in `x` into `y`: containers of float, double or std::int64_t (raws) with data() and
  // size(), or arrays, for a network with one input and one output. Throws prediction_error for
  // wrong sizes, NaN, infinities, raws out of range, and indices and lengths that are none.
  // Networks of less than 64 KiB of workspace allocate nothing.
  template <class X, class Y>
  void predict(const X& x, Y& y) const {
    loading::with_workspace(*described_,
                            [&](void* w, std::uint64_t bytes) { predict_with(x, y, w, bytes); });
  }
  // The same, allocating nothing whatever the network. A workspace serves one call at a time.
  template <class X, class Y>
  void predict(const X& x, Y& y, workspace& w) const {
    predict_with(x, y, w.data(), w.bytes());
  }

  // Any number of inputs and outputs: `count` samples each, in the order of the network.
  void predict(const std::vector<isobit_input>& x, const std::vector<isobit_output>& y,
               std::int64_t count) const {
    loading::with_workspace(*described_, [&](void* w, std::uint64_t bytes) {
      loading::call(*described_, x.data(), static_cast<int>(x.size()), y.data(),
                    static_cast<int>(y.size()), count, w, bytes);
    });
  }
  void predict(const std::vector<isobit_input>& x, const std::vector<isobit_output>& y,
               std::int64_t count, workspace& w) const {
    loading::call(*described_, x.data(), static_cast<int>(x.size()), y.data(),
                  static_cast<int>(y.size()), count, w.data(), w.bytes());
  }

 private:
  template <class X, class Y>
  void predict_with(const X& x, Y& y, void* w, std::uint64_t bytes) const {
    const isobit_input in = loading::input_of(x);
    const isobit_output out = loading::output_of(y);
    const std::int64_t size = described_->inputs[0].size;
    loading::call(*described_, &in, 1, &out, 1, in.elements / size, w, bytes);
  }

  std::shared_ptr<const loading::library> library_;
  const isobit_plugin* described_;
};

}  // namespace isobit

#endif
