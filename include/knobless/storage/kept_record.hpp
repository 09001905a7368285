/// \file
/// What a journal says of a search that no study makes, as the record that it had.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "../base/error.hpp"
#include "../record/outcome.hpp"
#include "../record/record.hpp"
#include "journal_store.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// How a trial of a journal ended: its values, limits and notes, or why it failed.
[[nodiscard]] outcome kept_outcome(const journal_format::trial_entry& t, journal_format::state how);

/// Makes the record of a search with models again that are trained in pieces, line by line.
class kept_record {
 public:
  /// Of a search of that space and direction; `store` is the file that is read.
  kept_record(std::shared_ptr<const domain> space, direction better, journal_store& store)
      : store_(store), happened_(std::move(space), better) {}

  /// What one line of the file has changed.
  void take(const journal_store::change& c);
  /// Legs that were being trained fail, and their trials with them.
  void fail_interrupted();

  [[nodiscard]] const record& happened() const noexcept { return happened_; }
  /// Why the file is none of such a search, or "".
  [[nodiscard]] const std::string& trouble() const noexcept { return trouble_; }
  /// Of the search that the file is of.
  [[nodiscard]] std::optional<std::uint64_t> seed() const;
  [[nodiscard]] std::optional<std::string> sampler() const;

 private:
  struct leg {
    std::size_t number;  // of a running trial
    std::size_t amount;  // that it is to have
  };

  void begin(journal_format::trial_entry& t);
  void train(const journal_format::trial_entry& t, std::size_t number);
  void end(journal_format::trial_entry& t, std::size_t number, journal_format::state how);
  void tell(std::size_t number, const outcome& out, double seconds);

  journal_store& store_;
  record happened_;
  std::vector<leg> legs_;  // the latest one of each running trial
  std::string trouble_;
};

}  // namespace knobless::detail

#include "kept_record.ipp"
