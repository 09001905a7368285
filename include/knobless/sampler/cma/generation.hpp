/// \file
/// The members of a generation of CMA-ES: drawn, asked, told, ranked.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "../../base/config.hpp"
#include "../../base/random.hpp"
#include "../../model/search_distribution.hpp"
#include "../../record/history.hpp"
#include "../../space/domain.hpp"
#include "../../space/point.hpp"
#include "categories.hpp"
#include "coordinates.hpp"

namespace knobless::inline KNOBLESS_ABI::detail::cma {

/// The points of this generation, and of the next where more are asked than a generation has. A member has two places: its
/// *gene*, where the normal distribution drew it, maybe outside of the space; and its *unit*, the nearest point of the space,
/// which is evaluated. An update goes by the genes, so half of the points sit exactly on a bound that holds the optimum.
class generation {
 public:
  /// What has become of a member.
  enum class stage : unsigned char { waiting, asked, told, lost, used };

  /// A member but for its point.
  struct member {
    std::size_t number = 0;        ///< of its trial
    double value = 0.0;            ///< once it is told
    double length = 0.0;           ///< squared Mahalanobis length; negative: not known
    stage state = stage::waiting;  ///< lost: its trial has no value
  };

  /// The lowest and the highest value of those that were told; none: lowest above highest.
  struct extremes {
    double best = 0.0;
    double worst = 0.0;
  };

  generation() = default;
  /// No members, in a space of these coordinates.
  explicit generation(coordinates axes) : axes_(std::move(axes)) {}
  /// Forgets all members.
  void clear() noexcept;

  /// Members, those for the next generation among them.
  [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }
  /// How many trials ended, failed ones among them.
  [[nodiscard]] std::size_t answered() const noexcept { return answered_; }
  /// How many trials ended without a value.
  [[nodiscard]] std::size_t lost() const noexcept { return lost_; }
  /// The i-th member.
  [[nodiscard]] const member& operator[](std::size_t i) const noexcept { return members_[i]; }
  /// Where it was drawn.
  [[nodiscard]] const double* gene(std::size_t i) const noexcept { return &genes_[i * axes_.normals]; }
  /// Where it is evaluated.
  [[nodiscard]] std::span<const double> unit(std::size_t i) const noexcept {
    return {&units_[i * axes_.dimensions], axes_.dimensions};
  }
  /// The mask beside it.
  [[nodiscard]] std::span<const unsigned char> active(std::size_t i) const noexcept {
    return {&active_[i * axes_.dimensions], axes_.dimensions};
  }

  /// Adds a draw from the distribution; the latest of 20 tries where the space's constraints admit none. O(d^2).
  void draw(const domain& space, search_distribution& distribution, const categories& levels, random_stream& rng);
  /// Adds a proposal of a model in a space that is numeric and unconditional: inside of the bounds, and no further from the mean
  /// than the distribution's own points are on average. O(d^2).
  void inject(const domain& space, search_distribution& distribution, std::span<const double> at);
  /// Adds a point that was told elsewhere. O(d).
  void adopt(const observation& o, const search_distribution& distribution);

  /// A generation begins: the first member that waits is looked for from the front.
  void begin() noexcept { waiting_ = 0; }
  /// The first member that waits for its trial, size() if none does.
  [[nodiscard]] std::size_t first_waiting() noexcept;
  /// Member i is evaluated by trial `number`.
  void ask(std::size_t i, std::size_t number) noexcept;
  /// The member that a trial evaluates, size() if it is none of ours. O(1) where trials end in the order of asking.
  [[nodiscard]] std::size_t find(std::size_t number) const noexcept;
  /// The trial of member i ended.
  void tell(std::size_t i, const observation& o) noexcept;
  /// Where the study asked another point than the member's, the gene moves there.
  void follow(std::size_t i, const observation& o) noexcept;
  /// Member i takes a value that is known, without a trial.
  void recall(std::size_t i, double value) noexcept;
  /// Members whose trials were dropped wait again. O(members running) where there are such.
  void release_dropped(const history& seen) noexcept;

  /// Chooses who takes part in the update: those that ended first, or, where a model speaks for those untold, the first of the
  /// members.
  extremes select(std::size_t population, bool by_model);
  /// The chosen ones, after rank() the best first.
  [[nodiscard]] std::span<const std::size_t> chosen() const noexcept { return chosen_; }
  /// A model's value replaces what was told.
  void set_value(std::size_t i, double value) noexcept { members_[i].value = value; }
  /// Sorts the chosen ones: by value and, where no model speaks for them, those without a value last; then by age.
  void rank(bool by_model);
  /// The chosen ones for the update, after rank(). Those that this distribution did not draw are moved towards the mean if they
  /// lie too far from it. The pointers hold until members are added. O(d^2) for each of those.
  [[nodiscard]] std::span<const search_distribution::member> ranked(search_distribution& distribution);
  /// The gene of the chosen one of this rank, to be changed.
  [[nodiscard]] double* ranked_gene(std::size_t rank) noexcept { return &genes_[chosen_[rank] * axes_.normals]; }
  /// The chosen and the waiting ones leave; the others stay for the next generation.
  void discard_chosen();

 private:
  [[nodiscard]] std::size_t append();
  void project(const domain& space, std::size_t i);
  void move_member(std::size_t from, std::size_t to);

  coordinates axes_;
  std::vector<member> members_;
  std::vector<double> genes_;          // [member * normals + j]
  std::vector<double> units_;          // [member * dimensions + k]
  std::vector<unsigned char> active_;  // beside it
  std::size_t running_ = 0;            // asked and not told
  std::size_t answered_ = 0;
  std::size_t lost_ = 0;
  std::size_t heard_ = 0;    // where the next answer is looked for first
  std::size_t waiting_ = 0;  // no member before is waiting
  bool draws_fail_ = false;  // the latest member breaks the constraints: the next one gets one try

  // Room that is used again.
  point trial_;
  std::vector<std::size_t> chosen_;
  std::vector<search_distribution::member> ranked_;
};

}  // namespace knobless::detail::cma

#ifndef KNOBLESS_COMPILED
#include "generation.ipp"
#endif
