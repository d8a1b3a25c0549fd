"""Metrics that judge what a model learned."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import takens

if TYPE_CHECKING:
    from takens_metrics.max_lyapunov import MaxLyapunov as MaxLyapunov
    from takens_metrics.prediction_error import PredictionError as PredictionError
    from takens_metrics.spectrum_distance import SpectrumDistance as SpectrumDistance
    from takens_metrics.state_space_divergence import (
        StateSpaceDivergence as StateSpaceDivergence,
    )

_HOME = {
    "MaxLyapunov": "max_lyapunov",
    "PredictionError": "prediction_error",
    "SpectrumDistance": "spectrum_distance",
    "StateSpaceDivergence": "state_space_divergence",
}


@takens.hookimpl
def takens_components() -> Iterator[takens.ComponentSpec]:
    """Offer the metrics of this package."""
    yield takens.ComponentSpec(
        kind="metric",
        name="max_lyapunov",
        target="takens_metrics.max_lyapunov:MaxLyapunov",
        summary="Largest Lyapunov exponent of the dynamics, over a batch of starts.",
        parameters=(
            takens.Parameter("steps", 10_000, unit="samples", summary="measured, per start"),
            takens.Parameter(
                "transient",
                1_000,
                unit="samples",
                summary="discarded twice: by the state alone, then with its tangent vector",
            ),
            takens.Parameter(
                "qr_interval",
                "auto",
                unit="samples",
                summary="between two orthogonalisations; auto follows from the growth",
                types=(int,),
                choices=("auto",),
            ),
        ),
        supports=("reference",),
        source="Benettin, Galgani, Giorgilli, Strelcyn (1980), Meccanica 15, 9-30",
    )
    yield takens.ComponentSpec(
        kind="metric",
        name="state_space_divergence",
        target="takens_metrics.state_space_divergence:StateSpaceDivergence",
        summary="Kullback-Leibler divergence of binned state-space occupation.",
        parameters=(takens.Parameter("bins", 30, summary="bins along each dimension"),),
        source="Koppe et al. (2019), PLoS Comput. Biol. 15, e1007263",
    )
    yield takens.ComponentSpec(
        kind="metric",
        name="spectrum_distance",
        target="takens_metrics.spectrum_distance:SpectrumDistance",
        summary="Hellinger distance of smoothed power spectra, mean over dimensions.",
        parameters=(
            takens.Parameter(
                "sigma", 20.0, unit="frequency bins", summary="width of the Gaussian smoothing"
            ),
        ),
        source="Mikhaeil, Monfared, Durstewitz (2022), NeurIPS",
    )
    yield takens.ComponentSpec(
        kind="metric",
        name="prediction_error",
        target="takens_metrics.prediction_error:PredictionError",
        summary="Error of forecasts n steps ahead from every start, against persistence.",
        parameters=(
            takens.Parameter(
                "steps",
                (1, 5, 20),
                unit="samples",
                summary="how far ahead; the largest gives the value",
                types=(list,),
            ),
        ),
        source="Hess, Monfared, Brenner, Durstewitz (2023), ICML",
    )


def __getattr__(name: str) -> Any:
    if name in _HOME:
        from importlib import import_module

        return getattr(import_module(f"takens_metrics.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
