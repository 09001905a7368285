/// \file
/// A file of lines that several processes append to, and that outlives them. POSIX systems only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "../base/error.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// What a journal's file is written with; tests let it fail. Each answers as the system call of that name.
struct journal_disk {
  journal_disk() = default;
  journal_disk(const journal_disk&) = delete;
  journal_disk& operator=(const journal_disk&) = delete;
  virtual ~journal_disk() = default;
  /// Appends; may write less.
  [[nodiscard]] virtual std::ptrdiff_t write(int file, const char* bytes, std::size_t count);
  /// Returns when all that was written is on the disk.
  [[nodiscard]] virtual int sync(int file);
  /// Cuts the file off.
  [[nodiscard]] virtual int truncate(int file, std::int64_t size);
};

/// An open file, closed at the end.
class file_handle {
 public:
  file_handle() = default;
  explicit file_handle(int number) noexcept : number_(number) {}
  file_handle(file_handle&& other) noexcept : number_(other.number_) { other.number_ = -1; }
  file_handle& operator=(file_handle&& other) noexcept;
  ~file_handle();
  /// For system calls; -1 where there is none.
  [[nodiscard]] int number() const noexcept { return number_; }

 private:
  int number_ = -1;
};

/// Excludes others from writing to FILE, in other programs and on other machines, too: whoever has made FILE.lock writes. So do
/// Optuna's JournalFileSymlinkLock and JournalFileOpenLock. Ours is a link to a file of this process, FILE.worker-NAME, on
/// which flock() is held as long as the process lives: a lock, or a worker, whose process has died is recognised at once. A lock of
/// others is broken as they break it: after 30 s without a change.
class journal_lock {
 public:
  journal_lock() = default;
  /// Makes the worker's file. `worker` is a name of letters, digits and '-' that nobody else has.
  journal_lock(std::string path, std::string worker);
  journal_lock(const journal_lock&) = delete;
  journal_lock& operator=(const journal_lock&) = delete;
  ~journal_lock();

  /// Waits until nobody else writes. "" or why that can't be.
  [[nodiscard]] std::string acquire();
  void release() noexcept;
  [[nodiscard]] bool held() const noexcept { return held_; }

  /// Whether the process of that worker lives.
  [[nodiscard]] bool lives(const std::string& worker) const;
  /// Removes the files of workers that have died.
  void sweep() const;

 private:
  [[nodiscard]] bool try_acquire(std::string& trouble);
  [[nodiscard]] bool broken_one();

  std::string path_;
  std::string lock_path_;
  std::string worker_path_;
  file_handle worker_;
  bool held_ = false;
};

/// The file. One thread at a time.
class journal_file {
 public:
  /// Who else may write.
  enum class access : unsigned char {
    look,   ///< this process does not write; it makes no file
    alone,  ///< no other process of knobless
    shared  ///< others do, too
  };
  /// Lines above this length are damage: memory stays bounded, whatever is read.
  static constexpr std::size_t longest_line = std::size_t{4} << 20U;

  /// Opens or makes it. Errors: invalid_log, where the file can't be opened or another process has it alone.
  [[nodiscard]] static result<std::unique_ptr<journal_file>> open(std::string path, access how, std::string worker,
                                                                  std::shared_ptr<journal_disk> disk = nullptr);

  journal_file(const journal_file&) = delete;
  journal_file& operator=(const journal_file&) = delete;

  /// Takes a line, and its number from 1. False where it is damaged: it then comes once more, read anew, as somebody may have
  /// written there meanwhile; the answer to that, where it is `sure`, does not count.
  using line_taker = std::function<bool(std::string_view line, std::size_t number, bool sure)>;
  /// Calls `take` with each whole line that was not read yet. One that is too long comes as "". A last line without an end is left
  /// for later. "" or what went wrong.
  [[nodiscard]] std::string read(const line_taker& take);
  /// Whether there is more than was read. One system call.
  [[nodiscard]] bool grown() const;

  /// The lock, for append().
  [[nodiscard]] journal_lock& lock() noexcept { return *lock_; }
  /// Ends a torn last line, which only a process that died while it wrote can have left: under the lock. A whole one gets its
  /// end, as `whole` says; any other is cut off, and kept in FILE.damaged. Says what was done, or "".
  [[nodiscard]] std::string mend_end(const std::function<bool(std::string_view)>& whole);
  /// Appends whole lines under the lock, after everything was read: what is appended counts as read. All or nothing: "" or
  /// why not.
  [[nodiscard]] std::string append(std::string_view lines);
  /// What was appended survives a power cut. "" or why not.
  [[nodiscard]] std::string sync();
  /// Keeps a copy of a damaged line in FILE.damaged, once.
  void keep_damaged(std::string_view line, std::size_t number);

  /// Its path.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// How many lines were read or appended.
  [[nodiscard]] std::size_t lines() const noexcept { return lines_; }

 private:
  journal_file() = default;

  std::string path_;
  file_handle file_;
  std::unique_ptr<journal_lock> lock_;
  std::shared_ptr<journal_disk> disk_;
  [[nodiscard]] bool read_once(const line_taker& take, std::string& trouble);

  std::int64_t offset_ = 0;  // of what was not read
  bool sure_ = false;        // the next line was read before
  std::size_t lines_ = 0;
};

}  // namespace knobless::detail

#include "journal_file.ipp"
