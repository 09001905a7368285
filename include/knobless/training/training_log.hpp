/// \file
/// A search with live objects that goes on where an earlier one ended.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "../base/config.hpp"
#include "../base/error.hpp"
#include "../record/record_log.hpp"
#include "fidelity_core.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Decides again what the log of an earlier search says that was decided, without training anything: the rule and the sampler
/// are asked, and told the values of the log. Legs that were running then are busy afterwards. The number of rows. Errors:
/// invalid_log where the log can't be read, is of another search, or departs. `core` is then of no more use. Cost: what rule
/// and sampler took before.
[[nodiscard]] result<std::size_t> replay_training(fidelity_core& core, const std::string& scheme, std::string_view log);

/// Of which search the log of this one is; `scheme` is what its decisions depend on besides space, seed and direction.
[[nodiscard]] log_subject subject_of(const fidelity_core& core, const std::string& scheme);

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "training_log.ipp"
#endif
