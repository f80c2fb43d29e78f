// A framework in small: eight threads take events from one counter and run every network on each of
// them. Every answer is compared, bit for bit, with what Python wrote.
//
//   host FOLDER [EVENTS]
//
// FOLDER is what make_plugins.py wrote.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <isobit/plugin.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr int n_threads = 8;

std::vector<float> read_floats(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) throw std::runtime_error("cannot read '" + path + "'");
  std::vector<float> values(static_cast<std::size_t>(file.tellg()) / sizeof(float));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(values.data()),
            static_cast<std::streamsize>(values.size() * sizeof(float)));
  return values;
}

// A network with the data to check it by. Plugins do not change when they run: threads share them.
struct network {
  network(const std::string& folder, const std::string& file_name, const std::string& content_hash)
      : plugin(folder + "/lib" + file_name + ".so", content_hash),
        inputs(read_floats(folder + "/" + file_name + ".inputs")),
        expected(read_floats(folder + "/" + file_name + ".outputs")),
        n_in(static_cast<std::size_t>(plugin.input().size)),
        n_out(static_cast<std::size_t>(plugin.output().size)),
        events(inputs.size() / n_in) {}

  isobit::plugin plugin;
  std::vector<float> inputs, expected;
  std::size_t n_in, n_out, events;
};

// What a thread keeps from event to event.
struct stream {
  explicit stream(const network& n) : memory(n.plugin.description()), x(n.n_in), y(n.n_out) {}

  bool right_for(const network& n, std::size_t event) {
    event %= n.events;
    std::copy_n(n.inputs.begin() + static_cast<std::ptrdiff_t>(event * n.n_in), n.n_in, x.begin());
    n.plugin.predict(x, y, memory);
    return std::memcmp(y.data(), &n.expected[event * n.n_out], n.n_out * sizeof(float)) == 0;
  }

  isobit::workspace memory;
  std::vector<float> x, y;
};

std::vector<network> load_all(const std::string& folder) {
  std::ifstream list(folder + "/plugins.txt");
  if (!list)
    throw std::runtime_error("no plugins.txt in '" + folder + "': run make_plugins.py first");
  std::vector<network> all;
  std::string file_name, content_hash;
  while (list >> file_name >> content_hash) all.emplace_back(folder, file_name, content_hash);
  return all;
}

int run(const std::string& folder, std::size_t events) {
  const std::vector<network> networks = load_all(folder);
  for (const network& n : networks)
    std::printf("%s, version %s, content %.12s, compiled for %s\n", n.plugin.name().c_str(),
                n.plugin.version().c_str(), n.plugin.content_hash().c_str(),
                n.plugin.isa().c_str());

  std::atomic<std::size_t> next{0}, wrong{0};
  const auto work = [&] {
    std::vector<stream> streams(networks.begin(), networks.end());
    for (std::size_t event; (event = next++) < events;)
      for (std::size_t i = 0; i < networks.size(); ++i)
        if (!streams[i].right_for(networks[i], event)) ++wrong;
  };
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (int i = 0; i < n_threads; ++i) threads.emplace_back(work);
  for (std::thread& t : threads) t.join();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;

  std::printf("%zu events on %d threads, %zu networks each: %.0f events/s\n", events, n_threads,
              networks.size(), static_cast<double>(events) / seconds.count());
  std::printf("%zu answers, %zu wrong\n", events * networks.size(), wrong.load());
  return wrong == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s FOLDER [EVENTS]\n", argv[0]);
    return 2;
  }
  try {
    return run(argv[1], argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 1000000);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
