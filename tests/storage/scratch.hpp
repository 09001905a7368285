/// \file
/// What the tests of journals share: a file in a folder of its own, and disks that fail.
#pragma once

#include <knobless/storage/journal_file.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <unistd.h>

namespace test {

/// A path in a folder of its own, which goes with it.
struct scratch {
  scratch() {
    static int count = 0;
    folder = std::filesystem::temp_directory_path() /
             ("knobless-journal-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
    std::filesystem::create_directories(folder);
    path = (folder / "study.log").string();
  }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;
  ~scratch() { std::filesystem::remove_all(folder); }

  [[nodiscard]] std::string content(const std::string& suffix = "") const {
    std::ifstream in(path + suffix, std::ios::binary);
    std::stringstream all;
    all << in.rdbuf();
    return all.str();
  }
  void write(const std::string& text) const { std::ofstream(path, std::ios::binary) << text; }

  std::filesystem::path folder;
  std::string path;
};

/// Does not wait for the disk.
struct quick_disk : knobless::detail::journal_disk {
  int sync(int) override { return 0; }
};

/// Takes so many bytes more, then fails with this error; it may also fail to cut off what it has torn.
struct failing_disk final : quick_disk {
  std::ptrdiff_t write(int file, const char* bytes, std::size_t count) override {
    if (left == 0) {
      errno = error;
      return -1;
    }
    const std::size_t taken = count < left ? count : left;
    left -= taken;
    return journal_disk::write(file, bytes, taken);
  }
  int truncate(int file, std::int64_t size) override { return cuts ? journal_disk::truncate(file, size) : -1; }
  std::size_t left = std::size_t{1} << 40U;
  int error = ENOSPC;
  bool cuts = true;
};

}  // namespace test
