"""Why Lyapunov exponents need orthonormalisation: the plain product of Jacobians.

    python examples/naive_jacobian_product.py --out DIR

Follows one orbit of Lorenz 63 and multiplies the Jacobians of its steps, as the definition of
the exponents says, in single and in double precision: the product overflows, and before that
all its columns have become parallel, so that exponents but the first are lost. Beside it, the
same vectors made orthonormal every 10 steps. Writes naive_jacobian_product.png.
"""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import argparse
import io
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor

import takens
from takens_figures.style import canvas, colours, note, style
from takens_integrators import RK4
from takens_systems import Lorenz63

DT: Final = 0.01
KNOWN: Final = (0.9056, 0.0, -14.5723)
EVERY: Final = 10
STEPS: Final = 90_000
SHOWN: Final = 400
PRECISIONS: Final = {"single": torch.float32, "double": torch.float64}


def jacobians(steps: int) -> Tensor:
    """Return the Jacobians of the steps of one orbit on the attractor, `(steps, 3, 3)`."""
    step = takens.plugin.flow_map(Lorenz63(), RK4(), DT)
    x = takens.simulate(Lorenz63(), dt=DT, steps=steps, seed=0).x
    eye = torch.eye(3, dtype=x.dtype).expand(steps, 3, 3)
    return takens.plugin.jvp(step, x, eye)[1]


def naive(each: Tensor, at: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the exponents from singular values of the product after `at` steps: `(at, 3)`.

    They are NaN from where the product is not finite.
    """
    product = torch.eye(3, dtype=each.dtype)
    found = np.full((len(at), 3), np.nan)
    places = {int(step): i for i, step in enumerate(at)}
    for count, jacobian in enumerate(each, 1):
        product = jacobian @ product
        if count in places:
            if not bool(product.isfinite().all()):
                break
            sizes = torch.linalg.svdvals(product)  # pyright: ignore[reportUnknownVariableType]
            found[places[count]] = sizes.log().numpy() / (count * DT)  # pyright: ignore[reportUnknownArgumentType]
    return found


def orthonormal(each: Tensor, at: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the exponents by QR after every 10 of the steps, at the same places."""
    vectors = torch.eye(3, dtype=each.dtype)
    logs = np.empty((len(each) // EVERY, 3))
    for i in range(len(logs)):
        for jacobian in each[i * EVERY : (i + 1) * EVERY]:
            vectors = jacobian @ vectors
        q, r = torch.linalg.qr(vectors)  # pyright: ignore[reportUnknownVariableType]
        vectors = torch.as_tensor(q)  # pyright: ignore[reportUnknownArgumentType]
        logs[i] = r.diagonal().abs().log().numpy()  # pyright: ignore[reportUnknownArgumentType]
    sums = logs.cumsum(0)[at // EVERY - 1]
    return sums / (at * DT)[:, None]


def overflow(found: NDArray[np.float64], at: NDArray[np.int64]) -> float | None:
    """Return the time of the last finite product, None where all are."""
    finite = np.isfinite(found[:, 0])
    return None if finite.all() else float(at[finite][-1] * DT)


def draw(
    at: NDArray[np.int64],
    products: dict[str, NDArray[np.float64]],
    right: NDArray[np.float64],
) -> Figure:
    """Draw the running estimates of all three exponents."""
    shades = colours(3)
    with style():
        figure = canvas(3.4)
        panels: Any = figure.subplots(1, 3, sharey=True, sharex=True)
        named = {**{f"product, {name}": found for name, found in products.items()}}
        named[f"orthonormal every {EVERY} steps"] = right
        for axes, (name, found) in zip(panels, named.items(), strict=True):
            for i, known in enumerate(KNOWN):
                axes.semilogx(at * DT, found[:, i], color=shades[i], label=f"exponent {i + 1}")
                axes.axhline(known, color=shades[i], linestyle=":", linewidth=0.8)
            end = overflow(found, at)
            if end is not None:
                axes.axvline(end, color="#6b6b6b", linewidth=0.8)
                axes.annotate(f"overflow\nat t = {end:.0f}", (end, -9), ha="right", fontsize=8)
            axes.set_title(name[:1].upper() + name[1:])
            axes.set_xlabel("Averaging time")
        panels[0].set_ylim(-17, 5)
        panels[0].set_ylabel("Exponents (per time unit)")
        panels[2].legend(loc="center right", fontsize=8)
        note(
            figure,
            "Dotted: the known exponents of Lorenz 63. The smaller singular values of the "
            "product drown in the rounding of the largest long before it overflows.",
        )
    return figure


def main() -> None:
    """Measure, print and draw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path(), help="the folder to write to")
    out: Path = parser.parse_args().out
    torch.set_num_threads(1)
    each = jacobians(STEPS)
    at = np.unique(np.geomspace(EVERY, STEPS, SHOWN).astype(np.int64) // EVERY * EVERY)
    products = {name: naive(each.to(dtype), at) for name, dtype in PRECISIONS.items()}
    right = orthonormal(each, at)
    for name, found in products.items():
        end = overflow(found, at)
        print(f"{name}: the product overflows at t = {end}" if end else f"{name}: finite")
    print("orthonormal:", ", ".join(f"{value:.4g}" for value in right[-1]))
    picture = io.BytesIO()
    draw(at, products, right).savefig(picture, format="png", dpi=150)
    out.mkdir(parents=True, exist_ok=True)
    (out / "naive_jacobian_product.png").write_bytes(picture.getvalue())


if __name__ == "__main__":
    main()
