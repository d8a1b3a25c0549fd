"""How fast judging is: prints seconds, and how many times faster than the usual loop.

    python benchmarks/judging.py [--quick]

One thread, double precision, medians of the processor time of three calls after a first one
that traces and compiles. The usual loop is a Jacobian by torch.autograd.functional.jacobian
and a QR at every step, timed over a few hundred steps.
"""

# pyright: basic

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import torch
from torch import Tensor

import takens
from takens_integrators import RK4
from takens_metrics import LyapunovSpectrum, StateSpaceDivergence
from takens_metrics.lyapunov.tangent_growth import directions, push
from takens_systems import Lorenz63

torch.set_num_threads(1)


def timed(work: Callable[[], Any], times: int = 3) -> tuple[float, float]:
    """Return the seconds of the first call, and the median processor time of later ones."""
    began = time.perf_counter()
    work()
    first = time.perf_counter() - began
    found: list[float] = []
    for _ in range(times):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return first, statistics.median(found)


def lorenz_starts(count: int) -> Tensor:
    """Return starts on the attractor, `(count, 3)`."""
    return takens.simulate(Lorenz63(), dt=0.01, steps=2, trajectories=count, seed=0).x[:, -1]


def usual_loop(step: takens.plugin.Map, x: Tensor, steps: int) -> None:
    """Follow one orbit `x: (d,)` as tutorials do."""
    q = torch.eye(len(x), dtype=x.dtype)
    total = torch.zeros(len(x), dtype=x.dtype)
    for _ in range(steps):
        jacobian = torch.autograd.functional.jacobian(step, x)  # pyright: ignore
        x = step(x).detach()
        q, r = torch.linalg.qr(jacobian @ q)  # pyright: ignore
        total += r.diagonal().abs().log()


def jax_scan(x0: Tensor, steps: int, every: int) -> Callable[[], Any] | None:
    """Return a jitted scan of states and tangents with QR, for many starts at once."""
    if find_spec("jax") is None:
        return None
    import jax  # pyright: ignore[reportMissingImports]
    import jax.numpy as jnp  # pyright: ignore[reportMissingImports]

    jax.config.update("jax_enable_x64", True)

    def field(x: Any) -> Any:
        a, b, c = x
        return jnp.stack((10.0 * (b - a), a * (28.0 - c) - b, a * b - 8 / 3 * c))

    def step(x: Any) -> Any:
        h = 0.01
        k1 = field(x)
        k2 = field(x + h / 2 * k1)
        k3 = field(x + h / 2 * k2)
        k4 = field(x + h * k3)
        return x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)

    def push_one(carry: Any, _: Any) -> Any:
        x, v = carry
        return (step(x), jax.vmap(lambda w: jax.jvp(step, (x,), (w,))[1], 1, 1)(v)), None

    def block(carry: Any, _: Any) -> Any:
        x, v, sums = carry
        (x, v), _ = jax.lax.scan(push_one, (x, v), None, length=every)
        q, r = jnp.linalg.qr(v)
        return (x, q, sums + jnp.log(jnp.abs(jnp.diagonal(r)))), None

    def whole(x: Any) -> Any:
        carry = (x, jnp.eye(3), jnp.zeros(3))
        return jax.lax.scan(block, carry, None, length=steps // every)[0][2]

    compiled = jax.jit(jax.vmap(whole))
    numbers = x0.numpy()
    return lambda: compiled(numbers).block_until_ready()


def dysts_estimator() -> Callable[[], Any] | None:
    """Return dysts' own estimate from 500 points, the fewest that it takes sensibly."""
    if find_spec("dysts") is None:
        return None
    from dysts.analysis import (  # pyright: ignore[reportMissingImports]
        find_lyapunov_exponents,
    )
    from dysts.flows import Lorenz  # pyright: ignore[reportMissingImports]

    return lambda: find_lyapunov_exponents(Lorenz(), 500, pts_per_period=100)


def line(name: str, seconds: float, note: str) -> None:
    """Print one result."""
    print(f"{name:<62}{seconds:>10.4f} s   {note}", flush=True)


def spectra(quick: bool) -> None:
    """Time spectra of Lorenz 63 and of a shallow PLRNN."""
    steps = 31_250 if quick else 312_500
    step, x0 = takens.plugin.flow_map(Lorenz63(), RK4(), 0.01), lorenz_starts(32)
    metric = LyapunovSpectrum(steps=steps, transient=1_000)
    first, whole = timed(lambda: metric.measure(step, x0, 0.01))
    each = whole / (steps * 32)
    line(
        f"Lorenz 63, whole spectrum, checks included, {32 * steps:,} steps",
        whole,
        f"{1e9 * each:.0f} ns a step (first call {first:.1f} s)",
    )
    with torch.no_grad():
        v = directions(x0, 3, 3)
        _, pushed = timed(lambda: push(step, x0, v, every=50, steps=steps))
        _, often = timed(lambda: push(step, x0, v, every=1, steps=steps))
        _, alone = timed(lambda: takens.plugin.orbit(step, x0, steps, every=steps))
    line("  of which pushing state and tangents, QR every 50 steps", pushed, "")
    line("  the same with QR at every step", often, "")
    line("  the state alone", alone, "")
    _, loop = timed(lambda: usual_loop(step, x0[0], 200), 1)
    line("  usual loop, 200 steps", loop, f"{loop / 200 / each:,.0f} times slower a step")
    scan = jax_scan(x0, steps // 10, 50)
    if scan is not None:
        _, theirs = timed(scan)
        ratio = theirs / (steps // 10) / 32 / each
        line(
            "  JAX scan of tangents, jitted, a tenth of it",
            theirs,
            f"{ratio:.1f} times slower a step",
        )
    estimator = dysts_estimator()
    if estimator is not None:
        _, theirs = timed(estimator, 1)
        ratio = theirs / 500 / each
        line("  dysts' estimator, 500 points", theirs, f"{ratio:,.0f} times slower a point")
    _plrnn(quick)


def _plrnn(quick: bool) -> None:
    model: Any = takens.models.create(
        "shallow_plrnn", obs_dim=3, latent_dim=20, hidden_dim=50, seed=0
    ).to(torch.device("cpu"), torch.float64)
    generator = torch.Generator().manual_seed(0)
    z0 = torch.randn(100, 20, generator=generator, dtype=torch.float64)
    steps = 1_000 if quick else 10_000
    metric = LyapunovSpectrum(steps=steps, transient=500)
    first, whole = timed(lambda: metric.measure(model, z0, 0.01), 1)
    each = whole / (steps * 100)
    line(
        f"shallow PLRNN, 20 latent and 50 hidden, {100 * steps:,} steps",
        whole,
        f"{1e6 * each:.2f} us a step (first call {first:.1f} s)",
    )
    _, loop = timed(lambda: usual_loop(model, z0[0], 200), 1)
    line("  usual loop, 200 steps", loop, f"{loop / 200 / each:,.0f} times slower a step")

    def untraceable(z: Tensor, /) -> Tensor:
        # What looks at a number cannot be traced.
        return model(z) if float(z.detach().sum()) < 1e300 else z

    count = 200
    with torch.no_grad():
        _, batched = timed(
            lambda: push(untraceable, z0, directions(z0, 20, 20), every=10, steps=count), 1
        )
    each = batched / (count * 100)
    line(
        f"  untraceable, batched over 100 starts, {count} steps",
        batched,
        f"{1e6 * each:.0f} us a step",
    )
    line("  usual loop, again", loop, f"{loop / 200 / each:,.0f} times slower a step")


def divergences() -> None:
    """Time the state-space divergence."""
    generator = torch.Generator().manual_seed(0)
    for n in (3, 4, 5):
        x = torch.randn(2, 100_000, n, generator=generator, dtype=torch.float64)
        t = torch.arange(100_000)
        pair = [takens.TimeSeries(t, one) for one in x]
        for bins in ("auto", 30) if n <= 5 else ("auto",):
            metric = StateSpaceDivergence(bins=bins)
            _, seconds = timed(lambda metric=metric, pair=pair: metric.compare(*pair), 5)
            line(
                f"state-space divergence, 100,000 samples, {n} dimensions, bins {bins}",
                seconds,
                "",
            )


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the steps")
    quick = parser.parse_args().quick
    spectra(quick)
    divergences()


if __name__ == "__main__":
    main()
