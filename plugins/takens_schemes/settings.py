"""The settings of every scheme, which are its parameters: imported without torch."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias, TypeVar, cast

import attrs

import takens

Error: TypeAlias = Literal["mean_squared", "mean_absolute", "gaussian"]
Estimator: TypeAlias = Literal["product_upper_bound", "arithmetic_mean", "batch_maximum"]
_REGULARISERS: Final = (
    "towards_identity",
    "small_weights",
    "condition_number",
    "manifold_attractor",
    "diagonal_ceiling",
)


def _warm_up(samples: int) -> Any:
    return takens.plugin.parameter(
        samples,
        unit="samples",
        summary="forced throughout, left out of the loss",
        at_least=0,
    )


S = TypeVar("S", bound=attrs.AttrsInstance)


def chosen(scheme: S, reason: str, **values: Any) -> S:
    """Return a scheme with what was chosen for it, and why."""
    made = attrs.evolve(scheme, **values)
    object.__setattr__(made, "reasons", (reason,))
    return made


def _reasons() -> Any:
    # Of what was chosen from data; no parameter.
    return attrs.field(default=(), init=False, eq=False, repr=False)


def _check_regularisation(settings: object, given: Mapping[str, float]) -> None:
    scheme = type(settings).__name__.removesuffix("Settings")
    for name, weight in given.items():
        if name not in _REGULARISERS:
            raise takens.errors.ComponentError(
                f"{scheme}: regularisation knows {', '.join(_REGULARISERS)}; got {name!r}."
            )
        if not weight >= 0:
            raise takens.errors.ComponentError(
                f"{scheme}: regularisation.{name} is at least 0; got {weight}."
            )


@attrs.frozen(kw_only=True)
class ObjectiveSettings:
    """How predictions are compared with data, by all schemes that train by gradients."""

    error: Error = takens.plugin.parameter(
        "mean_squared", summary="how predictions are compared with data"
    )
    regularisation: Mapping[str, float] = takens.plugin.parameter(
        {}, summary=f"weights by name: {', '.join(_REGULARISERS)}"
    )
    noise: float = takens.plugin.parameter(
        0.0,
        unit="standard deviations",
        summary="added to what a model is forced by",
        at_least=0,
    )
    noisy_targets: bool = takens.plugin.parameter(
        False, summary="compare with the noisy windows too"
    )

    def __attrs_post_init__(self) -> None:
        _check_regularisation(self, self.regularisation)


@attrs.frozen
class TeacherForcingSettings(ObjectiveSettings):
    """Every observation is written into the state: one-step prediction.

    Source: Williams and Zipser (1989), Neural Computation 1, 270-280.
    """

    warm_up: int = _warm_up(0)


@attrs.frozen
class SparseTeacherForcingSettings(ObjectiveSettings):
    """Every n-th observation is written into the state, which runs freely between.

    Source: Mikhaeil, Monfared, Durstewitz (2022), NeurIPS, section 3.3.
    """

    every: int | Literal["auto"] = takens.plugin.parameter(
        16,
        unit="samples",
        summary="the forcing interval; auto estimates it from the data",
        at_least=1,
    )
    warm_up: int = _warm_up(16)
    reasons: Sequence[str] = _reasons()


def _numbers(alpha: Any) -> Any:
    if isinstance(alpha, Sequence) and not isinstance(alpha, str):
        return tuple(cast("Sequence[float]", alpha))
    return alpha


@attrs.frozen
class GeneralisedTeacherForcingSettings(ObjectiveSettings):
    """The state is pulled towards observations by a share alpha.

    Source: Hess, Monfared, Brenner, Durstewitz (2023), ICML, section 3.
    """

    alpha: float | tuple[float, ...] | Literal["auto"] = takens.plugin.parameter(
        0.125,
        unit="1",
        summary="strength of forcing, or a list, one for each member; auto follows the data",
        at_least=0,
        at_most=1,
        converter=_numbers,
    )
    every: int | Literal["auto"] = takens.plugin.parameter(
        1,
        unit="samples",
        summary="from one pull to the next; auto follows the data",
        at_least=1,
    )
    adapt: Literal["none", "annealed"] | Estimator = takens.plugin.parameter(
        "none", summary="how alpha changes while training"
    )
    annealing: int = takens.plugin.parameter(
        1000, unit="updates", summary="until alpha is reached from 1", at_least=1
    )
    warm_up: int = _warm_up(0)
    reasons: Sequence[str] = _reasons()


@attrs.frozen
class TrajectoryMatchingSettings(ObjectiveSettings):
    """A free run from the start of each window is compared with all of it.

    Source: Chen, Rubanova, Bettencourt, Duvenaud (2018), NeurIPS, sections 2 and 5.
    """

    gradient: Literal["model", "direct", "adjoint"] = takens.plugin.parameter(
        "model", summary="how the integrator differentiates; model leaves it as it is"
    )
    horizon: int = takens.plugin.parameter(
        1, unit="samples", summary="predicted at first", at_least=1
    )
    growing: int = takens.plugin.parameter(
        0, unit="updates", summary="until the whole window is predicted", at_least=0
    )


@attrs.frozen
class MultipleShootingSettings(ObjectiveSettings):
    """Segments run freely, and their ends are made to meet.

    Source: Turan and Jaeschke (2022), IEEE Control Systems Letters 6.
    """

    segment: int = takens.plugin.parameter(20, unit="samples", summary="run freely", at_least=1)
    continuity: float = takens.plugin.parameter(
        0.1, unit="1", summary="weight of the joints", at_least=0
    )


@attrs.frozen(kw_only=True)
class SmoothingSettings:
    """How states are found beside the weights, by the schemes that do so."""

    segment: int = takens.plugin.parameter(
        10, unit="samples", summary="run freely from a state of its own", at_least=1
    )
    model_error: float | Literal["auto"] = takens.plugin.parameter(
        0.25,
        unit="noise levels",
        summary="by which the joints of segments may fail to meet; auto estimates it",
        above=0,
    )
    iterations: int = takens.plugin.parameter(
        3, summary="in which states are found, at every update", at_least=1
    )
    pulled: int = takens.plugin.parameter(
        1000,
        unit="updates",
        summary="by generalised forcing, before states are found",
        at_least=0,
    )
    alpha: float = takens.plugin.parameter(
        0.125, unit="1", summary="strength of forcing", at_least=0, at_most=1
    )
    regularisation: Mapping[str, float] = takens.plugin.parameter(
        {}, summary=f"weights by name: {', '.join(_REGULARISERS)}"
    )

    def __attrs_post_init__(self) -> None:
        _check_regularisation(self, self.regularisation)


@attrs.frozen(kw_only=True)
class WeakConstraintSettings(SmoothingSettings):
    """Segments of noisy data have states of their own, which are found with the weights.

    Source: Tremolet (2006), Q. J. R. Meteorol. Soc. 132, 2483-2504.
    """


@attrs.frozen(kw_only=True)
class ExpectationMaximisationSettings(SmoothingSettings):
    """Noisy data are smoothed by the present model, which is forced by what comes of it.

    Source: Bocquet, Brajard, Carrassi, Bertino (2020), Found. Data Sci. 2, 55-80.
    """


@attrs.frozen
class OneStepSettings(ObjectiveSettings):
    """One step from every context, with no memory between."""


@attrs.frozen
class LeastSquaresSettings:
    """Parameters of known equations by Levenberg-Marquardt, with standard errors.

    Source: Marquardt (1963), SIAM J. Appl. Math. 11, 431-441.
    """

    initial_states: bool = takens.plugin.parameter(True, summary="find the starts too")
    segment: int = takens.plugin.parameter(
        0, unit="samples", summary="with a start of its own; 0 for none", at_least=0
    )
    tolerance: float = takens.plugin.parameter(
        1e-10, unit="1", summary="relative, at the end", at_least=1e-15
    )
    most_evaluations: int = takens.plugin.parameter(
        200, summary="of all trajectories", at_least=1
    )


@attrs.frozen
class ClassificationSettings:
    """A layer, whose inputs are no series, learns to tell classes apart.

    Source: Chen, Rubanova, Bettencourt, Duvenaud (2018), NeurIPS, section 3.
    """

    epochs: int = takens.plugin.parameter(
        200, summary="in which every point is seen once", at_least=1
    )
    batch: int = takens.plugin.parameter(
        0, unit="points", summary="an update; 0 for all", at_least=0
    )
    learning_rate: float = takens.plugin.parameter(
        5e-3, unit="1", summary="of Adam, at first", above=0
    )
    final_learning_rate: float = takens.plugin.parameter(
        5e-3, unit="1", summary="at the end", above=0
    )
    validation: float = takens.plugin.parameter(
        0.1, unit="1", summary="share that chooses the weights", at_least=0, below=1
    )
