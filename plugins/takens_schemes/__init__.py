"""Training schemes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import takens

if TYPE_CHECKING:
    from takens_schemes.sparse_teacher_forcing import (
        SparseTeacherForcing as SparseTeacherForcing,
    )
    from takens_schemes.teacher_forcing import TeacherForcing as TeacherForcing


@takens.hookimpl
def takens_components() -> Iterator[takens.ComponentSpec]:
    """Offer the schemes of this package."""
    yield takens.ComponentSpec(
        kind="scheme",
        name="teacher_forcing",
        target="takens_schemes.teacher_forcing:TeacherForcing",
        summary="Every observation is written into the state: one-step prediction.",
        source="Williams and Zipser (1989), Neural Computation 1, 270-280",
    )
    yield takens.ComponentSpec(
        kind="scheme",
        name="sparse_teacher_forcing",
        target="takens_schemes.sparse_teacher_forcing:SparseTeacherForcing",
        summary="Every n-th observation is written into the state, which runs freely between.",
        parameters=(
            takens.Parameter("every", 16, unit="samples", summary="the forcing interval"),
            takens.Parameter(
                "warm_up", 16, unit="samples", summary="forced throughout, left out of the loss"
            ),
        ),
        source="Mikhaeil, Monfared, Durstewitz (2022), NeurIPS, section 3.3",
    )


def __getattr__(name: str) -> Any:
    if name == "SparseTeacherForcing":
        from takens_schemes.sparse_teacher_forcing import SparseTeacherForcing

        return SparseTeacherForcing
    if name == "TeacherForcing":
        from takens_schemes.teacher_forcing import TeacherForcing

        return TeacherForcing
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
