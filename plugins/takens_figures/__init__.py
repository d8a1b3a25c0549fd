"""Pictures: of a run, beside the truth, and of systems."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import takens

if TYPE_CHECKING:
    from takens_figures.attractor import Attractor as Attractor
    from takens_figures.forecast_curve import ForecastCurve as ForecastCurve
    from takens_figures.loss_history import LossHistory as LossHistory
    from takens_figures.lyapunov_convergence import LyapunovConvergence as LyapunovConvergence
    from takens_figures.phase_portrait import PhasePortrait as PhasePortrait
    from takens_figures.scaling_region import ScalingRegion as ScalingRegion
    from takens_figures.spectra import Spectra as Spectra
    from takens_figures.time_series import TimeSeriesPanels as TimeSeriesPanels
    from takens_figures.trajectories import Trajectories as Trajectories
    from takens_figures.vector_field import VectorFieldPortrait as VectorFieldPortrait

TAKENS_API = 2


@takens.plugin.hookimpl
def takens_components() -> Iterator[takens.plugin.ComponentSpec]:
    """Offer the figures and portraits of this package."""
    yield takens.plugin.ComponentSpec(
        kind="figure",
        name="loss_history",
        target="takens_figures.loss_history:LossHistory",
        summary="Loss, gradient norm and learning rate against the update.",
    )
    yield takens.plugin.ComponentSpec(
        kind="figure",
        name="time_series",
        target="takens_figures.time_series:TimeSeriesPanels",
        summary="Truth and free run against time, from the same start.",
    )
    yield takens.plugin.ComponentSpec(
        kind="figure",
        name="attractor",
        target="takens_figures.attractor:Attractor",
        summary="The attractor of the truth beside that of the free run.",
    )
    yield takens.plugin.ComponentSpec(
        kind="figure",
        name="spectra",
        target="takens_figures.spectra:Spectra",
        summary="Power spectra of truth and free runs, for each variable.",
        source="Welch (1967), IEEE Trans. Audio Electroacoust. 15, 70-73",
    )
    yield takens.plugin.ComponentSpec(
        kind="figure",
        name="scaling_region",
        target="takens_figures.scaling_region:ScalingRegion",
        summary="How neighbours separate, with the straight part that gives the exponent.",
        source="Rosenstein, Collins, De Luca (1993), Physica D 65, 117-134",
    )
    yield takens.plugin.ComponentSpec(
        kind="figure",
        name="forecast_curve",
        target="takens_figures.forecast_curve:ForecastCurve",
        summary="The error of forecasts against the time ahead, beside simple forecasts.",
        source="Lorenz (1969), J. Atmos. Sci. 26, 636-646",
    )
    yield takens.plugin.ComponentSpec(
        kind="figure",
        name="lyapunov_convergence",
        target="takens_figures.lyapunov_convergence:LyapunovConvergence",
        summary="The estimate of the largest Lyapunov exponent as it settles, with its error.",
    )
    yield takens.plugin.ComponentSpec(
        kind="portrait",
        name="trajectories",
        target="takens_figures.trajectories:Trajectories",
        summary="Trajectories against time, one panel for each variable.",
    )
    yield takens.plugin.ComponentSpec(
        kind="portrait",
        name="phase_portrait",
        target="takens_figures.phase_portrait:PhasePortrait",
        summary="Trajectories in state space, from many starts in one picture.",
    )
    yield takens.plugin.ComponentSpec(
        kind="portrait",
        name="vector_field",
        target="takens_figures.vector_field:VectorFieldPortrait",
        summary="Streamlines of the field, with trajectories on top.",
    )


if not TYPE_CHECKING:
    __getattr__ = takens.plugin.LazyNames(__name__)
