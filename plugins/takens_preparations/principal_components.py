"""Principal components."""

from typing import Any, cast, final

import torch
from torch import Tensor

import takens
from takens_preparations.series import State, changed, complete, flat
from takens_preparations.settings import PrincipalComponentsSettings
from takens_preparations.standardise import Standardise


@final
class PrincipalComponents(PrincipalComponentsSettings):
    """The directions in which standardised variables vary most.

    What is generated lies in the span of those that are kept.

    Source: Jolliffe (2002), Principal Component Analysis, 2nd edition, chapter 2.
    """

    @property
    def exact(self) -> bool:
        """Whether all components are kept."""
        return self.count is None and self.share == 1.0

    def fit(self, series: takens.TimeSeries, /) -> State:
        """Return ``mean, scale: (n,)``, ``directions: (k, n)`` and their ``shares: (k,)``.

        Raises: DataError where a variable does not vary, or there are fewer than ``count``.
        """
        if self.count is not None and self.count > series.dim:
            raise takens.errors.DataError(
                f"{series.dim} variables have as many components; got count = {self.count}."
            )
        complete(series, "principal_components")
        units = Standardise().fit(series)
        x = (flat(series) - units["mean"]) / units["scale"]
        found: tuple[Tensor, Tensor] = cast(Any, torch.linalg).eigh(x.T @ x / len(x))
        values, vectors = found[0].flip(0).clamp(min=0), found[1].flip(1)
        shares = values / values.sum()
        enough = int((shares.cumsum(0) < self.share - 1e-12).sum()) + 1
        count = min(self.count or enough, series.dim)
        # A direction and its opposite are the same; the largest part is made positive.
        signs = vectors.gather(0, vectors.abs().argmax(0, keepdim=True)).sign()
        directions = (vectors * signs)[:, :count].T
        return {
            **units,
            "directions": directions.contiguous(),
            "shares": shares[:count].clone(),
        }

    def forward(self, series: takens.TimeSeries, state: State, /) -> takens.TimeSeries:
        """Return the components `(..., T, k)`."""
        x = (series.x - state["mean"]) / state["scale"] @ state["directions"].T
        names = [f"component {i + 1}" for i in range(x.shape[-1])]
        return changed(series, x, columns=names)

    def inverse(
        self, series: takens.TimeSeries, state: State, before: takens.TimeSeries, /
    ) -> takens.TimeSeries:
        """Return the variables `(..., T, n)` that these components make."""
        x = series.x.double() @ state["directions"] * state["scale"] + state["mean"]
        return changed(before, x, t=series.t)
