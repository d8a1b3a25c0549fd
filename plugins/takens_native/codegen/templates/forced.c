/* Where numbers lie: of a member, a sample, a step and a unit. */
typedef struct {
  const R *from;
  long member, sample, step, unit;
} Series;

/* Strengths of forcing, of `units` units. A signal that is NaN is a gap, and forces nothing. */
typedef struct {
  const double *from;
  long member, step, units;
} Strength;

INLINE void bring(R *x, const R *from, long sample, long unit, int lanes) {
  for (int l = 0; l < W; l++)
    for (int d = 0; d < D; d++) x[d * W + l] = from[(l < lanes ? l : 0) * sample + d * unit];
}

INLINE void force(R *x, const Series *signal, const Strength *strength, long m, long b, long t,
                  int lanes) {
  const double share = strength->from[m * strength->member + t * strength->step];
  if (share == 0) return;
  const R *from = signal->from + m * signal->member + b * signal->sample + t * signal->step;
  const R wanted = (R)share, left = (R)(1 - share);
  for (long k = 0; k < strength->units; k++)
    for (int l = 0; l < W; l++) {
      const R value = from[(l < lanes ? l : 0) * signal->sample + k * signal->unit];
      const R forced = share == 1 ? value : left * x[k * W + l] + wanted * value;
      x[k * W + l] = value == value ? forced : x[k * W + l];
    }
}

/* Take the gradient of forced states back to those before. */
INLINE void unforce(R *g, const Series *signal, const Strength *strength, long m, long b, long t,
                    int lanes) {
  const double share = strength->from[m * strength->member + t * strength->step];
  if (share == 0) return;
  const R *from = signal->from + m * signal->member + b * signal->sample + t * signal->step;
  const R left = (R)(1 - share);
  for (long k = 0; k < strength->units; k++)
    for (int l = 0; l < W; l++) {
      const R value = from[(l < lanes ? l : 0) * signal->sample + k * signal->unit];
      const R before = share == 1 ? 0 : left * g[k * W + l];
      g[k * W + l] = value == value ? before : g[k * W + l];
    }
}

/* Iterate blocks of lanes start to stop, counted member by member, for T steps from
   x0[members][B][D] to out[members][B][T][D]. */
int solve(long start, long stop, long B, long T, const R *parameters, long P, const R *x0,
            const Series *signal, const Strength *strength, R *out) {
  const long blocks = (B + W - 1) / W;
  R *w = room(SCRATCH), *u = malloc((NU + 1) * sizeof(R)), *x = room(D);
  if (!w || !u || !x) return free(w), free(u), free(x), 1;
  for (long i = start; i < stop; i++) {
    const long m = i / blocks, b = i % blocks * W, at = m * B + b;
    const int lanes = B - b < W ? B - b : W;
    if (i == start || b == 0) prepare(parameters + m * P, u);
    bring(x, x0 + at * D, D, 1, lanes);
    for (long t = 0; t < T; t++) {
      force(x, signal, strength, m, b, t, lanes);
      step(u, x, x, w);
      R *to = out + (at * T + t) * D;
      for (int l = 0; l < lanes; l++)
        for (int d = 0; d < D; d++) to[l * T * D + d] = x[d * W + l];
    }
  }
  free(w), free(u), free(x);
  return 0;
}

/* Take the gradient of out back to gx0[members][B][D] and to the parameters, gu[members][P],
   which is added to. The forced states are made again from out; the vectors that gradients of
   matrices need are kept for KEPT steps, so that their products have a long inner dimension. */
int adjoint(long start, long stop, long B, long T, const R *parameters, long P, const R *x0,
            const Series *signal, const Strength *strength, const R *out, const Series *gout,
            R *gx0, R *gu) {
  const long blocks = (B + W - 1) / W, parts = (T + KEPT - 1) / KEPT;
  const long kept = (T + parts - 1) / parts;
  R *w = room(SCRATCH), *u = malloc((NU + 1) * sizeof(R)), *x = room(D), *g = room(D),
    *a = room(NA), *s = malloc((TAPE * ROW + 1) * sizeof(R));
  if (!w || !u || !x || !g || !a || !s)
    return free(w), free(u), free(x), free(g), free(a), free(s), 1;
  for (long i = start; i < stop; i++) {
    const long m = i / blocks, b = i % blocks * W, at = m * B + b;
    const int lanes = B - b < W ? B - b : W;
    if (i == start || b == 0) prepare(parameters + m * P, u);
    memset(g, 0, D * W * sizeof(R));
    memset(a, 0, NA * W * sizeof(R));
    for (long last = T; last > 0;) {
      const long first = last > kept ? last - kept : 0;
      for (long t = last - 1; t >= first; t--) {
        const R *more = gout->from + m * gout->member + b * gout->sample + t * gout->step;
        for (int l = 0; l < lanes; l++)
          for (int d = 0; d < D; d++) g[d * W + l] += more[l * gout->sample + d * gout->unit];
        if (t)
          bring(x, out + (at * T + t - 1) * D, T * D, 1, lanes);
        else
          bring(x, x0 + at * D, D, 1, lanes);
        force(x, signal, strength, m, b, t, lanes);
        vjp(u, x, g, g, a, s + (t - first) * W, w);
        unforce(g, signal, strength, m, b, t, lanes);
      }
      const long count = (last - first) * W, whole = (count + LV - 1) / LV * LV;
      if (whole > count)
        for (long r = 0; r < TAPE; r++)
          for (long k = count; k < whole; k++) s[r * ROW + k] = 0;
      gather_steps(s, gu + m * P, whole);
      last = first;
    }
    for (int l = 0; l < lanes; l++)
      for (int d = 0; d < D; d++) gx0[(at + l) * D + d] = g[d * W + l];
    collect(a, gu + m * P, lanes);
  }
  free(w), free(u), free(x), free(g), free(a), free(s);
  return 0;
}
