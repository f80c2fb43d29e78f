// A shared library, checked and opened as one file: what is checked is what is loaded, also when
// somebody puts another file under the same name meanwhile.
#ifndef ISOBIT_LOADING_LIBRARY_HPP
#define ISOBIT_LOADING_LIBRARY_HPP

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "isobit/loading/elf.hpp"
#include "isobit/loading/errors.hpp"

namespace isobit {
namespace loading {

class open_file {
 public:
  explicit open_file(const std::string& path) : path_(path) {
    do {
      number_ = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    } while (number_ < 0 && errno == EINTR);
    if (number_ < 0) refuse(std::string("cannot be opened: ") + std::strerror(errno));
    if (fstat(number_, &status_) != 0 || !S_ISREG(status_.st_mode)) {
      close(number_);
      refuse("is not a regular file");
    }
  }
  ~open_file() { close(number_); }
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;

  int number() const { return number_; }
  std::uint64_t size() const { return static_cast<std::uint64_t>(status_.st_size); }
  const struct stat& status() const { return status_; }
  [[noreturn]] void refuse(const std::string& why) const {
    throw plugin_error("'" + path_ + "' " + why);
  }

 private:
  std::string path_;
  int number_ = -1;
  struct stat status_ = {};
};

inline bool same_content(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size &&
         a.st_mtime == b.st_mtime;
}

// A name for the open file that no other file gets as long as this one is in use. The system's
// loader takes libraries of equal names for the same library, and numbers of open files are used
// again, so that /proc/self/fd/<number> alone would not do: its slashes spell the identity of the
// file (a slash more or a dot more means nothing to the file system).
inline std::string unique_name(const open_file& file) {
  std::string name = "/proc/self";
  for (std::uint64_t part : {static_cast<std::uint64_t>(file.status().st_dev),
                             static_cast<std::uint64_t>(file.status().st_ino)})
    for (int bit = 63; bit >= 0; --bit) name += (part >> bit & 1) != 0 ? "/." : "/";
  return name + "/fd/" + std::to_string(file.number());
}

class library {
 public:
  explicit library(const std::string& path) {
    const open_file file(path);
    const std::string fault = elf_fault(file.number(), file.size());
    if (!fault.empty()) file.refuse(fault + "; compile the plugin again");
    std::string name = unique_name(file);
    if (access(name.c_str(), R_OK) != 0)  // no /proc
      name = path.find('/') == std::string::npos ? "./" + path : path;
    dlerror();
    handle_ = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle_ == nullptr) {
      const char* why = dlerror();
      file.refuse(std::string("cannot be loaded: ") + (why == nullptr ? "unknown reason" : why));
    }
    struct stat now;
    if (stat(name.c_str(), &now) != 0 || !same_content(now, file.status())) {
      dlclose(handle_);
      file.refuse("changed while it was loaded; load it again");
    }
  }
  ~library() { dlclose(handle_); }
  library(const library&) = delete;
  library& operator=(const library&) = delete;

  void* symbol(const char* name) const { return dlsym(handle_, name); }

 private:
  void* handle_ = nullptr;
};

}  // namespace loading
}  // namespace isobit

#endif
