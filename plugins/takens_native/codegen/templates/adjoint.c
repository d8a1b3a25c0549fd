/* Take gout[n][B][D] of samples start to stop back to gx0[B][D] and to the parameters, gu[P],
   which is added to.

   The states at the saved times are those of the solution, out[n][B][D]. Those of the m
   steps between are computed again: from marks every c steps, so that room for about
   2 sqrt(m) states is enough. */
int adjoint(long start, long stop, long B, long n, long m, long stride, const double *ts,
            const R *parameters, const R *out, const R *gout, R *gx0, R *gu) {
  const long c = m <= 64 ? m : (long)ceil(sqrt((double)m)), marks = (m + c - 1) / c;
  R *w = room(SCRATCH), *u = malloc((NU + 1) * sizeof(R)), *mark = room(marks * D),
    *state = room(c * D), *a = room(NA);
  if (!w || !u || !mark || !state || !a)
    return free(w), free(u), free(mark), free(state), free(a), 1;
  prepare(parameters, u);
  for (long b = start; b < stop; b += W) {
    const int lanes = stop - b < W ? stop - b : W;
    const double *own = ts + b * stride;
    R g[D * W] = {0}, more[D * W], t[W], h[W];
    memset(a, 0, NA * W * sizeof(R));
    for (long j = n - 1; j > 0; j--) {
      load(more, gout + (j * B + b) * D, lanes);
      for (int d = 0; d < D; d++)
        for (int l = 0; l < W; l++) g[d * W + l] += l < lanes ? more[d * W + l] : 0;
      load(mark, out + ((j - 1) * B + b) * D, lanes);
      for (long k = 1; k < marks; k++) {
        R *x = mark + k * D * W;
        memcpy(x, x - D * W, sizeof(g));
        for (long i = (k - 1) * c; i < k * c; i++) {
          tick(t, h, own, stride, j, i, m, lanes);
          step(u, t, h, x, x, w);
        }
      }
      for (long k = marks - 1; k >= 0; k--) {
        const long first = k * c, last = first + c < m ? first + c : m;
        memcpy(state, mark + k * D * W, sizeof(g));
        for (long i = first; i < last - 1; i++) {
          const R *x = state + (i - first) * D * W;
          tick(t, h, own, stride, j, i, m, lanes);
          step(u, t, h, x, (R *)x + D * W, w);
        }
        for (long i = last - 1; i >= first; i--) {
          tick(t, h, own, stride, j, i, m, lanes);
          vjp(u, t, h, state + (i - first) * D * W, g, g, a, gu, w);
        }
      }
    }
    load(more, gout + b * D, lanes);
    for (int d = 0; d < D; d++)
      for (int l = 0; l < lanes; l++) g[d * W + l] += more[d * W + l];
    save(g, gx0 + b * D, lanes);
    collect(a, gu, lanes);
  }
  free(w), free(u), free(mark), free(state), free(a);
  return 0;
}
