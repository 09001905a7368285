// The yardstick: four headers that nearly every program has.
#include <functional>
#include <string>
#include <variant>
#include <vector>

int main() {
  const std::vector<std::variant<int, std::string>> values{1, std::string("two")};
  const std::function<std::size_t()> count = [&] { return values.size(); };
  return static_cast<int>(count()) - 2;
}
