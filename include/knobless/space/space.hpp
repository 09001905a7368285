/// \file
/// The typed search space: the user's own struct in and out, thin templates over an untyped `domain`.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../base/error.hpp"
#include "call_with.hpp"
#include "declaration.hpp"
#include "declare.hpp"
#include "domain.hpp"
#include "domain_builder.hpp"
#include "place.hpp"
#include "point.hpp"
#include "point_codec.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// A search space over configurations of type Config: which members are searched, and how.
///
/// Copies share what was built. Members that no declaration names keep the value of a default-constructed Config.
template <class Config>
class space {
  static_assert(std::default_initializable<Config> && std::copyable<Config>,
                "knobless: a configuration must be default-constructible and copyable");

 public:
  /// What is searched.
  using config_type = Config;

  /// Raises an error for a space that can't be searched: a name given twice, low above high, ...
  template <detail::declaration... Declarations>
  explicit space(Declarations... declarations) : space(make(std::move(declarations)...).value()) {}

  /// The same, with the error as a value.
  template <detail::declaration... Declarations>
  [[nodiscard]] static result<space> make(Declarations... declarations) {
    static_assert(sizeof...(Declarations) > 0, "knobless: a search space needs at least one parameter");
    auto bindings = std::make_shared<bindings_type>();
    bindings->reserve(sizeof...(Declarations));
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
      (bindings->push_back(detail::bind<Config>(detail::place_at<Index>(std::move(declarations)))), ...);
    }
    (std::index_sequence_for<Declarations...>{});
    detail::domain_builder builder;
    for (auto& b : *bindings) b->describe(builder);
    if (builder.error) return *std::move(builder.error);
    result<knobless::domain> made = knobless::domain::make(std::move(builder.parameters));
    if (!made) return made.error();
    return space(std::move(bindings), std::make_shared<const knobless::domain>(std::move(made).value()));
  }

  /// The same space without the configurations for which `keeps` is false: a predicate of the configuration, or of its values one
  /// by one for a space without a struct. No suggested trial ever is one of them.
  template <class Predicate>
  [[nodiscard]] space require(Predicate keeps) const {
    constexpr bool callable = detail::takes_configuration<const Predicate, Config>;
    static_assert(callable,
                  "knobless: require() needs a function of the configuration (or of its values one by one, for a space "
                  "without a struct) that returns a bool");
    if constexpr (callable) {
      auto constrained = domain_->require([self = *this, keeps = std::move(keeps)](const point& p) -> bool {
        return detail::call_with(keeps, self.decode(p));
      });
      return space(bindings_, std::make_shared<const knobless::domain>(std::move(constrained)));
    } else {
      return *this;
    }
  }

  /// The untyped description.
  [[nodiscard]] const knobless::domain& domain() const noexcept { return *domain_; }
  /// The same, shared.
  [[nodiscard]] std::shared_ptr<const knobless::domain> shared_domain() const noexcept { return domain_; }

  /// The configuration at a complete point. O(size).
  [[nodiscard]] Config decode(const point& p) const {
    Config config{};
    detail::point_reader r{*domain_, p, 0};
    for (const auto& b : *bindings_) b->decode(r, config);
    return config;
  }

  /// The complete point of a configuration, or why it is none of this space. Between the values of a discrete parameter
  /// the nearest is taken. Constraints are not looked at. O(size).
  [[nodiscard]] result<point> encode(const Config& config, bounds limits = bounds::kept) const {
    detail::point_writer w(*domain_, limits);
    for (const auto& b : *bindings_) b->encode(w, config);
    return w.written();
  }

  /// The point of a configuration that keeps the constraints: a first guess, say. Raises an error for any other. O(size), and the
  /// constraints.
  [[nodiscard]] point admitted(const Config& config) const {
    point p = encode(config).value();
    if (!domain_->admits(p))
      raise({error_code::invalid_config, "the configuration given breaks a constraint of the space", "first guess"});
    return p;
  }

 private:
  using bindings_type = std::vector<std::unique_ptr<detail::binding<Config>>>;

  space(std::shared_ptr<const bindings_type> bindings, std::shared_ptr<const knobless::domain> domain)
      : bindings_(std::move(bindings)), domain_(std::move(domain)) {}

  std::shared_ptr<const bindings_type> bindings_;
  std::shared_ptr<const knobless::domain> domain_;
};

/// The space of a lambda's arguments, a std::tuple of them in order: `space{real("x", {...}), integer("k", {...})}`.
template <class... Declarations>
requires(std::same_as<decltype(Declarations::place), detail::unplaced>&&...) space(Declarations...)
->space<std::tuple<typename Declarations::value_type...>>;

}  // namespace knobless
