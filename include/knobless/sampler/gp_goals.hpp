/// \file
/// Bayesian optimisation with several objectives, or with limits that only the run of a trial tells.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "../acquisition/hypervolume_improvement.hpp"
#include "../base/config.hpp"
#include "../model/constants.hpp"
#include "../model/features.hpp"
#include "../model/gaussian_process.hpp"
#include "../record/history.hpp"
#include "../record/history_cursor.hpp"
#include "goal_order.hpp"
#include "sampler.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// What gp_ei does where a search has several goals. A Gaussian process of its own for each objective, for each limit, and, where
/// trials fail, for failing. The next point is where the log expected hypervolume improvement plus the log probabilities of
/// keeping the limits is largest (acquisition/goal_gain.hpp), on the front of the posterior means of the trials that kept all
/// limits. While there is none, the probability of keeping them counts alone. A limit that is kept or broken, and no more, is
/// learnt from -1 and 1, as failing is.
///
/// The hypervolume's reference point lies beyond the worst values by a tenth of their ranges. More than four objectives
/// are put together by the augmented Chebyshev function with weights that each ask draws (Knowles, ParEGO, IEEE Transactions on
/// Evolutionary Computation 10(1), 2006).
class gp_goals {
 public:
  gp_goals(const history& seen, const domain& space, const gp_ei_constants& constants);
  gp_goals(const gp_goals&) = delete;
  gp_goals& operator=(const gp_goals&) = delete;

  /// Whether this derived from that history.
  [[nodiscard]] bool of(const history& seen, const domain& space) const noexcept {
    return heard_.follows(seen) && space.size() == dimensions_;
  }
  /// The next point. O(goals (n^3 + 600 n d + n^2 (100 + climbs))) and the boxes of the front, with n = min(told, 300).
  [[nodiscard]] point ask(const ask_context& context);

 private:
  static constexpr std::size_t startup = 8;
  static constexpr std::size_t most_learnt = 200;
  static constexpr std::size_t most_known = 300;

  // What is known of an objective or a limit, as its model sees it, and the model.
  struct goal {
    goal(const features& layout, const gp_constants& constants) : model(layout, constants) {}
    gaussian_process model;
    std::vector<std::size_t> rows;
    std::vector<double> values;
    std::size_t learnt_at = 0;
    std::size_t lessons = 0;
  };

  void update(const history& seen);
  [[nodiscard]] bool unseen(const ask_context& context, const point& p) const;
  [[nodiscard]] point start(const ask_context& context) const;
  [[nodiscard]] point propose(const ask_context& context);

  [[nodiscard]] std::vector<std::size_t> select(const history& seen);
  void take_values(const ask_context& context);
  void take_objectives(const history& seen, const std::vector<std::size_t>& members);
  void take_sum(const ask_context& context, const std::vector<std::size_t>& members);
  void take_limits(const history& seen, const std::vector<std::size_t>& members);
  [[nodiscard]] goal& fresh(std::deque<goal>& goals, std::size_t j);

  void believe(goal& g, const ask_context& context, double log_stretch);
  void find_front();
  void assume(const ask_context& context);
  [[nodiscard]] std::optional<hypervolume_improvement> improvement() const;
  [[nodiscard]] std::vector<point> promising(const ask_context& context) const;

  std::size_t dimensions_;
  gp_ei_constants constants_;
  features layout_;
  history_cursor heard_;
  std::vector<std::size_t> told_;      // rows that say something about the space
  std::vector<std::uint64_t> points_;  // hashes of all told points, sorted
  std::vector<std::uint64_t> answers_;
  goal_order order_;

  std::deque<goal> objectives_;
  std::deque<goal> limits_;
  std::size_t limits_known_ = 0;         // of limits_: those that have values
  std::vector<std::size_t> feasible_;    // positions in the rows of objectives_[0] of trials that keep all limits
  std::vector<double> front_;            // their posterior means that no other dominates, a row a trial
  std::vector<std::size_t> front_rows_;  // these trials' rows
};

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "gp_goals.ipp"
#endif
