"""Training schemes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import takens

if TYPE_CHECKING:
    from takens_schemes.classification import Classification as Classification
    from takens_schemes.closed_form import ClosedForm as ClosedForm
    from takens_schemes.generalised_teacher_forcing import (
        GeneralisedTeacherForcing as GeneralisedTeacherForcing,
    )
    from takens_schemes.least_squares import LeastSquares as LeastSquares
    from takens_schemes.multiple_shooting import MultipleShooting as MultipleShooting
    from takens_schemes.one_step import OneStep as OneStep
    from takens_schemes.sparse_teacher_forcing import (
        SparseTeacherForcing as SparseTeacherForcing,
    )
    from takens_schemes.teacher_forcing import TeacherForcing as TeacherForcing
    from takens_schemes.trajectory_matching import TrajectoryMatching as TrajectoryMatching

TAKENS_API = 2

_HOME: Final = {
    "Classification": "classification",
    "ClosedForm": "closed_form",
    "GeneralisedTeacherForcing": "generalised_teacher_forcing",
    "LeastSquares": "least_squares",
    "MultipleShooting": "multiple_shooting",
    "OneStep": "one_step",
    "SparseTeacherForcing": "sparse_teacher_forcing",
    "TeacherForcing": "teacher_forcing",
    "TrajectoryMatching": "trajectory_matching",
}

_OBJECTIVE: Final = (
    takens.Parameter(
        "error",
        "mean_squared",
        choices=("mean_squared", "mean_absolute", "gaussian"),
        summary="how predictions are compared with data",
    ),
    takens.Parameter(
        "regularisation",
        {},
        types=(dict,),
        summary="weights by name: towards_identity, small_weights, condition_number, "
        "manifold_attractor, diagonal_ceiling",
    ),
    takens.Parameter(
        "noise", 0.0, unit="standard deviations", summary="added to what a model is forced by"
    ),
    takens.Parameter("noisy_targets", False, summary="compare with the noisy windows too"),
)


def _warm_up(default: int) -> takens.Parameter:
    return takens.Parameter(
        "warm_up", default, unit="samples", summary="forced throughout, left out of the loss"
    )


@takens.hookimpl
def takens_components() -> Iterator[takens.ComponentSpec]:
    """Offer the schemes of this package."""
    yield takens.ComponentSpec(
        kind="scheme",
        name="teacher_forcing",
        target="takens_schemes.teacher_forcing:TeacherForcing",
        summary="Every observation is written into the state: one-step prediction.",
        parameters=(_warm_up(0), *_OBJECTIVE),
        supports=("ensembles",),
        source="Williams and Zipser (1989), Neural Computation 1, 270-280",
    )
    yield takens.ComponentSpec(
        kind="scheme",
        name="sparse_teacher_forcing",
        target="takens_schemes.sparse_teacher_forcing:SparseTeacherForcing",
        summary="Every n-th observation is written into the state, which runs freely between.",
        parameters=(
            takens.Parameter(
                "every",
                16,
                unit="samples",
                summary="the forcing interval; auto estimates it from the data",
                types=(int, str),
            ),
            _warm_up(16),
            *_OBJECTIVE,
        ),
        supports=("ensembles",),
        source="Mikhaeil, Monfared, Durstewitz (2022), NeurIPS, section 3.3",
    )
    yield takens.ComponentSpec(
        kind="scheme",
        name="generalised_teacher_forcing",
        target="takens_schemes.generalised_teacher_forcing:GeneralisedTeacherForcing",
        summary="The state is pulled towards every observation by a share alpha.",
        parameters=(
            takens.Parameter(
                "alpha",
                0.125,
                unit="1",
                summary="strength of forcing, 0 to 1; or a list, one for each member",
                types=(float, list),
            ),
            takens.Parameter(
                "adapt",
                "none",
                choices=(
                    "none",
                    "annealed",
                    "product_upper_bound",
                    "arithmetic_mean",
                    "batch_maximum",
                ),
                summary="how alpha changes while training",
            ),
            takens.Parameter(
                "annealing", 1000, unit="updates", summary="until alpha is reached from 1"
            ),
            _warm_up(0),
            *_OBJECTIVE,
        ),
        supports=("ensembles",),
        source="Hess, Monfared, Brenner, Durstewitz (2023), ICML, section 3",
    )
    yield takens.ComponentSpec(
        kind="scheme",
        name="trajectory_matching",
        target="takens_schemes.trajectory_matching:TrajectoryMatching",
        summary="A free run from the start of each window is compared with all of it.",
        parameters=(
            takens.Parameter(
                "gradient",
                "model",
                choices=("model", "direct", "adjoint"),
                summary="how the integrator differentiates; model leaves it as it is",
            ),
            takens.Parameter("horizon", 1, unit="samples", summary="predicted at first"),
            takens.Parameter(
                "growing", 0, unit="updates", summary="until the whole window is predicted"
            ),
            *_OBJECTIVE,
        ),
        supports=("ensembles", "irregular"),
        source="Chen, Rubanova, Bettencourt, Duvenaud (2018), NeurIPS, sections 2 and 5",
    )
    yield takens.ComponentSpec(
        kind="scheme",
        name="multiple_shooting",
        target="takens_schemes.multiple_shooting:MultipleShooting",
        summary="Segments run freely, and their ends are made to meet.",
        parameters=(
            takens.Parameter("segment", 20, unit="samples", summary="run freely"),
            takens.Parameter("continuity", 0.1, unit="1", summary="weight of the joints"),
            *_OBJECTIVE,
        ),
        supports=("ensembles",),
        source="Turan and Jaeschke (2022), IEEE Control Systems Letters 6",
    )
    yield takens.ComponentSpec(
        kind="scheme",
        name="one_step",
        target="takens_schemes.one_step:OneStep",
        summary="One step from every context, with no memory between.",
        parameters=_OBJECTIVE,
        supports=("ensembles",),
    )
    yield takens.ComponentSpec(
        kind="scheme",
        name="closed_form",
        target="takens_schemes.closed_form:ClosedForm",
        summary="Models that know how are solved for at once.",
    )
    yield takens.ComponentSpec(
        kind="scheme",
        name="least_squares",
        target="takens_schemes.least_squares:LeastSquares",
        summary="Parameters of known equations by Levenberg-Marquardt, with standard errors.",
        parameters=(
            takens.Parameter("initial_states", True, summary="find the starts too"),
            takens.Parameter(
                "segment", 0, unit="samples", summary="with a start of its own; 0 for none"
            ),
            takens.Parameter("tolerance", 1e-10, unit="1", summary="relative, at the end"),
            takens.Parameter("most_evaluations", 200, summary="of all trajectories"),
        ),
        supports=("irregular",),
        source="Marquardt (1963), SIAM J. Appl. Math. 11, 431-441",
    )
    yield takens.ComponentSpec(
        kind="scheme",
        name="classification",
        target="takens_schemes.classification:Classification",
        summary="A layer, whose inputs are no series, learns to tell classes apart.",
        parameters=(
            takens.Parameter("epochs", 200, summary="in which every point is seen once"),
            takens.Parameter("batch", 0, unit="points", summary="an update; 0 for all"),
            takens.Parameter("learning_rate", 5e-3, unit="1", summary="of Adam, at first"),
            takens.Parameter("final_learning_rate", 5e-3, unit="1", summary="at the end"),
            takens.Parameter(
                "validation", 0.1, unit="1", summary="share that chooses the weights"
            ),
        ),
        source="Chen, Rubanova, Bettencourt, Duvenaud (2018), NeurIPS, section 3",
    )


def __getattr__(name: str) -> Any:
    if name in _HOME:
        import importlib

        return getattr(importlib.import_module(f"takens_schemes.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
