#include "support.hpp"

#include <algorithm>
#include <cstddef>
#include <knobless/numeric/dense.hpp>
#include <knobless/random.hpp>
#include <vector>

using namespace knobless;
using detail::padded;

namespace {

std::vector<double> normals(std::size_t n, std::uint64_t seed) {
  knobless::random_stream rng(seed);
  std::vector<double> x(padded(n), 0.0);
  for (std::size_t i = 0; i < n; ++i) x[i] = rng.normal();
  return x;
}

// B B' + I for a random B, by columns of padded(n) rows.
std::vector<double> positive_definite(std::size_t n, std::uint64_t seed) {
  const std::size_t rows = padded(n);
  const std::vector<double> b = normals(n * n, seed);
  std::vector<double> c(rows * n, 0.0);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      c[j * rows + i] = i == j ? 1.0 : 0.0;
      for (std::size_t k = 0; k < n; ++k) c[j * rows + i] += b[i * n + k] * b[j * n + k];
    }
  return c;
}

}  // namespace

TEST_CASE("dense: a factor times its transpose is the matrix, and nothing stands above its diagonal") {
  for (const std::size_t n : {1U, 2U, 3U, 4U, 5U, 8U, 11U, 30U}) {
    const std::size_t rows = padded(n);
    const std::vector<double> c = positive_definite(n, n);
    std::vector<double> l(rows * n, test::nan);
    REQUIRE(detail::factorise(c.data(), l.data(), n));
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j <= i; ++j) {
        double sum = 0.0;
        for (std::size_t k = 0; k <= j; ++k) sum += l[k * rows + i] * l[k * rows + j];
        CHECK(sum == doctest::Approx(c[j * rows + i]).epsilon(1e-12));
      }
    // What the kernels read above the diagonal, and below the last row.
    for (std::size_t k = 0; k < n; ++k) {
      for (std::size_t i = k / 4 * 4; i < k; ++i) CHECK(l[k * rows + i] == 0.0);
      for (std::size_t i = n; i < rows; ++i) CHECK(l[k * rows + i] == 0.0);
    }
  }
}

TEST_CASE("dense: the inverse of a factor's transpose, of the matrix and of its transpose alone") {
  for (const std::size_t n : {4U, 8U, 12U, 40U})
    for (const std::size_t stride : {n, n + 5}) {
      std::vector<double> c = positive_definite(n, n);
      std::vector<double> l(stride * n, test::nan);
      std::vector<double> u(stride * n, test::nan);
      for (std::size_t j = 0; j < n; ++j)
        for (std::size_t i = j / 4 * 4; i < n; ++i) l[j * stride + i] = i < j ? test::nan : c[j * n + i];
      REQUIRE(detail::invert_factor(l.data(), u.data(), stride, n));
      CAPTURE(n);
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) {
          double product = 0.0;  // L L'
          for (std::size_t k = 0; k <= (std::min)(i, j); ++k) product += l[k * stride + i] * l[k * stride + j];
          CHECK(product == doctest::Approx(c[(std::min)(i, j) * n + (std::max)(i, j)]).epsilon(1e-12));
          double identity = 0.0;  // L U'
          for (std::size_t k = j; k <= i; ++k) identity += l[k * stride + i] * u[k * stride + j];
          if (j <= i) CHECK(identity == doctest::Approx(i == j ? 1.0 : 0.0).epsilon(1e-9));
        }
      // The other triangles in the tiles of the diagonal.
      for (std::size_t k = 0; k < n; ++k)
        for (std::size_t i = k / 4 * 4; i < k / 4 * 4 + 4; ++i)
          CHECK((i < k ? l : u)[k * stride + i] == (i == k ? u[k * stride + k] : 0.0));

      const std::vector<double> x = normals(n, 3);
      std::vector<double> half(n);
      std::vector<double> solved(n);
      detail::multiply_transposed_upper(u.data(), stride, x.data(), half.data(), n);
      detail::multiply_upper(u.data(), stride, half.data(), solved.data(), n);
      for (std::size_t i = 0; i < n; ++i) {
        double sum = 0.0;
        for (std::size_t j = 0; j < n; ++j) sum += c[(std::min)(i, j) * n + (std::max)(i, j)] * solved[j];
        CHECK(sum == doctest::Approx(x[i]).epsilon(1e-8));
      }
    }
  std::vector<double> indefinite(16, 0.0);
  std::vector<double> u(16);
  for (std::size_t i = 0; i < 4; ++i) indefinite[5 * i] = i == 2 ? -1.0 : 1.0;
  CHECK(!detail::invert_factor(indefinite.data(), u.data(), 4, 4));
}

TEST_CASE("dense: tiles of products and of distances, and weighted sums") {
  const std::vector<double> a = normals(12 * 8, 5);  // twelve rows, eight columns
  const std::vector<double> b = normals(8 * 8, 6);
  detail::double4 tile[4];
  detail::multiply_tile(&a[4], 12, &b[2], 8, 1, 7, tile);
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t c = 0; c < 4; ++c) {
      double sum = 0.0;
      for (std::size_t k = 0; k < 7; ++k) sum += a[4 + i + 12 * k] * b[2 + c + 8 * k];
      CHECK(tile[c][i] == doctest::Approx(sum).epsilon(1e-12));
    }
  detail::multiply_tile(&a[4], 12, &b[0], 1, 8, 7, tile);
  for (std::size_t c = 0; c < 4; ++c) {
    double sum = 0.0;
    for (std::size_t k = 0; k < 7; ++k) sum += a[6 + 12 * k] * b[k + 8 * c];
    CHECK(tile[c][2] == doctest::Approx(sum).epsilon(1e-12));
  }
  detail::distance_tile(&a[8], 12, &b[4], 8, 5, tile);
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t c = 0; c < 4; ++c) {
      double sum = 0.0;
      for (std::size_t f = 0; f < 5; ++f)
        sum += (a[8 + i + 12 * f] - b[4 + c + 8 * f]) * (a[8 + i + 12 * f] - b[4 + c + 8 * f]);
      CHECK(tile[c][i] == doctest::Approx(sum).epsilon(1e-12));
    }
  double gaps = 0.0;
  double squares = 0.0;
  std::vector<double> sums(b.begin(), b.begin() + 8);
  detail::add_squares(sums.data(), a.data(), 0.25, 8);
  for (std::size_t i = 0; i < 8; ++i) {
    gaps += b[i] * (a[i] - 0.25);
    if (i >= 4) squares += b[i] * (a[i] - 0.25) * (a[i] - 0.25);
    CHECK(sums[i] == doctest::Approx(b[i] + (a[i] - 0.25) * (a[i] - 0.25)).epsilon(1e-12));
  }
  CHECK(detail::weighted_gaps(b.data(), a.data(), 0.25, 8) == doctest::Approx(gaps).epsilon(1e-12));
  CHECK(detail::weighted_squares(b.data(), a.data(), 0.25, 4, 8) == doctest::Approx(squares).epsilon(1e-12));
}

TEST_CASE("dense: solving undoes multiplying") {
  for (const std::size_t n : {1U, 3U, 4U, 7U, 16U, 33U}) {
    const std::size_t rows = padded(n);
    const std::vector<double> c = positive_definite(n, 10 + n);
    std::vector<double> l(rows * n);
    REQUIRE(detail::factorise(c.data(), l.data(), n));
    const std::vector<double> x = normals(n, 3);
    std::vector<double> y(rows, 0.0);
    detail::multiply_lower(l.data(), x.data(), y.data(), n);
    std::vector<double> back = y;
    detail::solve_lower(l.data(), back.data(), n);
    for (std::size_t i = 0; i < n; ++i) CHECK(back[i] == doctest::Approx(x[i]).epsilon(1e-9));

    // C z = L L' z: both halves of the solution.
    std::vector<double> z = y;
    detail::solve_lower(l.data(), z.data(), n);
    detail::solve_upper(l.data(), z.data(), n);
    for (std::size_t i = 0; i < n; ++i) {
      double sum = 0.0;
      for (std::size_t j = 0; j < n; ++j) sum += c[j * rows + i] * z[j];
      CHECK(sum == doctest::Approx(y[i]).epsilon(1e-9));
    }
  }
}

TEST_CASE("dense: a matrix that is not positive definite has no factor") {
  std::vector<double> c = positive_definite(5, 1);
  std::vector<double> l(c.size());
  c[2 * padded(5) + 2] = -1.0;
  CHECK_FALSE(detail::factorise(c.data(), l.data(), 5));
  c = positive_definite(5, 1);
  c[4 * padded(5) + 4] = test::infinity;
  CHECK_FALSE(detail::factorise(c.data(), l.data(), 5));
}

TEST_CASE("dense: sums of columns and products are those of the loops that one would write") {
  for (const std::size_t n : {4U, 8U, 20U}) {
    const std::vector<double> x = normals(4 * n, 5);
    const double a[4] = {0.5, -2.0, 0.0, 3.25};
    std::vector<double> y = normals(n, 6);
    std::vector<double> expected = y;
    for (std::size_t i = 4; i < n; ++i)
      for (std::size_t j = 0; j < 4; ++j) expected[i] += a[j] * x[j * n + i];
    detail::add_scaled(y.data(), x.data(), n, a, 4, n);
    double dot = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      CHECK(y[i] == doctest::Approx(expected[i]).epsilon(1e-14));
      dot += x[i] * y[i];
    }
    CHECK(detail::dot(x.data(), y.data(), n) == doctest::Approx(dot).epsilon(1e-12));
  }
}
