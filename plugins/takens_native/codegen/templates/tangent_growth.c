/* Take K tangent vectors v[D][K] along with samples start to stop, make them orthonormal every `every` steps, and sum the
   logarithms of their lengths after `transient` steps, in equal parts: sums[B][blocks][K]. The
   states and tangents[B][D][K] are advanced in place, by modified Gram-Schmidt. A vector of no
   length stays nothing, and the logarithm of its length is minus infinity. */
int solve(long start, long stop, long steps, long every, long transient, long blocks, double t0,
          double dt, const R *parameters, R *tangents, R *states, double *sums) {
  R *w = room(SCRATCH), *u = malloc((NU + 1) * sizeof(R)), *v = room(D * K);
  if (!w || !u || !v) return free(w), free(u), free(v), 1;
  prepare(parameters, u);
  const long span = (steps - transient) / blocks;
  memset(sums + start * blocks * K, 0, (stop - start) * blocks * K * sizeof(double));
  for (long b = start; b < stop; b += W) {
    const int lanes = stop - b < W ? stop - b : W;
    R x[D * W], t[W], h[W], *own = tangents + b * D * K;
    load(x, states + b * D, lanes);
    for (int l = 0; l < W; l++)
      for (int e = 0; e < D * K; e++) v[e * W + l] = own[(l < lanes ? l : 0) * D * K + e];
    for (int l = 0; l < W; l++) h[l] = (R)dt;
    for (long i = 0; i < steps;) {
      const long pause = pause_at(i, steps, every, transient, span);
      for (; i < pause; i++) {
        for (int l = 0; l < W; l++) t[l] = (R)(t0 + i * dt);
        jvp(u, t, h, x, v, x, v, w);
      }
      const long block = i > transient ? (i - 1 - transient) / span : 0;
      for (int p = 0; p < K; p++) {
        R length[W] = {0}, inverse[W];
        double size[W];
        for (int q = 0; q < p; q++) {
          R dot[W] = {0};
          for (int d = 0; d < D; d++) LANES for (int l = 0; l < W; l++)
            dot[l] += v[(d * K + p) * W + l] * v[(d * K + q) * W + l];
          for (int d = 0; d < D; d++) LANES for (int l = 0; l < W; l++)
            v[(d * K + p) * W + l] -= dot[l] * v[(d * K + q) * W + l];
        }
        for (int d = 0; d < D; d++) LANES for (int l = 0; l < W; l++)
          length[l] += v[(d * K + p) * W + l] * v[(d * K + p) * W + l];
        LANES for (int l = 0; l < W; l++) {
          length[l] = SQRT(length[l]);
          inverse[l] = length[l] > 0 ? 1 / length[l] : 0;
        }
        for (int d = 0; d < D; d++) LANES for (int l = 0; l < W; l++)
          v[(d * K + p) * W + l] *= inverse[l];
        if (i <= transient) continue;
        LANES for (int l = 0; l < W; l++) size[l] = log((double)length[l]);
        for (int l = 0; l < lanes; l++) sums[((b + l) * blocks + block) * K + p] += size[l];
      }
    }
    save(x, states + b * D, lanes);
    for (int l = 0; l < lanes; l++)
      for (int e = 0; e < D * K; e++) own[l * D * K + e] = v[e * W + l];
  }
  free(w), free(u), free(v);
  return 0;
}
