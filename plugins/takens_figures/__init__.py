"""Pictures: of a run, beside the truth, and of systems."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import takens

if TYPE_CHECKING:
    from takens_figures.attractor import Attractor as Attractor
    from takens_figures.data_sheet import DataSheet as DataSheet
    from takens_figures.forecast_curve import ForecastCurve as ForecastCurve
    from takens_figures.forecast_fan import ForecastFan as ForecastFan
    from takens_figures.loss_history import LossHistory as LossHistory
    from takens_figures.lyapunov_convergence import LyapunovConvergence as LyapunovConvergence
    from takens_figures.phase_portrait import PhasePortrait as PhasePortrait
    from takens_figures.plots.drawing import Plot as Plot
    from takens_figures.scaling_region import ScalingRegion as ScalingRegion
    from takens_figures.spectra import Spectra as Spectra
    from takens_figures.subject_space import (
        SubjectSpace as SubjectSpace,
        draw_subjects as draw_subjects,
    )
    from takens_figures.time_series import TimeSeriesPanels as TimeSeriesPanels
    from takens_figures.trajectories import Trajectories as Trajectories
    from takens_figures.vector_field import VectorFieldPortrait as VectorFieldPortrait

TAKENS_API = 2

_FIGURES: Final = {
    "loss_history:LossHistory": "Loss, gradient norm and learning rate against the update.",
    "time_series:TimeSeriesPanels": "Truth and free run against time, from the same start.",
    "attractor:Attractor": "The attractor of the truth beside that of the free run.",
    "spectra:Spectra": "Power spectra of truth and free runs, for each variable.",
    "scaling_region:ScalingRegion": (
        "How neighbours separate, with the straight part that gives the exponent."
    ),
    "forecast_curve:ForecastCurve": (
        "The error of forecasts against the time ahead, beside simple forecasts."
    ),
    "forecast_fan:ForecastFan": "What comes after the record, with the fan around it.",
    "subject_space:SubjectSpace": (
        "Recordings as points, by the numbers that a hierarchical model has of each."
    ),
    "lyapunov_convergence:LyapunovConvergence": (
        "The estimate of the largest Lyapunov exponent as it settles, with its error."
    ),
}
_PORTRAITS: Final = {
    "trajectories:Trajectories": "Trajectories against time, one panel for each variable.",
    "phase_portrait:PhasePortrait": (
        "Trajectories in state space, from many starts in one picture."
    ),
    "data_sheet:DataSheet": "Measured series: spectrum, delays and recurrences on a page.",
    "vector_field:VectorFieldPortrait": "Streamlines of the field, with trajectories on top.",
}
_PLOTS: Final = {
    "over_time:series": "Series against time, a panel for each variable; gaps stay open.",
    "over_time:comparison": "Truth, fit and data over each other, against time.",
    "over_time:quantiles": "The median of many runs, and the bands that hold most of them.",
    "over_time:forecast": "The end of a record, and a forecast with its fan.",
    "in_space:attractors": "Attractors side by side on the same axes.",
    "in_space:phase_plane": "Truth, fit and data in the plane of two variables.",
    "in_space:delays": "A variable against itself, some time later.",
    "in_space:return_map": "Each maximum of a variable against the one before it.",
    "in_space:recurrences": "Which states come back near others.",
    "in_space:sweep": "What is found for each value of a parameter.",
    "numbers:spectrum": "Power spectra of several series.",
    "numbers:history": "Losses over the updates of a training.",
    "numbers:convergence": "Estimates of exponents as they settle.",
    "numbers:products": "Norms of products of Jacobians, up to their overflow.",
    "numbers:verdict": "The intervals of a verdict on their scales.",
    "numbers:scores": "Scores over their floors.",
    "layers:depth": "Points on their way through a layer, each dimension over depth.",
    "layers:layer_field": "The field of a layer in the plane, with points on their way.",
    "layers:points": "Points of two classes.",
}
_SOURCES: Final = {
    "spectra": "Welch (1967), IEEE Trans. Audio Electroacoust. 15, 70-73",
    "data_sheet": "Eckmann, Kamphorst, Ruelle (1987), Europhys. Lett. 4, 973-977",
    "scaling_region": "Rosenstein, Collins, De Luca (1993), Physica D 65, 117-134",
    "forecast_curve": "Lorenz (1969), J. Atmos. Sci. 26, 636-646",
}


@takens.plugin.hookimpl
def takens_kinds() -> Iterator[takens.plugin.KindSpec]:
    """Bring plots."""
    yield takens.plugin.KindSpec(
        name="plot",
        protocol="takens_figures.plots.drawing:Plot",
        checks="takens_figures.checks:CHECKS",
        summary="What draws on axes, by takens.plot.",
    )


@takens.plugin.hookimpl
def takens_components() -> Iterator[takens.plugin.ComponentSpec]:
    """Offer the figures, portraits and plots of this package."""
    for place, summary in _PLOTS.items():
        yield takens.plugin.ComponentSpec(
            kind="plot",
            name=place.partition(":")[2],
            target=f"takens_figures.plots.{place}",
            summary=summary,
        )
    for kind, offered in (("figure", _FIGURES), ("portrait", _PORTRAITS)):
        for place, summary in offered.items():
            name = place.partition(":")[0]
            yield takens.plugin.ComponentSpec(
                kind=kind,
                name=name,
                target=f"takens_figures.{place}",
                summary=summary,
                source=_SOURCES.get(name, ""),
            )


if not TYPE_CHECKING:
    __getattr__ = takens.plugin.LazyNames(__name__)
