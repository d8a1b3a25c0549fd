/* Push K tangent vectors v[D][K] along, make them orthonormal every `every` steps, and sum the
   logarithms of their lengths after `transient` steps: sums[B][K]. The states are advanced in
   place. Orthonormalised by modified Gram-Schmidt. */
int exponents(long B, long steps, long every, long transient, double t0, double dt, const R *parameters,
              const R *tangents, R *states, double *sums) {
  R *w = room(SCRATCH), *u = malloc((NU + 1) * sizeof(R)), *v = room(D * K);
  if (!w || !u || !v) return free(w), free(u), free(v), 1;
  prepare(parameters, u);
  for (long b = 0; b < B; b += W) {
    const int lanes = B - b < W ? B - b : W;
    R x[D * W], t[W], h[W];
    double sum[K * W] = {0};
    load(x, states + b * D, lanes);
    for (int e = 0; e < D * K; e++)
      for (int l = 0; l < W; l++) v[e * W + l] = tangents[e];
    for (int l = 0; l < W; l++) h[l] = (R)dt;
    for (long i = 0; i < steps; i++) {
      for (int l = 0; l < W; l++) t[l] = (R)(t0 + i * dt);
      push(u, t, h, x, v, x, v, w);
      if ((i + 1) % every && i + 1 != steps && i + 1 != transient) continue;
      for (int p = 0; p < K; p++) {
        R length[W] = {0};
        for (int q = 0; q < p; q++) {
          R dot[W] = {0};
          for (int d = 0; d < D; d++) LANES for (int l = 0; l < W; l++)
            dot[l] += v[(d * K + p) * W + l] * v[(d * K + q) * W + l];
          for (int d = 0; d < D; d++) LANES for (int l = 0; l < W; l++)
            v[(d * K + p) * W + l] -= dot[l] * v[(d * K + q) * W + l];
        }
        for (int d = 0; d < D; d++) LANES for (int l = 0; l < W; l++)
          length[l] += v[(d * K + p) * W + l] * v[(d * K + p) * W + l];
        LANES for (int l = 0; l < W; l++) length[l] = SQRT(length[l]);
        for (int d = 0; d < D; d++) LANES for (int l = 0; l < W; l++)
          v[(d * K + p) * W + l] /= length[l];
        if (i >= transient) LANES for (int l = 0; l < W; l++)
          sum[p * W + l] += log((double)length[l]);
      }
    }
    save(x, states + b * D, lanes);
    for (int l = 0; l < lanes; l++)
      for (int p = 0; p < K; p++) sums[(b + l) * K + p] = sum[p * W + l];
  }
  free(w), free(u), free(v);
  return 0;
}
