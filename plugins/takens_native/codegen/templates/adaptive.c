/* Solve samples start to stop, each with steps of its own, over times ts[n] that are `stride`
   apart from sample to sample: out[n][B][D]. A lane whose sample is done takes the next one, so
   that a stiff sample delays no other.

   first[B] are the first step sizes, where given. The first `room_for` accepted steps of every
   sample are kept for the adjoint in steps_t, steps_h and steps_x. */

typedef struct {
  double safety, smallest, largest, alpha, beta, inverse_order, rtol, atol, max_step;
  long max_steps, evaluations;
} Control;

/* The start of Hairer, Norsett and Wanner, Solving ODEs I, section II.4. */
static void begin(const Control *c, const R *u, const R *x, const R *slope, const double *start,
                  const double *span, double *dt, R *w) {
  R t[W], y[D * W], ahead[D * W];
  double d0[W] = {0}, d1[W] = {0}, d2[W] = {0};
  for (int d = 0; d < D; d++)
    for (int l = 0; l < W; l++) {
      const R scale = (R)c->atol + (R)c->rtol * ABS(x[d * W + l]);
      const R a = x[d * W + l] / scale, b = slope[d * W + l] / scale;
      d0[l] += a * a, d1[l] += b * b;
    }
  /* The time in which the state would double, or, from nothing, become what is tolerated; a
     share of the whole where it rests. */
  double unit[W];
  for (int l = 0; l < W; l++) {
    const double whole = fabs(span[l]);
    d0[l] = sqrt(d0[l] / D), d1[l] = sqrt(d1[l] / D);
    unit[l] = d1[l] > 0 ? (d0[l] < 1e-5 ? 1 : d0[l]) / d1[l] : 1e-4 * whole;
    unit[l] = unit[l] > 0 ? fmin(unit[l], 100 * whole) : 1e-4 * whole;
    dt[l] = (span[l] < 0 ? -0.01 : 0.01) * unit[l];
    t[l] = (R)(start[l] + dt[l]);
    for (int d = 0; d < D; d++) y[d * W + l] = x[d * W + l] + (R)dt[l] * slope[d * W + l];
  }
  field(u, t, y, ahead, w);
  for (int l = 0; l < W; l++) {
    const double h = fabs(dt[l]);
    for (int d = 0; d < D; d++) {
      const R scale = (R)c->atol + (R)c->rtol * ABS(x[d * W + l]);
      const R a = (ahead[d * W + l] - slope[d * W + l]) / scale;
      d2[l] += a * a;
    }
    const double steepest = fmax(d1[l] * unit[l], sqrt(d2[l] / D) / h * unit[l] * unit[l]);
    double next = unit[l] * pow(0.01 / fmax(steepest, 1e-15), c->inverse_order);
    if (!(next - next == 0)) next = h;
    next = fmin(fmin(100 * h, next), fabs(span[l]));
    dt[l] = span[l] < 0 ? -next : next;
  }
}

int solve(long start, long stop, long B, long n, long stride, const double *ts, const Control *c,
          const R *parameters, const R *x0, const double *first, R *out, long *statistics,
          double *time, long room_for, double *steps_t, double *steps_h, R *steps_x) {
  long *status = statistics, *reached = status + B, *accepted = reached + B,
       *rejected = accepted + B, *component = rejected + B, *evaluations = component + B;
  R *w = room(SCRATCH), *u = malloc((NU + 1) * sizeof(R)), *slopes = malloc((stop - start) * D * sizeof(R));
  R *k = room(STAGES * D), *q = room(DEGREE * D);
  double *sizes = malloc((stop - start) * sizeof(double));
  if (!w || !u || !slopes || !k || !q || !sizes)
    return free(w), free(u), free(slopes), free(k), free(q), free(sizes), 1;
  prepare(parameters, u);
  for (long b = start; b < stop; b += W) {
    const int lanes = stop - b < W ? stop - b : W;
    R x[D * W], slope[D * W], tr[W];
    double from[W], span[W], dt[W];
    load(x, x0 + b * D, lanes);
    for (int l = 0; l < W; l++) {
      const double *own = ts + (b + (l < lanes ? l : 0)) * stride;
      from[l] = own[0], span[l] = own[n - 1] - own[0], tr[l] = (R)own[0];
    }
    field(u, tr, x, slope, w);
    if (first)
      for (int l = 0; l < lanes; l++) dt[l] = first[b + l];
    else
      begin(c, u, x, slope, from, span, dt, w);
    save(slope, slopes + (b - start) * D, lanes);
    for (int l = 0; l < lanes; l++) sizes[b - start + l] = dt[l];
  }

  const double safety = c->safety, smallest = c->smallest, largest = c->largest;
  const double alpha = c->alpha, beta = c->beta, inverse_order = c->inverse_order;
  long sample[W], at[W], next = start, active = 0;
  double t[W], dt[W], step[W], end[W], log_before[W], gain[W];
  int last[W], good[W], failed[W];
  R x[D * W] = {0}, y[D * W], tr[W], h[W], norm[W], ratio[D * W];
  memset(k, 0, STAGES * D * W * sizeof(R));
  for (int l = 0; l < W; l++) sample[l] = -1, t[l] = dt[l] = end[l] = 0;

  for (;;) {
    for (int l = 0; l < W; l++) {
      while (sample[l] < 0 && next < stop) {
        const long s = next++;
        const double *own = ts + s * stride;
        for (int d = 0; d < D; d++) {
          x[d * W + l] = out[s * D + d] = x0[s * D + d];
          k[d * W + l] = slopes[(s - start) * D + d];
        }
        status[s] = n < 2 ? DONE : RUNNING;
        reached[s] = 1, accepted[s] = rejected[s] = component[s] = evaluations[s] = 0, time[s] = own[0];
        if (n < 2) continue;
        sample[l] = s, at[l] = 1, failed[l] = 0, log_before[l] = 0, active++;
        t[l] = own[0], end[l] = own[n - 1], dt[l] = sizes[s - start];
      }
      /* An idle lane repeats its last sample with a step of nothing. */
      if (sample[l] < 0) end[l] = t[l];
    }
    if (!active) break;

    LANES for (int l = 0; l < W; l++) {
      const double left = end[l] - t[l];
      const double most = fabs(dt[l]) > c->max_step ? copysign(c->max_step, dt[l]) : dt[l];
      last[l] = fabs(most) >= fabs(left) * (1 - 1e-10);
      step[l] = last[l] ? left : most;
      h[l] = (R)step[l];
      tr[l] = (R)t[l];
    }
    trial(u, tr, h, x, y, k, norm, ratio, w);
    /* In loops of their own, logarithm and exponential are taken of all lanes at once. */
    double size[W], power[W];
    for (int l = 0; l < W; l++) {
      const double e = norm[l] == norm[l] ? norm[l] : INFINITY;
      good[l] = e <= 1;
      size[l] = e > 1e-10 ? e : 1e-10;
    }
    LANES for (int l = 0; l < W; l++) size[l] = log(size[l]);
    for (int l = 0; l < W; l++)
      power[l] = good[l] ? beta * log_before[l] - alpha * size[l] : -inverse_order * size[l];
    LANES for (int l = 0; l < W; l++) power[l] = exp(power[l]);
    for (int l = 0; l < W; l++) {
      double factor = safety * power[l];
      factor = factor < smallest ? smallest : factor;
      const double most = good[l] && !failed[l] ? largest : 1;
      gain[l] = factor > most ? most : factor;
      /* ln 1e-4 */
      log_before[l] = good[l] ? (size[l] > -9.210340371976182 ? size[l] : -9.210340371976182)
                              : log_before[l];
    }

    int between = 0;
    for (int l = 0; l < W; l++)
      if (sample[l] >= 0 && good[l]) {
        const double *own = ts + sample[l] * stride, to = last[l] ? end[l] : t[l] + step[l];
        if (step[l] > 0 ? own[at[l]] < to : own[at[l]] > to) between = 1;
      }
    if (between) dense(u, tr, h, x, k, q, w);

    for (int l = 0; l < W; l++) {
      const long s = sample[l];
      if (s < 0) continue;
      const double from = t[l], to = last[l] ? end[l] : t[l] + step[l];
      const double proposal = step[l] * gain[l];
      int ended = RUNNING;
      if (good[l]) {
        const double *own = ts + s * stride;
        const double sign = step[l] < 0 ? -1 : 1, reach = to * sign;
        long j = at[l];
        if (j < n && own[j] * sign < reach) {
          R base[D], piece[DEGREE * D];
          const double length = step[l];
          for (int d = 0; d < D; d++) base[d] = x[d * W + l];
          for (int e = 0; e < DEGREE * D; e++) piece[e] = q[e * W + l];
          for (; j < n && own[j] * sign < reach; j++) {
            R *o = out + (j * B + s) * D;
            const R theta = (R)((own[j] - from) / length);
            for (int d = 0; d < D; d++) {
              R value = piece[(DEGREE - 1) * D + d];
              for (int p = DEGREE - 2; p >= 0; p--) value = value * theta + piece[p * D + d];
              o[d] = base[d] + theta * value;
            }
          }
        }
        for (; j < n && own[j] == to; j++)
          for (int d = 0; d < D; d++) out[(j * B + s) * D + d] = y[d * W + l];
        at[l] = j;
        if (accepted[s] < room_for) {
          const long r = s * room_for + accepted[s];
          steps_t[r] = from, steps_h[r] = step[l];
          for (int d = 0; d < D; d++) steps_x[r * D + d] = x[d * W + l];
        }
        accepted[s]++;
        t[l] = to;
        if (last[l]) ended = DONE;
        for (int d = 0; d < D; d++) {
          x[d * W + l] = y[d * W + l];
          if (FSAL) k[d * W + l] = k[((FSAL - 1) * D + d) * W + l];
        }
      } else
        rejected[s]++;
      /* A step that was cut at the end or at the longest says little about the next one. */
      const int cut = good[l] && fabs(step[l]) < fabs(dt[l]) && fabs(proposal) < fabs(dt[l]);
      if (!cut) dt[l] = proposal;
      failed[l] = !good[l];
      /* Accepted steps may shrink below what the time can resolve, too, as before a pole. */
      if (ended == RUNNING && fabs(dt[l]) <= fmax(10 * 2.220446049250313e-16 * fabs(t[l]), 1e-307))
        ended = norm[l] - norm[l] == 0 ? UNDERFLOW : NOT_FINITE;
      if (ended == RUNNING && accepted[s] + rejected[s] >= c->max_steps) ended = MAX_STEPS;
      if (ended == RUNNING) continue;
      R most = -1;
      for (int d = 0; d < D; d++) {
        const R r = ratio[d * W + l] == ratio[d * W + l] ? ratio[d * W + l] : (R)INFINITY;
        if (r > most) most = r, component[s] = d;
      }
      evaluations[s] = 2 + (accepted[s] + rejected[s]) * c->evaluations;
      status[s] = ended, reached[s] = at[l], time[s] = t[l];
      for (long j = at[l]; j < n; j++)
        for (int d = 0; d < D; d++) out[(j * B + s) * D + d] = x[d * W + l];
      sample[l] = -1, active--;
    }
  }
  free(w), free(u), free(slopes), free(k), free(q), free(sizes);
  return 0;
}
