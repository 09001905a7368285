// Runs a fuzz target without a fuzzer: on each file of the folders named, then on random bytes, the same each time.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
  std::size_t files = 0;
  for (int i = 1; i < argc; ++i)
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      std::ifstream in(entry.path(), std::ios::binary);
      const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
      LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
      ++files;
    }
  // splitmix64 (Steele, Lea and Flood, OOPSLA 2014).
  std::uint64_t state = 0;
  const auto next = [&state] {
    std::uint64_t z = state += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  };
  constexpr int random_inputs = 100;
  for (int i = 0; i < random_inputs; ++i) {
    std::vector<std::uint8_t> bytes(next() % 600);
    for (std::uint8_t& b : bytes) b = static_cast<std::uint8_t>(next());
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
  std::printf("%zu files and %d random inputs\n", files, random_inputs);
}
