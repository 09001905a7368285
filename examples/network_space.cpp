// A space with branches, repeated groups, a constraint: and no names to look up in the objective.
#include <cstddef>
#include <cstdio>
#include <knobless/branch.hpp>
#include <knobless/minimize.hpp>
#include <optional>
#include <variant>
#include <vector>

// [network_space]
enum class activation { relu, tanh };
struct sgd {
  double momentum = 0.0;
};
struct adam {
  double beta1 = 0.9;
};
struct layer {
  int width = 16;
};
struct net {
  double learning_rate = 1e-3;
  activation act = activation::relu;
  std::variant<sgd, adam> optimizer;
  std::optional<double> dropout;
  std::vector<layer> layers;
};

const auto space =
    knobless::space<net>{
        knobless::real("learning_rate", &net::learning_rate,
                       {.low = 1e-5, .high = 1.0, .scale = knobless::scaling::log}),
        knobless::choice("act", &net::act, {activation::relu, activation::tanh}).named({"relu", "tanh"}),
        knobless::branch(
            "optimizer", &net::optimizer,
            knobless::when<sgd>("sgd", knobless::real("momentum", &sgd::momentum, {.low = 0.0, .high = 0.99})),
            knobless::when<adam>("adam", knobless::real("beta1", &adam::beta1, {.low = 0.8, .high = 0.999}))),
        knobless::branch("dropout", &net::dropout, knobless::real("rate", knobless::self, {.low = 0.05, .high = 0.5})),
        knobless::repeated(
            "layers", &net::layers, {.low = 1, .high = 4},
            knobless::integer("width", &layer::width, {.low = 4, .high = 256, .scale = knobless::scaling::log}))}
        .require([](const net& n) {  // no layer is wider than the one before
          for (std::size_t i = 1; i < n.layers.size(); ++i)
            if (n.layers[i].width > n.layers[i - 1].width) return false;
          return true;
        });
// [network_space]

int main() {
  // Stands for a training: fewer and narrower layers are better, dropout is not.
  const auto loss = [](const net& n) {
    double sum = (n.learning_rate - 0.01) * (n.learning_rate - 0.01) + n.dropout.value_or(0.0);
    for (const layer& l : n.layers) sum += 0.01 * l.width;
    if (const auto* s = std::get_if<sgd>(&n.optimizer)) sum += 0.1 + (s->momentum - 0.9) * (s->momentum - 0.9);
    return sum;
  };
  const auto tuned = knobless::minimize(space, loss, {.trials = 100, .seed = 3});
  std::printf("%s", tuned.report().c_str());
}
