"""Training schemes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

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

_ENSEMBLES: Final = ("ensembles",)
_SCHEMES: Final = {
    "teacher_forcing:TeacherForcing": _ENSEMBLES,
    "sparse_teacher_forcing:SparseTeacherForcing": _ENSEMBLES,
    "generalised_teacher_forcing:GeneralisedTeacherForcing": _ENSEMBLES,
    "trajectory_matching:TrajectoryMatching": ("ensembles", "irregular"),
    "multiple_shooting:MultipleShooting": _ENSEMBLES,
    "one_step:OneStep": _ENSEMBLES,
    "least_squares:LeastSquares": ("irregular",),
    "classification:Classification": (),
}


@takens.hookimpl
def takens_components() -> Iterator[takens.ComponentSpec]:
    """Offer the schemes of this package."""
    for place, supports in _SCHEMES.items():
        name, _, scheme = place.partition(":")
        yield takens.ComponentSpec(
            kind="scheme",
            name=name,
            target=f"takens_schemes.{place}",
            settings=f"takens_schemes.settings:{scheme}Settings",
            supports=supports,
        )
    yield takens.ComponentSpec(
        kind="scheme",
        name="closed_form",
        target="takens_schemes.closed_form:ClosedForm",
        summary="Models that know how are solved for at once.",
    )


if not TYPE_CHECKING:
    __getattr__ = takens.LazyNames(__name__)
