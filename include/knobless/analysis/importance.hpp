/// \file
/// Which parameters mattered.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "../base/config.hpp"
#include "../record/history.hpp"
#include "../space/domain.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// How much a parameter mattered.
struct importance_share {
  std::string name;    ///< of the parameter
  double share = 0.0;  ///< in [0, 1]; those of all parameters sum to 1
};

/// How much each parameter of the space had to do with a trial being among the better ones of those told, as shares that sum
/// to 1; empty where nothing can be said: with fewer than 20 trials, where all values are alike, and where the good trials
/// differ from the others no more than by chance.
///
/// PED-ANOVA (Watanabe, Bansal and Hutter, PED-ANOVA: Efficiently quantifying hyperparameter importance in arbitrary
/// subspaces, IJCAI 2023): the Pearson divergence of a parameter's density among the good trials from that among all trials
/// is the variance of "is it good" that the parameter explains by itself. Ours is summed over four limits of what is good, a
/// rough integral over all of them, which would be the numerator of the Cramer-von Mises index (Gamboa, Klein and Lagnoux,
/// SIAM/ASA J. Uncertainty Quantification 6(2), 2018); and what chance would give, which few trials have much of, does not
/// count: the mean over all ways to call as many trials good is subtracted, and what is not three and a half standard deviations above
/// it is 0. A conditional parameter is looked at where it is active; whether it is active is its parent's merit. Failed and
/// pruned trials are not good, nor are those that break a limit. Of several objectives it is about one, by its number. Trials outside the present bounds or against a constraint do not count.
///
/// It depends on the order of the values alone, not on their size. What parameters do only together is not seen, nor what a
/// search never tried: it says what mattered in these trials. O(n log n + d (n + 32^3)).
[[nodiscard]] std::vector<double> importance(const domain& space, const history& seen, std::size_t objective = 0);

/// The same by name, the largest share first.
[[nodiscard]] std::vector<importance_share> importance_by_name(const domain& space, const history& seen,
                                                               std::size_t objective = 0);

}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "importance.ipp"
#endif
