/* Solve from x0[B][D] over n times, `stride` apart from sample to sample, with m steps between
   two of them: out[n][B][D], of which this batch is a part of `all` samples. */
int solve(long B, long all, long n, long m, long stride, const double *ts, const R *parameters,
          const R *x0, R *out) {
  R *w = room(SCRATCH), *u = malloc((NU + 1) * sizeof(R));
  if (!w || !u) return free(w), free(u), 1;
  prepare(parameters, u);
  if (B == all) expect(out, n * all * D * sizeof(R));
  for (long b = 0; b < B; b += W) {
    const int lanes = B - b < W ? B - b : W;
    R x[D * W], t[W], h[W], *to = out + b * D;
    load(x, x0 + b * D, lanes);
    save(x, to, lanes);
    for (long j = 1; j < n; j++) {
      for (long i = 0; i < m; i++) {
        tick(t, h, ts + b * stride, stride, j, i, m, lanes);
        step(u, t, h, x, x, w);
      }
      save(x, to + j * all * D, lanes);
    }
  }
  free(w), free(u);
  return 0;
}
