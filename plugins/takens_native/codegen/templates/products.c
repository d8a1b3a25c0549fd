/* Vectors of LV entries, which may lie anywhere. */
typedef R V __attribute__((vector_size(LV * sizeof(R)), aligned(sizeof(R)), may_alias));
#define AT(p) (*(const V *)(p))
#if defined(__clang__) || __GNUC__ >= 12
#define FOLD(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
typedef I VI __attribute__((vector_size(LV * sizeof(I))));
#define FOLD(a, b, ...) __builtin_shuffle(a, b, (VI){__VA_ARGS__})
#endif

/* Lay a matrix out column by column, with zeros up to a height. */
static __attribute__((unused)) void pack(R *to, int height, const R *a, long row, long column,
                                         int rows, int columns) {
  for (int c = 0; c < columns; c++, to += height) {
    for (int r = 0; r < rows; r++) to[r] = a[r * row + c * column];
    for (int r = rows; r < height; r++) to[r] = 0;
  }
}

/* Add the sums of `count` numbers each to a[r]. */
static __attribute__((unused)) void sum_steps(R *a, long stride, int rows, const R *g,
                                              long count, long next) {
  for (int r = 0; r < rows; r++, g += next) {
    V s = {0};
    R sum = 0;
    for (long k = 0; k < count; k += LV) s += AT(g + k);
    for (int l = 0; l < LV; l++) sum += s[l];
    a[r * stride] += sum;
  }
}
