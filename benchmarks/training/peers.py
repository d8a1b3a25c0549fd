"""The same work in JAX; each function gives None where it is not installed."""

# The peer is installed only where it is measured.
# pyright: basic, reportMissingImports=false

import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np

from .works import BATCH, EVERY, WINDOW, Size


def _weights(size: Size, jnp):
    """Stack the members' weights; one model has no such dimension.

    The latent units that are not observed start as a linear function of the others.
    """
    models = size.models()
    stacked = {
        name: np.stack([getattr(model, name).detach().numpy() for model in models])
        for name in ("A", "W1", "W2", "h1", "h2")
    }
    stacked["start"] = np.full((size.members, size.latent - 3, 3), 0.1, dtype=np.float32)
    return {k: jnp.asarray(v if size.members > 1 else v[0]) for k, v in stacked.items()}


def _step(p, z, jnp):
    return p["A"] * z + jnp.maximum(z @ p["W2"].T + p["h2"], 0) @ p["W1"].T + p["h1"]


def gradient(x: np.ndarray, size: Size) -> Callable[[], Any] | None:
    """Return the gradient of a jitted scan over time, without an optimiser's step."""
    if importlib.util.find_spec("jax") is None:
        return None
    import jax
    import jax.numpy as jnp

    forced = jnp.asarray([i and i % EVERY == 0 for i in range(WINDOW)])

    def loss(p, windows):
        first = windows[:, 0]
        z0 = jnp.concatenate((first, first @ p["start"].T), -1)

        def step(z, now):
            observed, is_forced = now
            seen = jnp.where(is_forced, observed, z[:, :3])
            z = _step(p, jnp.concatenate((seen, z[:, 3:]), -1), jnp)
            return z, z[:, :3]

        inputs = (windows[:, :-1].swapaxes(0, 1), forced)
        predicted = jax.lax.scan(step, z0, inputs)[1]
        return ((predicted - windows[:, 1:].swapaxes(0, 1)) ** 2).mean()

    one = jax.grad(loss)
    run = jax.jit(one if size.members == 1 else jax.vmap(one))
    p, generator = _weights(size, jnp), np.random.default_rng(0)
    leading = () if size.members == 1 else (size.members,)
    starts = generator.integers(len(x) - WINDOW - 1, size=(*leading, BATCH))
    windows = jnp.asarray(x[starts[..., None] + np.arange(WINDOW + 1)])
    return lambda: jax.block_until_ready(run(p, windows))


def free_run(size: Size, steps: int) -> Callable[[], Any] | None:
    """Iterate by a jitted scan."""
    if importlib.util.find_spec("jax") is None:
        return None
    import jax
    import jax.numpy as jnp

    p = _weights(size, jnp)

    def advance(z, _):
        z = _step(p, z, jnp)
        return z, z

    first = jnp.asarray([[0.1, 0.2, 0.3]])
    z0 = jnp.concatenate((first, first @ p["start"].T), -1)
    run = jax.jit(lambda z: jax.lax.scan(advance, z, None, length=steps)[1])
    return lambda: jax.block_until_ready(run(z0))
