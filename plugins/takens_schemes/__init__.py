"""Training schemes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import takens

if TYPE_CHECKING:
    from takens_schemes.generalised_teacher_forcing import (
        GeneralisedTeacherForcing as GeneralisedTeacherForcing,
    )
    from takens_schemes.sparse_teacher_forcing import (
        SparseTeacherForcing as SparseTeacherForcing,
    )
    from takens_schemes.teacher_forcing import TeacherForcing as TeacherForcing

_HOME: Final = {
    "GeneralisedTeacherForcing": "generalised_teacher_forcing",
    "SparseTeacherForcing": "sparse_teacher_forcing",
    "TeacherForcing": "teacher_forcing",
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


def __getattr__(name: str) -> Any:
    if name in _HOME:
        import importlib

        return getattr(importlib.import_module(f"takens_schemes.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
