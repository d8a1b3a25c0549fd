/* Solve samples start to stop from x0[B][D] over n times, `stride` apart from sample to sample,
   with m steps between two of them: out[n][B][D].

   One sample has its state in registers. Blocks of lanes go in groups whose states stay in the
   nearest cache: what a group saves at one time stands side by side, which memory takes several
   times faster than block by block. */
enum { GROUP = 8192 / (D * W * sizeof(R)) > 1 ? 8192 / (D * W * sizeof(R)) : 1 };

int solve(long start, long stop, long B, long n, long m, long stride, long again,
          const double *ts, const R *parameters, const R *x0, R *out) {
  R *w = room(SCRATCH), *u = malloc((NU + 1) * sizeof(R)), *xs = room(GROUP * D);
  if (!w || !u || !xs) return free(w), free(u), free(xs), 1;
  prepare(parameters, u);
  /* Memory that was in use before is written around the caches, as nothing reads it here. */
  const int around = again && CAN_STREAM && !((size_t)out % REGISTER) &&
                     !(B * D * sizeof(R) % REGISTER);
  if (W == 1) {
    R x[D], t[1], h[1];
    memcpy(x, x0, sizeof(x));
    memcpy(out, x, sizeof(x));
    for (long j = 1; j < n; j++) {
      for (long i = 0; i < m; i++) {
        tick(t, h, ts, stride, j, i, m, 1);
        step(u, t, h, x, x, w);
      }
      memcpy(out + j * D, x, sizeof(x));
    }
    return free(w), free(u), free(xs), 0;
  }
  for (long first = start; first < stop; first += GROUP * W) {
    const long end = first + GROUP * W < stop ? first + GROUP * W : stop;
    for (long b = first; b < end; b += W) {
      R *x = xs + (b - first) * D;
      const int lanes = stop - b < W ? stop - b : W;
      load(x, x0 + b * D, lanes);
      save(x, out + b * D, lanes);
    }
    for (long j = 1; j < n; j++)
      for (long b = first; b < end; b += W) {
        R *from = xs + (b - first) * D, x[D * W], t[W], h[W];
        const int lanes = stop - b < W ? stop - b : W;
        memcpy(x, from, sizeof(x));
        for (long i = 0; i < m; i++) {
          tick(t, h, ts + b * stride, stride, j, i, m, lanes);
          step(u, t, h, x, x, w);
        }
        memcpy(from, x, sizeof(x));
        if (around && lanes == W)
          stream(x, out + (j * B + b) * D);
        else
          save(x, out + (j * B + b) * D, lanes);
      }
  }
  if (around) FENCE();
  free(w), free(u), free(xs);
  return 0;
}
