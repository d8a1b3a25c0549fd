"""Draw the picture of the README: `python contrib/takens-assimilation/figure.py`."""

from pathlib import Path

import torch
from takens_assimilation import Observations, assimilate, draw_filter

import takens

lorenz = takens.systems.create("lorenz63")
truth = takens.simulate(lorenz, dt=0.01, steps=2010, seed=3)
generator = torch.Generator().manual_seed(9)
x = truth.x[::10, :1]
y = x + torch.randn(x.shape, generator=generator, dtype=torch.float64)
y[120:140] = torch.nan
found = assimilate(lorenz, Observations(truth.t[::10], y), observed=["x1"], noise=1.0)
first, last = 80, 180
after = found.after(float(truth.t[10 * first]))
picture = draw_filter(after, truth.between(0, 2010))
for axes in picture.axes:
    axes.set_xlim(float(truth.t[10 * first]), float(truth.t[10 * last]))
picture.savefig(Path(__file__).parent / "lorenz63.png", dpi=110)
