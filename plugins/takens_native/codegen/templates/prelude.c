#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The vector forms of these functions are in glibc's libmvec, which only -ffast-math
   declares; that would hide NaN. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__GLIBC__)
#if __GLIBC_PREREQ(2, 35)
#define VECTOR_FORM __attribute__((simd("notinbranch")))
VECTOR_FORM double sin(double);
VECTOR_FORM double cos(double);
VECTOR_FORM double tan(double);
VECTOR_FORM double exp(double);
VECTOR_FORM double expm1(double);
VECTOR_FORM double log(double);
VECTOR_FORM double log1p(double);
VECTOR_FORM double pow(double, double);
VECTOR_FORM double tanh(double);
VECTOR_FORM double sinh(double);
VECTOR_FORM double cosh(double);
VECTOR_FORM double asin(double);
VECTOR_FORM double acos(double);
VECTOR_FORM double atan(double);
VECTOR_FORM double atan2(double, double);
VECTOR_FORM double erf(double);
VECTOR_FORM float sinf(float);
VECTOR_FORM float cosf(float);
VECTOR_FORM float tanf(float);
VECTOR_FORM float expf(float);
VECTOR_FORM float expm1f(float);
VECTOR_FORM float logf(float);
VECTOR_FORM float log1pf(float);
VECTOR_FORM float powf(float, float);
VECTOR_FORM float tanhf(float);
VECTOR_FORM float sinhf(float);
VECTOR_FORM float coshf(float);
VECTOR_FORM float asinf(float);
VECTOR_FORM float acosf(float);
VECTOR_FORM float atanf(float);
VECTOR_FORM float atan2f(float, float);
VECTOR_FORM float erff(float);
#endif
#endif

#define LANES _Pragma("omp simd")
#define INLINE static inline __attribute__((always_inline, unused))
#define APART static __attribute__((noinline, unused))

/* Matrices are multiplied by vectors of whole registers, several rows at a time, so that sums
   stay in registers. */
#if defined(__AVX512F__) && BYTES % 64 == 0
#define REGISTER 64
#elif defined(__AVX__) && BYTES % 32 == 0
#define REGISTER 32
#else
#define REGISTER 16
#endif
typedef R Vector __attribute__((vector_size(REGISTER), aligned(sizeof(R)), may_alias));
#define KEEP(to, v) (*(Vector *)(to) = (v))
#ifndef __x86_64__
#define STREAM(to, v) (*(Vector *)(to) = (v))
#define FENCE()
#else
/* Builtins, since immintrin.h takes a quarter of the time of a compilation to read. */
typedef long long Words __attribute__((vector_size(REGISTER)));
#define FENCE() __builtin_ia32_sfence()
#ifdef __clang__
#define STREAM(to, v) __builtin_nontemporal_store((Words)(v), (Words *)(to))
#elif REGISTER == 64
#define STREAM(to, v) __builtin_ia32_movntdq512((Words *)(to), (Words)(v))
#elif REGISTER == 32
#define STREAM(to, v) __builtin_ia32_movntdq256((Words *)(to), (Words)(v))
#else
#define STREAM(to, v) __builtin_ia32_movntdq((Words *)(to), (Words)(v))
#endif
#endif
typedef I Places __attribute__((vector_size(REGISTER)));
#if defined(__clang__) || __GNUC__ >= 12
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (Places){__VA_ARGS__})
#endif
enum {
  EACH = REGISTER / sizeof(R),
  ROWS = REGISTER == 64 ? 8 : 4,
  SIDE = W % EACH ? 0 : W / EACH % 2 == 0 ? 2 : W / EACH % 3 == 0 && REGISTER == 64 ? 3 : 1
};

INLINE void rows_times(const int count, const R *restrict a, long row, long column, int columns,
                       const R *restrict x, R *restrict y) {
  Vector sum[ROWS][SIDE ? SIDE : 1];
#pragma GCC unroll 8
  for (int r = 0; r < count; r++)
#pragma GCC unroll 4
    for (int s = 0; s < SIDE; s++) sum[r][s] = (Vector){0};
  for (int c = 0; c < columns; c++, a += column, x += W) {
    Vector v[SIDE ? SIDE : 1];
#pragma GCC unroll 4
    for (int s = 0; s < SIDE; s++) v[s] = *(const Vector *)(x + s * EACH);
#pragma GCC unroll 8
    for (int r = 0; r < count; r++)
#pragma GCC unroll 4
      for (int s = 0; s < SIDE; s++) sum[r][s] += a[r * row] * v[s];
  }
#pragma GCC unroll 8
  for (int r = 0; r < count; r++)
#pragma GCC unroll 4
    for (int s = 0; s < SIDE; s++) *(Vector *)(y + r * W + s * EACH) = sum[r][s];
}

/* y[r][l] = sum_c a[r][c] x[c][l]. */
APART void matvec(const R *restrict a, long row, long column, int rows, int columns,
                  const R *restrict x, R *restrict y) {
  int r = 0;
  if (SIDE)
    for (; r < rows;) {
      const int left = rows - r, count = left >= ROWS ? ROWS : left >= 4 ? 4 : left >= 2 ? 2 : 1;
      for (int l = 0; l < W; l += SIDE * EACH) {
        const R *p = a + r * row, *from = x + l;
        R *to = y + r * W + l;
        if (count == ROWS) rows_times(ROWS, p, row, column, columns, from, to);
        else if (count == 4) rows_times(4, p, row, column, columns, from, to);
        else if (count == 2) rows_times(2, p, row, column, columns, from, to);
        else rows_times(1, p, row, column, columns, from, to);
      }
      r += count;
    }
  for (; r < rows; r++) {
    R s[W] = {0};
    for (int c = 0; c < columns; c++) {
      const R a0 = a[r * row + c * column];
      LANES for (int l = 0; l < W; l++) s[l] += a0 * x[c * W + l];
    }
    LANES for (int l = 0; l < W; l++) y[r * W + l] = s[l];
  }
}

/* The same for one lane, where entries of a row or a column stand side by side. */
APART void matvec_one(const R *restrict a, long row, long column, int rows, int columns,
                      const R *restrict x, R *restrict y) {
  enum { PART = 64 / sizeof(R) };
  if (column == 1) {
    for (int r = 0; r < rows; r++) {
      const R *p = a + r * row;
      R part[PART] = {0}, s = 0;
      int c = 0;
      for (; c + PART <= columns; c += PART)
        LANES for (int l = 0; l < PART; l++) part[l] += p[c + l] * x[c + l];
      for (; c < columns; c++) s += p[c] * x[c];
      for (int l = 0; l < PART; l++) s += part[l];
      y[r] = s;
    }
    return;
  }
  for (int r = 0; r < rows; r++) y[r] = 0;
  for (int c = 0; c < columns; c++) {
    const R *p = a + c * column, v = x[c];
    if (row == 1)
      LANES for (int r = 0; r < rows; r++) y[r] += p[r] * v;
    else
      for (int r = 0; r < rows; r++) y[r] += p[r * row] * v;
  }
}

/* Halves are added to halves, which takes four instructions where one by one takes sixteen. */
INLINE R sum_of(Vector v) {
  R part[EACH];
  memcpy(part, &v, sizeof(part));
#pragma GCC unroll 4
  for (int half = EACH / 2; half; half /= 2)
    LANES for (int e = 0; e < half; e++) part[e] += part[e + half];
  return part[0];
}

INLINE void pairs_of(const int rows, const int parts, R *restrict a, long row, int columns,
                     const R *restrict g, const R *restrict turned) {
  Vector sum[4][2];
#pragma GCC unroll 4
  for (int r = 0; r < rows; r++)
#pragma GCC unroll 2
    for (int s = 0; s < parts; s++) sum[r][s] = *(const Vector *)(a + r * row + s * EACH);
  for (int l = 0; l < W; l++, turned += columns)
#pragma GCC unroll 4
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 2
      for (int s = 0; s < parts; s++)
        sum[r][s] += g[r * W + l] * *(const Vector *)(turned + s * EACH);
#pragma GCC unroll 4
  for (int r = 0; r < rows; r++)
#pragma GCC unroll 2
    for (int s = 0; s < parts; s++) *(Vector *)(a + r * row + s * EACH) = sum[r][s];
}

/* a[r][c] += sum_l g[r][l] x[c][l]; turned is room for x with its lanes outermost. */
APART void outer(R *restrict a, long row, long column, int rows, int columns,
                 const R *restrict g, const R *restrict x, R *restrict turned) {
  const int whole = column == 1 ? columns / EACH * EACH : 0;
  if (whole)
    for (int c = 0; c < whole; c++)
      for (int l = 0; l < W; l++) turned[l * whole + c] = x[c * W + l];
  for (int c = 0; c < whole;) {
    const int both = c + 2 * EACH <= whole;
    for (int r = 0; r < rows;) {
      const int four = r + 4 <= rows;
      R *p = a + r * row + c;
      const R *from = turned + c, *weights = g + r * W;
      if (both && four) pairs_of(4, 2, p, row, whole, weights, from);
      else if (both) pairs_of(1, 2, p, row, whole, weights, from);
      else if (four) pairs_of(4, 1, p, row, whole, weights, from);
      else pairs_of(1, 1, p, row, whole, weights, from);
      r += four ? 4 : 1;
    }
    c += both ? 2 * EACH : EACH;
  }
  for (int r = 0; r < rows; r++)
    for (int c = whole; c < columns; c++) {
      Vector part = {0};
      R s = 0;
      for (int l = 0; l + EACH <= W; l += EACH)
        part += *(const Vector *)(g + r * W + l) * *(const Vector *)(x + c * W + l);
      for (int l = W / EACH * EACH; l < W; l++) s += g[r * W + l] * x[c * W + l];
      a[r * row + c * column] += s + (W < EACH ? 0 : sum_of(part));
    }
}

/* a[r] += sum_l g[r][l] */
APART void gather(R *restrict a, long stride, int rows, const R *restrict g) {
  for (int r = 0; r < rows; r++) {
    R s = 0;
    for (int l = 0; l < W; l++) s += g[r * W + l];
    a[r * stride] += s;
  }
}
