/// \file
/// Whoever keeps what happens to a search elsewhere, too: a journal on disk, say.
#pragma once

#include <cstddef>
#include <string>

#include "../base/config.hpp"
#include "../space/point.hpp"

namespace knobless::inline KNOBLESS_ABI {

class record;
class study_core;
namespace detail {
struct log_subject;
}

/// Keeps what happens to one search, and brings in what happened before, or to others that search with it. The study calls it,
/// one thread at a time. See storage/journal.hpp.
class record_keeper {
 public:
  record_keeper() = default;
  record_keeper(const record_keeper&) = delete;
  record_keeper& operator=(const record_keeper&) = delete;
  virtual ~record_keeper() = default;

  /// A study begins, to which nothing has happened yet: brings in what was kept. Raises an error where that is of another
  /// search, or where the keeper has a study already.
  virtual void begin(study_core& study) = 0;
  /// Brings in what others have done since.
  virtual void look_around(study_core& study) = 0;
  /// Whether a trial may begin at this point. False: others' trials have begun meanwhile, and are now brought in, so that
  /// another point should be proposed.
  [[nodiscard]] virtual bool may_begin(study_core& study, const point& proposed) = 0;
  /// How many trials are to be made in all.
  virtual void begin_at_most(std::size_t trials) = 0;
  /// A point waits to be asked.
  virtual void waits(study_core& study, const point& where) = 0;
  /// Something has happened.
  virtual void keep(study_core& study) noexcept = 0;

  /// A search that no study makes begins, one with models that are trained in pieces: what was kept of it, as a log to go on
  /// from, or "". Raises an error where that is of another search, or where the keeper has one already.
  [[nodiscard]] virtual std::string begin(const detail::log_subject& search) = 0;
  /// Something has happened to it. Whether it may go on.
  [[nodiscard]] virtual bool keep(const record& happened) noexcept = 0;
};

}  // namespace knobless
