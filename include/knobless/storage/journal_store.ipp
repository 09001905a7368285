#pragma once

#include "journal_store.hpp"

#include <algorithm>
#include <cstdio>
#include <random>
#include <utility>

namespace knobless::inline KNOBLESS_ABI::detail {

namespace jf = journal_format;

inline constexpr std::string_view worker_prefix = "knobless-";

/// A name that no other process has.
[[nodiscard]] inline std::string new_worker() {
  std::random_device chance;
  std::string out(worker_prefix);
  for (int i = 0; i < 3; ++i)
    for (unsigned bits = chance(), k = 0; k < 8; ++k, bits >>= 4U) out += "0123456789abcdef"[bits & 15U];
  return out;
}

inline bool time_allowance::affords(clock::time_point now) {
  constexpr int share = 50;  // one part of so many: 2 %
  constexpr auto most = std::chrono::seconds(2);
  saved_ = (std::min)(saved_ + (now - seen_) / share, clock::duration(most));
  seen_ = now;
  return saved_ >= (std::min)(last_cost_, clock::duration(most));
}
inline void time_allowance::spend(clock::duration cost) {
  saved_ -= cost;
  last_cost_ = cost;
}

inline journal_store::journal_store(std::string path, journal_options options, std::shared_ptr<journal_disk> disk)
    : path_(std::move(path)),
      options_(std::move(options)),
      disk_(std::move(disk)),
      worker_(new_worker()),
      lines_(worker_) {}

inline void journal_store::say(const std::string& note) const {
  const std::string whole = text("journal ", path_, ": ", note);
  if (options_.on_note)
    options_.on_note(whole);
  else
    std::fprintf(stderr, "knobless: %s\n", whole.c_str());
}

inline error_info journal_store::refusal(std::string what) const {
  return error_info{error_code::invalid_log, std::move(what), text("journal ", path_)};
}

// ---- Opening ---------------------------------------------------------------------------------------------------------

inline void journal_store::open(const std::function<void(const change&)>& take) {
  using access = journal_file::access;
  result<std::unique_ptr<journal_file>> opened =
      journal_file::open(path_, options_.shared ? access::shared : access::alone, worker_, disk_);
  file_ = std::move(opened).value();
  take_ = &take;
  const std::string trouble = catch_up();
  take_ = nullptr;
  if (!trouble.empty()) raise(refusal(trouble));
  find_study();
}

inline void journal_store::find_study() {
  std::vector<std::uint64_t> found;
  for (std::uint64_t id = 0; id < contents_.studies().size(); ++id) {
    const jf::study_entry& s = contents_.studies()[id];
    if (!s.deleted && (options_.study.empty() || s.name == options_.study)) found.push_back(id);
  }
  if (found.size() > 1)
    raise(refusal(text("it has several studies, so .study must name one of them: \"",
                       contents_.studies()[found[0]].name, "\", \"", contents_.studies()[found[1]].name, "\" ...")));
  const bool read_another = has_study_ && (found.empty() || found[0] != study_) && !study().trials.empty();
  if (read_another)
    raise(refusal(text("study \"", study().name,
                       "\" was deleted in it, and its trials are still there: `knobless compact` leaves them out")));
  has_study_ = !found.empty();
  if (has_study_) study_ = found[0];
  if (options_.study.empty()) options_.study = has_study_ ? study().name : "knobless";
}

inline void journal_store::make_study() {
  study_ = contents_.studies().size();
  has_study_ = true;
  if (std::string trouble = write_out(); !trouble.empty()) raise(refusal(std::move(trouble)));
  if (std::string trouble = file_->sync(); !trouble.empty()) raise(refusal(std::move(trouble)));
}

// ---- Reading ---------------------------------------------------------------------------------------------------------

inline void journal_store::take_change(const change& done) {
  if (!done.happened) return;
  if (take_ != nullptr && done.what == jf::operation::create_study && !has_study_) {
    const bool wanted = options_.study.empty() || contents_.studies()[done.study].name == options_.study;
    if (wanted) study_ = done.study;
    has_study_ = wanted;
  }
  const bool of_a_trial = done.what >= jf::operation::create_trial && done.what != jf::operation::discard_trials;
  if (!of_a_trial || !has_study_ || done.study != study_) return;
  if (take_ != nullptr)
    (*take_)(done);
  else
    changes_.push_back(done);
}

inline bool journal_store::take_line(std::string_view from) {
  result<jf::line> read = reader_.read(from);
  if (!read) return false;
  jf::line l = std::move(read).value();
  if (l.worker == worker_ && !lines_.empty()) {
    // It came through although the disk said no.
    take_own(lines_.lines().front());
    lines_.drop_first();
    return true;
  }
  take_change(contents_.apply(std::move(l)));
  return true;
}

// Two lines that have lost the end between them are read apart.
[[nodiscard]] inline std::size_t second_line(std::string_view text) {
  const std::size_t at = text.find("{\"op_code\":", 1);
  return at == std::string_view::npos ? 0 : at;
}

inline std::string journal_store::read() {
  return file_->read([this](std::string_view line, std::size_t number, bool sure) {
    if (take_line(line)) return true;
    if (!sure) return false;
    const std::size_t cut = second_line(line);
    const bool first = cut > 1 && take_line(line.substr(0, cut - 1));
    const bool second = cut > 1 && take_line(line.substr(cut));
    if (first && second) {
      say(text("line ", std::to_string(number), " is two lines, which were read apart"));
      return true;
    }
    ++damaged_;
    file_->keep_damaged(line, number);
    say(text("line ", std::to_string(number), " was passed over: ", reader_.read(line).error().what));
    return true;
  });
}

inline std::optional<journal_store::change> journal_store::next_change() {
  if (changes_.empty()) return std::nullopt;
  const change first = changes_.front();
  changes_.pop_front();
  return first;
}

inline void journal_store::know(std::uint64_t id, std::size_t number) {
  if (numbers_.size() <= id) numbers_.resize(id + 1, nowhere);
  if (ids_.size() <= number) ids_.resize(number + 1, nowhere);
  numbers_[id] = number;
  ids_[number] = id;
}

// ---- Writing ---------------------------------------------------------------------------------------------------------

inline std::string journal_store::catch_up() {
  if (!lock().held())
    if (std::string trouble = lock().acquire(); !trouble.empty()) return trouble;
  if (!grown()) return {};
  const auto whole = [this](std::string_view text) { return static_cast<bool>(reader_.read(text)); };
  if (std::string trouble = read(); !trouble.empty()) return trouble;
  if (const std::string note = file_->mend_end(whole); !note.empty()) say(note);
  return read();
}

// Own lines are known without being read.
inline void journal_store::take_own(const outgoing_lines::waiting& l) {
  if (l.what == jf::operation::create_study) {
    jf::line own;
    own.what = l.what;
    own.name = options_.study;
    (void)contents_.apply(std::move(own));
  }
  if (l.what == jf::operation::create_trial) {
    const std::uint64_t id = contents_.begin(study_);
    trial(id).now = l.becomes.value_or(jf::state::running);
    if (l.number != nowhere) know(id, l.number);
  }
  if (l.what == jf::operation::trial_state) trial(ids_[l.number]).now = *l.becomes;
}

inline std::string journal_store::write_out() {
  struct released {
    journal_lock& lock;
    ~released() { lock.release(); }
  } guard{lock()};
  if (std::string trouble = catch_up(); !trouble.empty()) return trouble;
  if (lines_.empty()) return {};
  std::uint64_t next = contents_.trials().size();
  for (const outgoing_lines::waiting& l : lines_.lines())
    if (l.what == jf::operation::create_trial) {
      if (l.number != nowhere) know(next, l.number);
      ++next;
    }
  const std::string all = lines_.sealed([this](const outgoing_lines::waiting& l) { return id_of(l); });
  if (std::string trouble = file_->append(all); !trouble.empty()) {
    for (const outgoing_lines::waiting& l : lines_.lines())
      if (l.what == jf::operation::create_trial && l.number != nowhere) numbers_[ids_[l.number]] = nowhere;
    return trouble;
  }
  for (const outgoing_lines::waiting& l : lines_.lines()) take_own(l);
  lines_.clear();
  unsynced_ = true;
  return {};
}

inline void journal_store::note_trouble(const std::string& trouble) {
  if (!trouble.empty() && trouble_.empty())
    say(text(trouble, options_.unwritable == write_failure::stop
                          ? "; the search stops"
                          : "; the search goes on, and what is missing is written when that works again"));
  if (trouble.empty() && !trouble_.empty()) say("it can be written again, and nothing is missing");
  trouble_ = trouble;
}

inline bool journal_store::commit(bool told) {
  bool well = true;
  const bool at_once = options_.durable == durability::every_tell && told;
  const auto begun = clock::now();
  const bool must = at_once || lock().held() || options_.shared;
  if (!lines_.empty() && (must || write_time_.affords(begun))) {
    note_trouble(write_out());
    write_time_.spend(clock::now() - begun);
    well = trouble_.empty();
  }
  if (lock().held()) lock().release();
  const auto written = clock::now();
  if (unsynced_ && trouble_.empty() && (at_once || (told && sync_time_.affords(written)))) {
    const std::string trouble = file_->sync();
    sync_time_.spend(clock::now() - written);
    unsynced_ = !trouble.empty();
    if (unsynced_) say(trouble);
    well = well && !unsynced_;
  }
  return well || options_.unwritable == write_failure::go_on;
}

inline bool journal_store::flush() noexcept {
  if (!file_) return false;
  if (!lines_.empty()) trouble_ = write_out();
  if (!trouble_.empty()) return false;
  if (unsynced_ && file_->sync().empty()) unsynced_ = false;
  return !unsynced_;
}

// ---- Who else --------------------------------------------------------------------------------------------------------

// Who runs a trial: who has begun it, or who has claimed it since.
inline std::string journal_store::owner_of(const jf::trial_entry& t) const {
  if (const std::string* run = jf::find(t->system, "knobless:run"))
    if (const auto worker = jf::member_of(*run, "worker")) return jf::text_of(*worker).value_or("");
  return t->worker;
}

inline bool journal_store::of_a_dead_process(const jf::trial_entry& t) const {
  const std::string owner = owner_of(t);
  // Whether Optuna's processes live nobody can know.
  if (owner.substr(0, worker_prefix.size()) != worker_prefix || owner == worker_) return false;
  return !options_.shared || !file_->lock().lives(owner);
}

// Under the lock, after all was read: the first to say so has it.
inline void journal_store::claim(std::uint64_t id) {
  const std::string* const before = jf::find(trial(id)->system, "knobless:run");
  const double tries = before ? jf::number_of(jf::member_of(*before, "tries").value_or("")).value_or(1.0) : 1.0;
  lines_.attribute(
      jf::operation::trial_system_attr, number_of(id), "knobless:run",
      text("{\"worker\":\"", worker_, "\",\"tries\":", std::to_string(static_cast<long long>(tries) + 1), "}"));
}

}  // namespace knobless::detail
