#include <math.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

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

/* y[r][l] = sum_c a[r][c] x[c][l]; rows go in groups that share each x[c]. */
APART void matvec(const R *restrict a, long row, long column, int rows, int columns,
                  const R *restrict x, R *restrict y) {
  int r = 0;
  for (; r + 4 <= rows; r += 4) {
    R s0[W] = {0}, s1[W] = {0}, s2[W] = {0}, s3[W] = {0};
    const R *p = a + r * row;
    for (int c = 0; c < columns; c++, p += column) {
      const R a0 = p[0], a1 = p[row], a2 = p[2 * row], a3 = p[3 * row];
      LANES for (int l = 0; l < W; l++) {
        const R v = x[c * W + l];
        s0[l] += a0 * v;
        s1[l] += a1 * v;
        s2[l] += a2 * v;
        s3[l] += a3 * v;
      }
    }
    LANES for (int l = 0; l < W; l++) {
      y[r * W + l] = s0[l];
      y[(r + 1) * W + l] = s1[l];
      y[(r + 2) * W + l] = s2[l];
      y[(r + 3) * W + l] = s3[l];
    }
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

/* a[r][c] += sum_l g[r][l] x[c][l]; turned is room for x with its lanes outermost. */
APART void outer(R *restrict a, long row, long column, int rows, int columns,
                 const R *restrict g, const R *restrict x, R *restrict turned) {
  for (int c = 0; c < columns; c++)
    for (int l = 0; l < W; l++) turned[l * columns + c] = x[c * W + l];
  for (int r = 0; r < rows; r++)
    for (int l = 0; l < W; l++) {
      const R s = g[r * W + l];
      R *p = a + r * row;
      if (column == 1)
        LANES for (int c = 0; c < columns; c++) p[c] += s * turned[l * columns + c];
      else
        for (int c = 0; c < columns; c++) p[c * column] += s * turned[l * columns + c];
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

/* Lanes beyond the last sample repeat the first, so that they compute nothing strange. */
INLINE void load(R *x, const R *from, int lanes) {
  if (lanes == W)
    for (int l = 0; l < W; l++)
      for (int d = 0; d < D; d++) x[d * W + l] = from[l * D + d];
  else
    for (int l = 0; l < W; l++)
      for (int d = 0; d < D; d++) x[d * W + l] = from[(l < lanes ? l : 0) * D + d];
}

INLINE void save(const R *x, R *to, int lanes) {
  if (lanes == W)
    for (int l = 0; l < W; l++)
      for (int d = 0; d < D; d++) to[l * D + d] = x[d * W + l];
  else
    for (int l = 0; l < lanes; l++)
      for (int d = 0; d < D; d++) to[l * D + d] = x[d * W + l];
}

/* Set time and step size of step i of m, between times j - 1 and j of every sample. */
INLINE void tick(R *t, R *h, const double *ts, long stride, long j, long i, long m, int lanes) {
  if (!stride) {
    const double dt = m == 1 ? ts[j] - ts[j - 1] : (ts[j] - ts[j - 1]) / m;
    const R size = (R)dt, now = (R)ts[j - 1] + (R)(i * dt);
    for (int l = 0; l < W; l++) h[l] = size, t[l] = now;
    return;
  }
  for (int l = 0; l < W; l++) {
    const double *own = ts + (l < lanes ? l : 0) * stride, dt = (own[j] - own[j - 1]) / m;
    h[l] = (R)dt;
    t[l] = (R)own[j - 1] + (R)(i * dt);
  }
}

/* Fresh memory costs more than the solve where every small page of it is faulted in. */
static void expect(void *memory, size_t bytes) {
#ifdef MADV_HUGEPAGE
  const size_t page = 1 << 21, start = ((size_t)memory + page - 1) & ~(page - 1);
  const size_t end = ((size_t)memory + bytes) & ~(page - 1);
  if (end > start) madvise((void *)start, end - start, MADV_HUGEPAGE);
#else
  (void)memory, (void)bytes;
#endif
}

static R *room(long entries) {
  void *found = 0;
  return posix_memalign(&found, 64, (entries + 1) * W * sizeof(R)) ? 0 : (R *)found;
}
