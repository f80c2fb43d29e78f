// Numbers that many operations share (the weights of every step of a recurrent layer): copies of a
// shared_array refer to the same memory, which nobody changes once it is filled.
#ifndef ISOBIT_ENGINE_SHARED_ARRAY_HPP
#define ISOBIT_ENGINE_SHARED_ARRAY_HPP

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace isobit::engine {

template <class T>
class shared_array {
 public:
  shared_array() : shared_array(std::vector<T>()) {}
  shared_array(std::vector<T> all) : all_(std::make_shared<const std::vector<T>>(std::move(all))) {}

  std::size_t size() const { return all_->size(); }
  bool empty() const { return all_->empty(); }
  const T* data() const { return all_->data(); }
  const T& operator[](std::size_t i) const { return (*all_)[i]; }
  auto begin() const { return all_->begin(); }
  auto end() const { return all_->end(); }

  // The same for arrays that share their memory, and for no others.
  const void* identity() const { return all_.get(); }

 private:
  std::shared_ptr<const std::vector<T>> all_;
};

}  // namespace isobit::engine

#endif
