/* Lanes beyond the last sample repeat the first, so that they compute nothing strange. */
INLINE void load(R *x, const R *from, int lanes) {
#ifdef INTERLEAVED
  if (lanes == W) {
    load_whole(x, from);
    return;
  }
  R part[W * D];
  memcpy(part, from, lanes * D * sizeof(R));
  for (int l = lanes; l < W; l++)
    for (int d = 0; d < D; d++) part[l * D + d] = from[d];
  load_whole(x, part);
#else
  for (int l = 0; l < W; l++)
    for (int d = 0; d < D; d++) x[d * W + l] = from[(l < lanes ? l : 0) * D + d];
#endif
}

INLINE void save(const R *x, R *to, int lanes) {
#ifdef INTERLEAVED
  if (lanes == W) {
    save_whole(x, to);
    return;
  }
  R part[W * D];
  save_whole(x, part);
  memcpy(to, part, lanes * D * sizeof(R));
#else
  for (int l = 0; l < lanes; l++)
    for (int d = 0; d < D; d++) to[l * D + d] = x[d * W + l];
#endif
}

#ifdef INTERLEAVED
enum { CAN_STREAM = 1 };
#else
enum { CAN_STREAM = 0 };
#endif

/* As save, past the caches. */
INLINE void stream(const R *x, R *to) {
#ifdef INTERLEAVED
  stream_whole(x, to);
#else
  save(x, to, W);
#endif
}

/* Set time and step size of step i of m, between times j - 1 and j of every sample. */
INLINE void tick(R *t, R *h, const double *ts, long stride, long j, long i, long m, int lanes) {
  if (!stride) {
    const double dt = m == 1 ? ts[j] - ts[j - 1] : (ts[j] - ts[j - 1]) / m;
    const R size = (R)dt, now = (R)ts[j - 1] + (R)(i * dt);
    for (int l = 0; l < W; l++) h[l] = size, t[l] = now;
    return;
  }
  for (int l = 0; l < W; l++) {
    const double *own = ts + (l < lanes ? l : 0) * stride, dt = (own[j] - own[j - 1]) / m;
    h[l] = (R)dt;
    t[l] = (R)own[j - 1] + (R)(i * dt);
  }
}

/* Give the step after i at which vectors are made orthonormal: every so many, where the
   transient ends, and at the end of every span that is counted on its own. */
INLINE long pause_at(long i, long steps, long every, long transient, long span) {
  const long regular = (i / every + 1) * every;
  const long part = i < transient ? transient : transient + ((i - transient) / span + 1) * span;
  const long first = regular < part ? regular : part;
  return first < steps ? first : steps;
}

static R *room(long entries) {
  void *found = 0;
  return posix_memalign(&found, 64, (entries + 1) * W * sizeof(R)) ? 0 : (R *)found;
}
