#pragma once

#include "journal_file.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace knobless::inline KNOBLESS_ABI::detail {

inline std::ptrdiff_t journal_disk::write(int file, const char* bytes, std::size_t count) {
  return ::write(file, bytes, count);
}
inline int journal_disk::sync(int file) { return ::fsync(file); }
inline int journal_disk::truncate(int file, std::int64_t size) { return ::ftruncate(file, size); }

inline file_handle& file_handle::operator=(file_handle&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}
inline file_handle::~file_handle() {
  if (number_ >= 0) ::close(number_);
}

// What the last system call failed for.
[[nodiscard]] inline std::string system_reason() { return std::strerror(errno); }

[[nodiscard]] inline file_handle open_file(const std::string& path, int flags) {
  constexpr int mode = 0666;
  int number = -1;
  do {
    number = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  } while (number < 0 && errno == EINTR);
  return file_handle(number);
}

[[nodiscard]] inline std::int64_t size_of(int file) {
  struct stat about {};
  return ::fstat(file, &about) == 0 ? static_cast<std::int64_t>(about.st_size) : -1;
}

[[nodiscard]] inline bool same_file(int file, const std::string& path) {
  struct stat one {};
  struct stat other {};
  return ::fstat(file, &one) == 0 && ::lstat(path.c_str(), &other) == 0 && one.st_ino == other.st_ino &&
         one.st_dev == other.st_dev;
}

inline constexpr const char* worker_infix = ".worker-";

// ---- The lock --------------------------------------------------------------------------------------------------------

inline journal_lock::journal_lock(std::string path, std::string worker)
    : path_(std::move(path)), lock_path_(path_ + ".lock"), worker_path_(text(path_, worker_infix, worker)) {
  // Under its name only when it is held: else another process might take it for a dead one's.
  const std::string beginning = text(path_, ".begins-", worker);
  worker_ = open_file(beginning, O_CREAT | O_EXCL | O_RDWR);
  if (worker_.number() < 0) return;
  // An empty file would be one of Optuna's.
  const std::string content = text("knobless ", std::to_string(::getpid()), "\n");
  if (::write(worker_.number(), content.data(), content.size()) != static_cast<ssize_t>(content.size()) ||
      ::flock(worker_.number(), LOCK_EX | LOCK_NB) != 0 || ::rename(beginning.c_str(), worker_path_.c_str()) != 0) {
    ::unlink(beginning.c_str());
    worker_ = {};
  }
}

inline journal_lock::~journal_lock() {
  release();
  if (worker_.number() >= 0) ::unlink(worker_path_.c_str());
}

inline bool journal_lock::try_acquire(std::string& trouble) {
  if (worker_.number() >= 0) {
    // Others see by the time that the lock is a new one.
    (void)::futimens(worker_.number(), nullptr);
    if (::link(worker_path_.c_str(), lock_path_.c_str()) == 0) return true;
    if (errno == EEXIST) return false;
  }
  // No links here: a file that only one can make.
  const file_handle made = open_file(lock_path_, O_CREAT | O_EXCL | O_WRONLY);
  if (made.number() >= 0) return true;
  if (errno != EEXIST) trouble = text("its lock can't be made: ", system_reason());
  return false;
}

// Removes the lock of a dead process of ours. Whoever holds the flock of its file may, and nobody else.
inline bool journal_lock::broken_one() {
  const file_handle there = open_file(lock_path_, O_RDONLY | O_NOFOLLOW);
  if (there.number() < 0 || size_of(there.number()) <= 0) return false;
  if (::flock(there.number(), LOCK_EX | LOCK_NB) != 0) return false;
  if (same_file(there.number(), lock_path_)) ::unlink(lock_path_.c_str());
  return true;
}

inline std::string journal_lock::acquire() {
  using clock = std::chrono::steady_clock;
  constexpr auto patience = std::chrono::seconds(30);  // as Optuna's
  constexpr auto longest_pause = std::chrono::milliseconds(10);
  auto pause = std::chrono::microseconds(20);
  auto unchanged_since = clock::now();
  std::int64_t changed_at = -1;
  for (std::string trouble;;) {
    if (try_acquire(trouble)) {
      held_ = true;
      return {};
    }
    if (!trouble.empty()) return trouble;
    if (broken_one()) continue;
    struct stat about {};
    if (::stat(lock_path_.c_str(), &about) == 0 || ::lstat(lock_path_.c_str(), &about) == 0) {
      const std::int64_t now = static_cast<std::int64_t>(about.st_mtim.tv_sec) * 1000000000 + about.st_mtim.tv_nsec;
      if (now != changed_at) unchanged_since = clock::now();
      changed_at = now;
      if (clock::now() - unchanged_since > patience) {
        const std::string aside = text(worker_path_, ".broken");
        if (::rename(lock_path_.c_str(), aside.c_str()) == 0) ::unlink(aside.c_str());
        changed_at = -1;
      }
    }
    std::this_thread::sleep_for(pause);
    if (pause < longest_pause) pause *= 2;
  }
}

inline void journal_lock::release() noexcept {
  if (!held_) return;
  held_ = false;
  // Not another's, where ours was broken meanwhile.
  if (worker_.number() < 0 || same_file(worker_.number(), lock_path_)) ::unlink(lock_path_.c_str());
}

inline bool journal_lock::lives(const std::string& worker) const {
  const file_handle there = open_file(text(path_, worker_infix, worker), O_RDONLY);
  if (there.number() < 0) return errno != ENOENT;
  if (::flock(there.number(), LOCK_SH | LOCK_NB) == 0) return false;
  return true;
}

inline void journal_lock::sweep() const {
  const std::size_t slash = path_.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
  const std::string begin = (slash == std::string::npos ? path_ : path_.substr(slash + 1)) + worker_infix;
  DIR* all = ::opendir(folder.c_str());
  if (all == nullptr) return;
  while (const dirent* one = ::readdir(all)) {
    const std::string_view name = one->d_name;
    if (name.substr(0, begin.size()) != begin) continue;
    const std::string worker(name.substr(begin.size()));
    if (!lives(worker)) ::unlink(text(path_, worker_infix, worker).c_str());
  }
  ::closedir(all);
}

// ---- The file --------------------------------------------------------------------------------------------------------

inline result<std::unique_ptr<journal_file>> journal_file::open(std::string path, access how, std::string worker,
                                                                std::shared_ptr<journal_disk> disk) {
  const auto refused = [&](std::string what) {
    return error_info{error_code::invalid_log, std::move(what), text("journal ", path)};
  };
  std::unique_ptr<journal_file> made(new journal_file);
  made->path_ = path;
  made->disk_ = disk ? std::move(disk) : std::make_shared<journal_disk>();
  made->file_ = open_file(path, how == access::look ? O_RDONLY : O_CREAT | O_RDWR | O_APPEND);
  const int number = made->file_.number();
  if (number < 0) return refused(text("the file can't be opened: ", system_reason()));
  if (how == access::look) return made;
  if (::flock(number, (how == access::alone ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    return refused(
        how == access::alone
            ? "another process writes to it: where several are to share it, each must open it with .shared = true"
            : "another process has it for itself alone: to share it, that one must open it with .shared = true");
  // The folder's entry of a new file must reach the disk, too.
  const std::size_t slash = path.rfind('/');
  const file_handle folder = open_file(slash == std::string::npos ? "." : path.substr(0, slash + 1), O_RDONLY);
  if (folder.number() >= 0) (void)made->disk_->sync(folder.number());
  made->lock_ = std::make_unique<journal_lock>(path, std::move(worker));
  made->lock_->sweep();
  return made;
}

inline bool journal_file::grown() const { return size_of(file_.number()) > offset_; }

inline std::string journal_file::read(const line_taker& take) {
  std::string trouble;
  while (read_once(take, trouble)) {
  }
  return trouble;
}

// Whether to read again from offset_. Nothing is taken from two looks at the file but what both have in common: a torn line that was
// there in the first may have been cut off, and others written, before the second.
inline bool journal_file::read_once(const line_taker& take, std::string& trouble) {
  constexpr std::size_t piece = std::size_t{1} << 20U;
  std::string buffer;
  bool too_long = false;
  std::int64_t at = offset_;  // of what is not in the buffer
  for (;;) {
    const std::size_t had = buffer.size();
    buffer.resize(had + piece);
    ssize_t got = 0;
    do {
      got = ::pread(file_.number(), buffer.data() + had, piece, at);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
      trouble = text("it can't be read: ", system_reason());
      return false;
    }
    buffer.resize(had + static_cast<std::size_t>(got));
    at += got;
    std::size_t begin = 0;
    for (std::size_t from = had;;) {
      const std::size_t end = buffer.find('\n', from);
      if (end == std::string::npos) break;
      std::string_view whole(buffer.data() + begin, end - begin);
      if (!whole.empty() && whole.back() == '\r') whole.remove_suffix(1);
      const bool well = take(too_long ? std::string_view() : whole, lines_ + 1, sure_);
      if (!well && !sure_) {
        sure_ = true;
        return true;
      }
      sure_ = false;
      offset_ = at - static_cast<std::int64_t>(buffer.size() - end - 1);
      ++lines_;
      too_long = false;
      begin = from = end + 1;
    }
    buffer.erase(0, begin);
    if (buffer.size() > longest_line) {
      too_long = true;
      buffer.clear();
    }
    if (static_cast<std::size_t>(got) < piece) return false;
  }
}

inline std::string journal_file::mend_end(const std::function<bool(std::string_view)>& whole) {
  const std::int64_t size = size_of(file_.number());
  if (size <= offset_) return {};
  std::string rest(static_cast<std::size_t>((std::min)(size - offset_, static_cast<std::int64_t>(longest_line))), '\0');
  const ssize_t got = ::pread(file_.number(), rest.data(), rest.size(), offset_);
  rest.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  if (rest.empty() || rest.find('\n') != std::string::npos) return {};
  const std::string where = text("line ", std::to_string(lines_ + 1));
  const auto ended = [&](std::int64_t at) {
    return disk_->truncate(file_.number(), at) == 0 && disk_->write(file_.number(), "\n", 1) == 1;
  };
  if (whole(rest)) return ended(size) ? text(where, " had no end, and was given one") : "";
  if (whole(std::string_view(rest).substr(0, rest.size() - 1)))
    return ended(size - 1) ? text(where, " had a wrong end, and was given one") : "";
  keep_damaged(rest, lines_ + 1);
  if (disk_->truncate(file_.number(), offset_) != 0) return {};
  return text(where, " is torn: ", std::to_string(size - offset_), " bytes without an end were cut off, and kept in ",
              path_, ".damaged");
}

inline std::string journal_file::append(std::string_view lines) {
  const std::int64_t before = size_of(file_.number());
  std::string_view rest = lines;
  while (!rest.empty()) {
    const std::ptrdiff_t wrote = disk_->write(file_.number(), rest.data(), rest.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) {
      std::string why = text("it can't be written: ", wrote < 0 ? system_reason() : std::string("nothing was taken"));
      // Where this fails, too, the next one to write cuts off what was torn.
      (void)disk_->truncate(file_.number(), before);
      return why;
    }
    rest.remove_prefix(static_cast<std::size_t>(wrote));
  }
  offset_ = before + static_cast<std::int64_t>(lines.size());
  for (const char c : lines)
    if (c == '\n') ++lines_;
  return {};
}

inline std::string journal_file::sync() {
  while (disk_->sync(file_.number()) != 0)
    if (errno != EINTR) return text("it can't be synced: ", system_reason());
  return {};
}

inline void journal_file::keep_damaged(std::string_view line, std::size_t number) {
  if (!lock_) return;  // a mere reader makes no files
  const std::string aside = path_ + ".damaged";
  const std::string head = text("line ", std::to_string(number), " of ", path_, ": ");
  const std::string kept = text(head, line, "\n");
  const file_handle there = open_file(aside, O_CREAT | O_RDWR | O_APPEND);
  if (there.number() < 0) return;
  // Each is kept once, however often the file is opened.
  std::string known(static_cast<std::size_t>((std::max)(size_of(there.number()), std::int64_t{0})), '\0');
  const ssize_t got = ::pread(there.number(), known.data(), known.size(), 0);
  known.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  if (known.find(kept) == std::string::npos) (void)!::write(there.number(), kept.data(), kept.size());
}

}  // namespace knobless::detail
