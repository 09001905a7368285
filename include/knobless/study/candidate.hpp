/// \file
/// A configuration and what is known of it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "../base/config.hpp"
#include "../record/record.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// A configuration and what is known of it.
template <class Config>
struct candidate {
  Config config;           ///< to use
  double value = 0.0;      ///< observed or estimated, in the user's direction
  std::size_t number = 0;  ///< of the trial
};

/// A configuration and what is known of its values, where there may be several.
template <class Config>
struct scored {
  Config config;               ///< to use
  std::vector<double> values;  ///< observed or estimated, in the order of the objectives, in the user's directions
  std::size_t number = 0;      ///< of the trial
};

/// A trial that failed.
template <class Config>
struct failed_trial {
  Config config;           ///< with which it failed
  std::string why;         ///< "" where no reason was given
  std::size_t number = 0;  ///< of the trial
};

/// A trial of the front that was chosen among the others.
template <class Config>
struct compromise {
  Config config;               ///< to use
  std::vector<double> values;  ///< observed, in the order of the objectives, in the user's directions
  std::size_t number = 0;      ///< of the trial
  std::string given_up;        ///< how far each objective stays behind the best of the front, as a sentence
};

namespace detail {

// The failed trials of a record. `config_of` gives the configuration of its i-th told trial.
template <class Config, class ConfigOf>
[[nodiscard]] std::vector<failed_trial<Config>> failures_of(const record& happened, const ConfigOf& config_of) {
  std::vector<failed_trial<Config>> all;
  for (std::size_t i = 0; i < happened.seen().size(); ++i)
    if (const observation o = happened.seen()[i]; o.state == trial_state::failed)
      all.push_back({config_of(i), happened.why(i), o.number});
  return all;
}

}  // namespace detail

}  // namespace knobless
