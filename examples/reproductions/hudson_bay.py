"""Lynx and hare at Hudson Bay, 1900 to 1920: Lotka and Volterra's rates from real data.

Pelts in thousands, traded by the Hudson's Bay Company, as tabulated by Howard (2009),
"Modeling basics", after Purves, Sadava, Orians and Heller, Life: the science of biology. Their
errors are multiplicative, so the logarithms are fitted:
`u' = alpha - beta exp(v)`, `v' = -gamma + delta exp(u)` for hares `exp(u)` and lynx `exp(v)`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, final

import torch
from examples.reproductions.section import Section, plus_minus, save
from matplotlib.figure import Figure
from torch import Tensor, nn

import takens
from takens_figures.style import MODEL, TRUTH, array, canvas, grid, note, style
from takens_models import FieldModel

FIRST: Final = 1900
RATES: Final = ("alpha", "beta", "gamma", "delta")
# Posterior means of Carpenter (2018), Predator-prey population dynamics, Stan case studies.
PUBLISHED: Final = (0.55, 0.028, 0.80, 0.024)
GUESS: Final = (0.5, 0.02, 1.0, 0.03)


def measured() -> takens.TimeSeries:
    """Return the logarithms of the pelts, `x: (21, 2)`, hares first, in years since 1900."""
    pelts = takens.known_data("hudson_bay").only
    return takens.TimeSeries(
        pelts.t, pelts.x.log(), columns=("log hares", "log lynx"), time_unit="years"
    )


@final
class LogarithmicField(nn.Module):
    """Lotka and Volterra's field of the logarithms, in standard deviations of the data."""

    mean: Tensor
    scale: Tensor

    def __init__(self, data: takens.TimeSeries) -> None:
        super().__init__()
        self.rates = nn.Parameter(torch.tensor(GUESS))
        self.register_buffer("mean", data.x.mean(0))
        self.register_buffer("scale", data.x.std(0))

    def forward(self, t: Tensor, z: Tensor, /) -> Tensor:
        """Return the velocity at `z: (..., 2)`."""
        alpha, beta, gamma, delta = self.rates.unbind()
        hares, lynx = (z * self.scale + self.mean).exp().unbind(-1)
        return torch.stack((alpha - beta * lynx, -gamma + delta * hares), -1) / self.scale


def fitted() -> takens.Fit:
    """Find the rates and the state of 1900 by least squares."""
    data = measured()
    model = FieldModel(
        LogarithmicField(data), obs_dim=2, integrator={"name": "rk4", "substeps": 20}
    )
    return takens.fit(model, data, takens.schemes.create("least_squares"), device="cpu")


def _drawn(fit: takens.Fit) -> Figure:
    data = measured()
    figure = canvas(2.9)
    over, plane = grid(figure, 1, 2)[0]
    model: Any = fit.model.inner
    t = torch.linspace(0, 20, 401, dtype=torch.float64)
    start = torch.tensor(fit.details["initial_states"][0], dtype=torch.float64)
    with torch.no_grad():
        run = array(fit.model.observe(model.integrator.solve(model, start, t)).exp())
    for i, (name, shade) in enumerate((("hares", TRUTH), ("lynx", MODEL))):
        over.plot(FIRST + data.t, array(data.x[:, i].exp()), "o", color=shade, markersize=3)
        over.plot(FIRST + t, run[:, i], color=shade, label=name)
    over.set(xlabel="Year", ylabel="Pelts (thousands)")
    over.set_xticks(range(1900, 1921, 5))
    over.legend()
    plane.plot(*array(data.x.exp()).T, "o", color="#6b6b6b", markersize=3)
    plane.plot(*run.T, color=MODEL)
    plane.set(xlabel="Hares (thousands)", ylabel="Lynx (thousands)")
    note(figure, "Dots: pelts traded at Hudson Bay. Lines: Lotka and Volterra's equations.")
    return figure


def reproduce(folder: Path) -> Section:
    """Fit and draw."""
    fit = fitted()
    with style():
        save(_drawn(fit), folder / "reproductions_hudson_bay.png")
    found, errors = fit.details["parameters"], fit.details["standard_errors"]
    rows = tuple(
        (name, f"{published:g}", plus_minus(value, error))
        for name, published, value, error in zip(
            RATES, PUBLISHED, found.values(), errors.values(), strict=True
        )
    )
    return Section(
        "Lynx and hare at Hudson Bay, 1900 to 1920",
        ("rate per year", "posterior mean in the literature", "least squares"),
        rows,
    )
