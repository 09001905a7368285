/// \file
/// Parameters and points as Optuna has them: distributions, and values by name.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../base/error.hpp"
#include "../space/domain.hpp"
#include "../space/point.hpp"
#include "json_text.hpp"
#include "optuna_line.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {
namespace journal_format {

/// A parameter of ours as a distribution in JSON. Ordinals become categoricals, flags have false and true.
[[nodiscard]] std::string distribution_json(const parameter& p);
/// What a choice is among the labels of a parameter: a string as it is, anything else as JSON text.
[[nodiscard]] std::string label_of(const std::string& choice);

/// A parameter as it stands in lines.
struct parameter_text {
  std::string name;          ///< as JSON
  std::string distribution;  ///< as a JSON string
};
/// Those of a space.
[[nodiscard]] std::vector<parameter_text> texts_of(const domain& space);
/// Appends the members "distributions" and "params" of a trial at this point. `texts` are those of the space.
void append_point(std::string& to, const domain& space, const std::vector<parameter_text>& texts, const point& p);
/// Appends what "knobless:ask" of a trial says: who proposed it, and the coordinates that values do not return to the bit.
void append_asked(std::string& to, std::string_view by, const domain& space, const std::vector<parameter_text>& texts,
                  const point& p);
/// The values of a point by name, as somebody fixes them who puts a trial into the queue: the labels of choices.
[[nodiscard]] std::string fixed_params(const domain& space, const std::vector<parameter_text>& texts, const point& p);

/// What "knobless:ask" of a trial says.
struct asked_entry {
  bool sampled = false;                                     ///< by the sampler, not from a queue
  std::vector<std::pair<std::string, double>> coordinates;  ///< those that values do not return to the bit
};
[[nodiscard]] asked_entry asked_of(const std::string* json);
/// What "knobless:told" of a trial says.
struct told_entry {
  double seconds = 0.0;  ///< of the objective
  bool dropped = false;  ///< it was not told
};
[[nodiscard]] told_entry told_of(const std::string* json);

/// The point of this space that has these settings, or why there is none.
[[nodiscard]] result<point> point_of(const domain& space, const std::vector<setting>& settings,
                                     const asked_entry& asked);
/// The same of values as people write them: {"rate": 0.01, "kind": "relu"}.
[[nodiscard]] result<point> point_of_values(const domain& space, const std::vector<attribute>& values,
                                            const asked_entry& asked);

}  // namespace journal_format
}  // namespace knobless::detail

#include "optuna_point.ipp"
