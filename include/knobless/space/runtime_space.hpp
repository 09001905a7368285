/// \file
/// Search spaces that are known only at run time: parameters from a file, or from an engine's list of options.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../base/error.hpp"
#include "domain.hpp"
#include "space.hpp"
#include "value_text.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// A configuration of a run-time space: values by name or by index. Looking up an unknown name raises an error.
class assignment {
 public:
  assignment() = default;
  /// All parameters inactive and 0.
  explicit assignment(std::shared_ptr<const domain> space)
      : space_(std::move(space)), values_(space_->size(), 0.0), active_(space_->size(), 0) {}

  /// Number of parameters.
  [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
  /// Whether the parameter counts in this configuration.
  [[nodiscard]] bool active(std::size_t i) const { return active_[i] != 0; }
  /// The same by name.
  [[nodiscard]] bool active(std::string_view name) const { return active(index(name)); }
  /// The number; the level (from 0) of a categorical or ordinal. Raises an error where the parameter is inactive: ask
  /// active() first.
  [[nodiscard]] double operator[](std::size_t i) const {
    if (!active(i))
      raise({error_code::invalid_use,
             "the parameter is inactive in this configuration, so it has no value: ask active() first",
             detail::text("parameter \"", (*space_)[i].name(), "\"")});
    return values_[i];
  }
  /// The same by name.
  [[nodiscard]] double operator[](std::string_view name) const { return (*this)[index(name)]; }
  /// Whether a flag is set. Raises an error where it is inactive.
  [[nodiscard]] bool flag(std::string_view name) const { return (*this)[name] != 0.0; }
  /// The value as text: the label of a categorical or ordinal, a number's shortest form; "" where inactive.
  [[nodiscard]] std::string text(std::size_t i) const {
    if (!active(i)) return {};
    const parameter& p = (*space_)[i];
    if (is_level(i)) return p.labels()[static_cast<std::size_t>(values_[i])];
    return detail::natural_text(p, values_[i]);
  }
  /// The same by name.
  [[nodiscard]] std::string text(std::string_view name) const { return text(index(name)); }

  /// Sets a number (or a level) and makes the parameter active.
  assignment& set(std::string_view name, double value) {
    const std::size_t i = index(name);
    values_[i] = value;
    active_[i] = 1;
    return *this;
  }
  /// Sets a level by its label. Raises an error for an unknown one.
  assignment& set(std::string_view name, std::string_view label) {
    const parameter& p = (*space_)[index(name)];
    for (std::size_t k = 0; k < p.labels().size(); ++k)
      if (p.labels()[k] == label) return set(name, static_cast<double>(k));
    raise({error_code::invalid_config,
           detail::text("\"", label, "\" given, but it is not among the parameter's labels"),
           detail::text("parameter \"", p.name(), "\"")});
  }

  /// Sets a number (or a level) by index and makes the parameter active.
  void set_at(std::size_t i, double value) {
    values_[i] = value;
    active_[i] = 1;
  }

  /// Whether the value is that of one of the labels.
  [[nodiscard]] bool is_level(std::size_t i) const {
    const double v = values_[i];
    return v >= 0.0 && v < static_cast<double>((*space_)[i].labels().size()) && std::floor(v) == v;
  }

  /// The space that it belongs to; null for a default-constructed one.
  [[nodiscard]] const std::shared_ptr<const domain>& space() const noexcept { return space_; }

 private:
  [[nodiscard]] std::size_t index(std::string_view name) const {
    const std::size_t i = space_ ? space_->find(name) : 0;
    if (!space_ || i == space_->size())
      raise({error_code::invalid_use, detail::text("\"", name, "\" given, but no parameter has that name"),
             "assignment"});
    return i;
  }

  std::shared_ptr<const domain> space_;
  std::vector<double> values_;
  std::vector<unsigned char> active_;
};

/// A search space over assignments. Made by a runtime_space_builder.
template <>
class space<assignment> {
 public:
  /// What is searched.
  using config_type = assignment;

  /// The space of these parameters; the errors are those of domain::make.
  [[nodiscard]] static result<space> make(std::vector<parameter> parameters) {
    result<knobless::domain> made = knobless::domain::make(std::move(parameters));
    if (!made) return made.error();
    return space(std::make_shared<const knobless::domain>(std::move(made).value()));
  }

  /// The same space without the assignments for which `keeps` is false.
  template <std::predicate<const assignment&> Predicate>
  [[nodiscard]] space require(Predicate keeps) const {
    auto constrained = domain_->require(
        [self = *this, keeps = std::move(keeps)](const point& p) -> bool { return keeps(self.decode(p)); });
    return space(std::make_shared<const knobless::domain>(std::move(constrained)));
  }

  /// The untyped description.
  [[nodiscard]] const knobless::domain& domain() const noexcept { return *domain_; }
  /// The same, shared.
  [[nodiscard]] std::shared_ptr<const knobless::domain> shared_domain() const noexcept { return domain_; }
  /// An assignment with nothing set, for first guesses.
  [[nodiscard]] assignment blank() const { return assignment(domain_); }

  /// The assignment at a complete point. O(size).
  [[nodiscard]] assignment decode(const point& p) const {
    assignment a(domain_);
    for (std::size_t i = 0; i < p.size(); ++i)
      if (p.active[i] != 0) a.set_at(i, domain_->natural(p, i));
    return a;
  }

  /// The point of an assignment of this space or of another one with the same names. Parents decide which parameters are
  /// active: each of those must be set.
  [[nodiscard]] result<point> encode(const assignment& config, bounds limits = bounds::kept) const {
    const knobless::domain& d = *domain_;
    detail::point_writer w(d, limits);
    for (std::size_t i = 0; i < d.size() && !w.failed(); ++i) {
      w.go_to(i);
      if (!d.active(i, w.so_far())) continue;
      const std::size_t from =
          config.space() == domain_ ? i : (config.space() ? config.space()->find(d[i].name()) : config.size());
      if (from >= config.size() || !config.active(from)) {
        w.fail(i, "no value given, but the parameter is active");
      } else if (d[i].labels().empty()) {
        w.put(config[from]);
      } else {
        const std::vector<std::string>& labels = d[i].labels();
        const std::vector<std::string>& old = (*config.space())[from].labels();
        std::size_t k = labels.size();
        if (config.is_level(from))
          for (k = 0; k < labels.size() && labels[k] != old[static_cast<std::size_t>(config[from])];) ++k;
        w.put_level(k, k < labels.size());
      }
    }
    return w.written();
  }

  /// The point of a configuration that keeps the constraints: a first guess, say. Raises an error for any other. O(size), and the
  /// constraints.
  [[nodiscard]] point admitted(const assignment& config) const {
    point p = encode(config).value();
    if (!domain_->admits(p))
      raise({error_code::invalid_config, "the configuration given breaks a constraint of the space", "first guess"});
    return p;
  }

 private:
  explicit space(std::shared_ptr<const knobless::domain> domain) : domain_(std::move(domain)) {}
  std::shared_ptr<const knobless::domain> domain_;
};

/// The condition of a run-time parameter: active while an earlier one has one of these values.
struct active_when {
  std::string parent;               ///< the name of an earlier parameter
  std::vector<std::string> values;  ///< of the parent, as text: labels, digits of a number, "false" or "true" of a flag
};

/// Collects parameters, then builds the space. Parents come before their children.
class runtime_space_builder {
 public:
  /// A real parameter.
  runtime_space_builder& real(std::string name, const real_options& options, const active_when& condition = {}) {
    return add(parameter::real(std::move(name), options), condition);
  }
  /// An integer parameter.
  runtime_space_builder& integer(std::string name, const integer_options& options, const active_when& condition = {}) {
    return add(parameter::integer(std::move(name), options), condition);
  }
  /// A parameter that is false or true.
  runtime_space_builder& flag(std::string name, const active_when& condition = {}) {
    return add(parameter::categorical(std::move(name), {"false", "true"}), condition);
  }
  /// One of these labels, in no order.
  runtime_space_builder& choice(std::string name, std::vector<std::string> labels, const active_when& condition = {}) {
    return add(parameter::categorical(std::move(name), std::move(labels)), condition);
  }
  /// One of these labels, in order.
  runtime_space_builder& ordinal(std::string name, std::vector<std::string> labels, const active_when& condition = {}) {
    return add(parameter::ordinal(std::move(name), std::move(labels)), condition);
  }

  /// The space; raises the first error of any call before.
  [[nodiscard]] space<assignment> build() const { return try_build().value(); }
  /// The space, or the first error.
  [[nodiscard]] result<space<assignment>> try_build() const {
    if (error_) return *error_;
    return space<assignment>::make(parameters_);
  }

 private:
  runtime_space_builder& add(result<parameter> made, const active_when& condition) {
    if (error_) return *this;
    if (!made) {
      error_ = made.error();
      return *this;
    }
    parameter p = std::move(made).value();
    if (!condition.parent.empty()) {
      std::size_t parent = 0;
      while (parent < parameters_.size() && parameters_[parent].name() != condition.parent) ++parent;
      if (parent == parameters_.size()) {
        error_ = detail::parameter_error(
            p.name(), detail::text("depends on \"", condition.parent, "\", but no earlier parameter has that name"));
        return *this;
      }
      p = p.when(parent, levels_of(p.name(), parameters_[parent], condition));
    }
    parameters_.push_back(std::move(p));
    return *this;
  }

  [[nodiscard]] level_set levels_of(const std::string& child, const parameter& parent, const active_when& condition) {
    level_set found;
    if (parent.continuous()) return found;  // domain::make says so
    for (const std::string& value : condition.values) {
      const std::optional<std::uint64_t> level = detail::level_of_text(parent, value);
      if (!level) {
        error_ = detail::parameter_error(
            child, detail::text("depends on \"", parent.name(), "\" being \"", value, "\", but that is none of its ",
                                std::to_string(parent.levels()), " values: ", detail::values_text(parent)));
        return found;
      }
      found.insert(*level);
    }
    return found;
  }

  std::vector<parameter> parameters_;
  std::optional<error_info> error_;
};

}  // namespace knobless
