"""The same work by others; each function gives None where its library is not installed."""

# The peers are installed only where they are measured.
# pyright: basic, reportMissingImports=false

import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np


def _installed(*names: str) -> bool:
    return all(importlib.util.find_spec(name) is not None for name in names)


def _jax():
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax, jax.numpy


def lorenz(jnp, p, x):
    a, b, c = x[..., 0], x[..., 1], x[..., 2]
    return jnp.stack((p[0] * (b - a), a * (p[1] - c) - b, a * b - p[2] * c), -1)


def van_der_pol(jnp, mu, x):
    return jnp.stack((x[..., 1], mu * (1 - x[..., 0] ** 2) * x[..., 1] - x[..., 0]), -1)


def jax_scan(x0: np.ndarray, steps: int, dt: float, gradient: bool) -> Callable[[], Any] | None:
    """RK4 of Lorenz as a jitted scan."""
    if not _installed("jax"):
        return None
    jax, jnp = _jax()

    def states(x0, p):
        def step(x, _):
            k1 = lorenz(jnp, p, x)
            k2 = lorenz(jnp, p, x + dt / 2 * k1)
            k3 = lorenz(jnp, p, x + dt / 2 * k2)
            k4 = lorenz(jnp, p, x + dt * k3)
            x = x + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
            return x, x

        return jax.lax.scan(step, x0, None, length=steps)[1]

    p, x0 = jnp.array([10.0, 28.0, 8 / 3]), jnp.asarray(x0)
    function = states
    if gradient:
        function = jax.grad(lambda x0, p: (states(x0, p) ** 2).sum(), argnums=(0, 1))
    run = jax.jit(function)
    return lambda: jax.block_until_ready(run(x0, p))


def diffrax_solve(
    name: str, x0: np.ndarray, ts: np.ndarray, tolerance: float, gradient: bool, weights=None
) -> Callable[[], Any] | None:
    """dopri5 of every sample on its own (vmap), or of the batch together for a network."""
    if not _installed("jax", "diffrax"):
        return None
    jax, jnp = _jax()
    import diffrax

    single = x0.dtype == np.float32

    def network(t, x, p):
        for w, b in p[:-1]:
            x = jnp.tanh(x @ w.T + b)
        return x @ p[-1][0].T + p[-1][1]

    fields = {
        "lorenz": (lambda t, x, p: lorenz(jnp, p, x), jnp.array([10.0, 28.0, 8 / 3])),
        "van_der_pol": (lambda t, x, p: van_der_pol(jnp, p, x), jnp.array(1.0)),
        "network": (
            network,
            [(jnp.asarray(w), jnp.zeros(len(w), w.dtype)) for w in weights or ()],
        ),
    }
    f, p = fields[name]
    ts = jnp.asarray(ts, dtype=jnp.float32 if single else jnp.float64)

    def solve(x0, p):
        return diffrax.diffeqsolve(
            diffrax.ODETerm(f),
            diffrax.Dopri5(),
            ts[0],
            ts[-1],
            None,
            x0,
            p,
            saveat=diffrax.SaveAt(ts=ts),
            stepsize_controller=diffrax.PIDController(rtol=tolerance, atol=tolerance),
            max_steps=4096,
        ).ys

    each = solve if name == "network" else jax.vmap(solve, in_axes=(0, None))
    function = each
    if gradient:
        function = jax.grad(lambda x0, p: (each(x0, p) ** 2).sum(), argnums=(0, 1))
    run, x0 = jax.jit(function), jnp.asarray(x0)
    return lambda: jax.block_until_ready(run(x0, p))


def heyoka_solve(x0: np.ndarray, ts: np.ndarray, tolerance: float) -> Callable[[], Any] | None:
    """Taylor series of van der Pol, one sample after the other."""
    if not _installed("heyoka"):
        return None
    import heyoka as hy

    a, b = hy.make_vars("a", "b")
    system = [(a, b), (b, (1 - a * a) * b - a)]
    integrator = hy.taylor_adaptive(system, [0.0, 0.0], tol=tolerance)

    def run():
        out = []
        for start in x0:
            integrator.time, integrator.state[:] = ts[0], start
            out.append(integrator.propagate_grid(ts)[-1])
        return np.stack(out)

    return run


def scipy_solve(x0: np.ndarray, ts: np.ndarray, tolerance: float, method: str):
    """van der Pol by solve_ivp, one sample after the other."""
    from scipy.integrate import solve_ivp

    def f(t, x):
        return (x[1], (1 - x[0] * x[0]) * x[1] - x[0])

    def run():
        return [
            solve_ivp(f, (ts[0], ts[-1]), x, method, ts, rtol=tolerance, atol=tolerance).y.T
            for x in x0
        ]

    return run


def torchode_solve(x0, ts, tolerance: float) -> Callable[[], Any] | None:
    """van der Pol by dopri5 with a step per sample."""
    if not _installed("torchode"):
        return None
    try:
        import torch
        import torchode
    except Exception:
        return None

    def f(t, x):
        a, b = x.unbind(-1)
        return torch.stack((b, (1 - a * a) * b - a), -1)

    term = torchode.ODETerm(f)
    controller = torchode.IntegralController(tolerance, tolerance, term=term)
    solver = torchode.AutoDiffAdjoint(torchode.Dopri5(term=term), controller)
    problem = torchode.InitialValueProblem(y0=x0, t_eval=ts.expand(len(x0), -1).contiguous())

    def run():
        with torch.no_grad():
            return solver.solve(problem).ys

    return run
