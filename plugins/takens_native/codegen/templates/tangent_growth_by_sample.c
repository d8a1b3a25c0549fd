/* Take K tangent vectors, the lanes, along with one state after the other; else as in
   tangent_growth.c. */
int solve(long start, long stop, long steps, long every, long transient, long blocks, double t0,
          double dt, const R *parameters, R *tangents, R *states, double *sums) {
  R *w = room(SCRATCH), *u = malloc((NU + 1) * sizeof(R)), *v = room(D);
  if (!w || !u || !v) return free(w), free(u), free(v), 1;
  prepare(parameters, u);
  const long span = (steps - transient) / blocks;
  for (long b = start; b < stop; b++) {
    R x[D], *own = tangents + b * D * K;
    double product[K], *sum = sums + b * blocks * K;
    memcpy(x, states + b * D, sizeof(x));
    for (int d = 0; d < D; d++)
      for (int l = 0; l < W; l++) v[d * W + l] = l < K ? own[d * K + l] : 0;
    for (int p = 0; p < K; p++) product[p] = 1;
    memset(sum, 0, blocks * K * sizeof(double));
    for (long i = 0; i < steps;) {
      const long pause = pause_at(i, steps, every, transient, span);
      for (; i < pause; i++) {
        const R t = (R)(t0 + i * dt);
        point(u, &t, x, x, u + GIVEN, w);
        jvp(u, v, v, w);
      }
      double length[K];
      for (int p = 0; p < K; p++) {
        R dot[W] = {0}, pivot[D];
        for (int d = 0; d < D; d++) {
          const R a = pivot[d] = v[d * W + p];
          LANES for (int l = 0; l < W; l++) dot[l] += a * v[d * W + l];
        }
        const R square = dot[p], size = SQRT(square);
        const R one = size > 0 ? 1 / size : 0, two = size > 0 ? 1 / square : 0;
        LANES for (int l = 0; l < W; l++) dot[l] = l > p ? dot[l] * two : 0;
        for (int d = 0; d < D; d++) {
          LANES for (int l = 0; l < W; l++) v[d * W + l] -= dot[l] * pivot[d];
          v[d * W + p] = pivot[d] * one;
        }
        length[p] = size;
      }
      if (i <= transient) continue;
      /* The logarithm of a product is taken when it leaves the range of good numbers. */
      const long block = (i - 1 - transient) / span;
      const int complete = i - transient == (block + 1) * span;
      for (int p = 0; p < K; p++) {
        product[p] *= length[p];
        if (complete || !(product[p] > 1e-100 && product[p] < 1e100))
          sum[block * K + p] += log(product[p]), product[p] = 1;
      }
    }
    memcpy(states + b * D, x, sizeof(x));
    for (int d = 0; d < D; d++)
      for (int p = 0; p < K; p++) own[d * K + p] = v[d * W + p];
  }
  free(w), free(u), free(v);
  return 0;
}
