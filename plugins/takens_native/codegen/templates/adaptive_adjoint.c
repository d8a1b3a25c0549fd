/* Take gout[n][B][D] of samples start to stop back through the steps that were taken, to gx0[B][D] and gu[P].

   Sample `order[i]` took count[] steps, which begin at steps_t, steps_x and have the length
   steps_h. Samples with about as many steps share a block. */
int adjoint(long start, long stop, long B, long n, long stride, const double *ts,
            const R *parameters, const R *gout, const long *order, const long *count,
            const long *reached, long room_for, const double *steps_t, const double *steps_h,
            const R *steps_x, R *gx0, R *gu) {
  R *w = room(SCRATCH), *u = malloc((NU + 1) * sizeof(R)), *a = room(NA), *b = room(NB);
  if (!w || !u || !a || !b) return free(w), free(u), free(a), free(b), 1;
  prepare(parameters, u);
  for (long first = start; first < stop; first += W) {
    const int lanes = stop - first < W ? stop - first : W;
    long i[W], j[W], s[W];
    R x[D * W], t[W], h[W], g[D * W], gx[D * W], gq[DEGREE * D * W];
    memset(a, 0, (NA) * W * sizeof(R));
    memset(b, 0, (NB) * W * sizeof(R));
    memset(g, 0, sizeof(g));
    for (int l = 0; l < W; l++) {
      s[l] = order[first + (l < lanes ? l : 0)];
      i[l] = count[s[l]] - 1, j[l] = n - 1;
      if (l >= lanes) continue;
      /* Times that were not reached repeat the last state. */
      for (; j[l] >= reached[s[l]]; j[l]--)
        for (int d = 0; d < D; d++) g[d * W + l] += gout[(j[l] * B + s[l]) * D + d];
    }
    for (long left = count[s[0]]; left > 0; left--) {
      int between = 0;
      memset(gq, 0, sizeof(gq));
      memset(gx, 0, sizeof(gx));
      for (int l = 0; l < W; l++) {
        const long r = s[l] * room_for + (i[l] < 0 ? 0 : i[l]);
        /* A lane that is done goes on with steps of nothing. */
        t[l] = (R)steps_t[r], h[l] = i[l] < 0 ? 0 : (R)steps_h[r];
        for (int d = 0; d < D; d++) x[d * W + l] = steps_x[r * D + d];
        if (l >= lanes || i[l] < 0) continue;
        const double *own = ts + s[l] * stride, from = steps_t[r];
        const double to = i[l] + 1 < count[s[l]] ? steps_t[r + 1] : INFINITY;
        const double sign = steps_h[r] < 0 ? -1 : 1;
        for (; j[l] > 0 && own[j[l]] * sign > from * sign; j[l]--) {
          const R *more = gout + (j[l] * B + s[l]) * D;
          const double theta = (own[j[l]] - from) / steps_h[r];
          if (own[j[l]] == to || theta == 1) {
            for (int d = 0; d < D; d++) g[d * W + l] += more[d];
            continue;
          }
          between = 1;
          for (int d = 0; d < D; d++) {
            R power = more[d];
            gx[d * W + l] += power;
            for (int p = 0; p < DEGREE; p++)
              gq[(p * D + d) * W + l] += power *= (R)theta;
          }
        }
      }
      if (between)
        vjp_dense(u, t, h, x, g, gq, g, a, gu, w);
      else
        vjp(u, t, h, x, g, g, b, gu, w);
      for (int d = 0; d < D * W; d++) g[d] += gx[d];
      for (int l = 0; l < W; l++) i[l]--;
    }
    for (int l = 0; l < lanes; l++)
      for (int d = 0; d < D; d++) {
        R total = g[d * W + l];
        /* The first time may be repeated. */
        for (long first_of = j[l]; first_of >= 0; first_of--)
          total += gout[(first_of * B + s[l]) * D + d];
        gx0[s[l] * D + d] = total;
      }
    collect_dense(a, gu, lanes);
    collect(b, gu, lanes);
  }
  free(w), free(u), free(a), free(b);
  return 0;
}
