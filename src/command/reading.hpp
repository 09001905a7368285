/// \file
/// A journal as the command reads it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <knobless/storage/journal_file.hpp>
#include <knobless/storage/line_reader.hpp>
#include <knobless/storage/optuna_contents.hpp>

namespace knobless_command {

namespace jf = knobless::detail::journal_format;
using knobless::detail::journal_file;
using knobless::detail::text;

inline void complain(const std::string& what) { std::fprintf(stderr, "knobless: %s\n", what.c_str()); }

// A journal, as far as it was read.
class reading {
 public:
  // "" or why it can't be read.
  [[nodiscard]] std::string open(const std::string& path) {
    auto opened = journal_file::open(path, journal_file::access::look, "");
    if (!opened) return opened.error().what;
    file_ = std::move(opened).value();
    path_ = path;
    return more();
  }
  // What was written since. Complains of each damaged line.
  [[nodiscard]] std::string more() {
    return file_->read([this](std::string_view line, std::size_t number, bool sure) {
      knobless::result<jf::line> read = reader_.read(line);
      if (read) return all_.apply(std::move(read).value()), true;
      if (!sure) return false;
      ++damaged_;
      complain(text(path_, ":", std::to_string(number), ": ", read.error().what));
      return true;
    });
  }
  [[nodiscard]] const jf::contents& all() const noexcept { return all_; }
  [[nodiscard]] std::size_t damaged_lines() const noexcept { return damaged_; }
  [[nodiscard]] std::size_t lines() const noexcept { return file_->lines(); }
  [[nodiscard]] bool torn() const { return file_->grown(); }

  // The study of that name, or the only one.
  [[nodiscard]] const jf::study_entry* study(const std::string& name) const {
    const jf::study_entry* found = nullptr;
    for (const jf::study_entry& s : all_.studies()) {
      if (s.deleted || (!name.empty() && s.name != name)) continue;
      if (found != nullptr) {
        complain(text(path_, " has several studies: --study says which; `knobless studies` lists them"));
        return nullptr;
      }
      found = &s;
    }
    if (found == nullptr) complain(text(path_, name.empty() ? " has no study" : " has no study of that name"));
    return found;
  }
  [[nodiscard]] const jf::trial_entry& trial(std::uint64_t id) const { return all_.trials()[id]; }

 private:
  std::string path_;
  std::unique_ptr<journal_file> file_;
  jf::line_reader reader_;
  jf::contents all_;
  std::size_t damaged_ = 0;
};

}  // namespace knobless_command
