/// \file
/// What fuzz targets share: bytes as numbers, and what must hold.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

inline void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

// Bytes as numbers; zeros after the end.
class byte_reader {
 public:
  byte_reader(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  [[nodiscard]] bool empty() const noexcept { return at_ >= size_; }
  std::uint8_t byte() noexcept { return at_ < size_ ? data_[at_++] : std::uint8_t{0}; }
  std::size_t below(std::size_t n) noexcept { return byte() % n; }
  bool chance(unsigned of_256) noexcept { return byte() >= 256 - of_256; }
  std::uint64_t bits(int bytes) noexcept {
    std::uint64_t v = 0;
    for (int i = 0; i < bytes; ++i) v = v << 8U | byte();
    return v;
  }
  double fraction() noexcept { return static_cast<double>(bits(2)) / 65535.0; }
  // A value such as objectives give: mostly small, with ties; now and then any 64 bits, NaN and infinity among them.
  double value() noexcept {
    switch (below(4)) {
      case 0:
        return static_cast<double>(below(16)) - 8.0;
      case 1:
        return fraction();
      case 2:
        return std::bit_cast<double>(bits(8));
      default:
        return 1e3 * (fraction() - 0.5);
    }
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};
