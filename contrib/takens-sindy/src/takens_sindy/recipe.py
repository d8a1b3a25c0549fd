"""Sparse equations as candidates of ``takens reconstruct``."""

from __future__ import annotations

from typing import Final, final

import takens
from takens.backend import Unsupported
from takens.plugin import Proposal
from takens_sindy.settings import SparseEquationsSettings

# Candidates grow with a power of the variables, and so does what noise can choose among.
_MOST: Final = 6
_CUBIC: Final = 3
# Fewer samples a period do not give a velocity.
_FINE: Final = 20


@final
class SparseEquations(SparseEquationsSettings):
    """Equations of few terms, of a flow where samples are dense, else of a map."""

    def propose(self, data: takens.Examination, /) -> Proposal | Unsupported:
        """Return the settings for such data, or why this family is not for them."""
        observed, each = len(data.variables), data.samples_per_period
        if observed > _MOST:
            return Unsupported(f"{observed} variables have too many candidate terms")
        flow = each is not None and each >= _FINE
        degree = self.degree or (3 if observed <= _CUBIC else 2)
        model = {"name": "sindy" if flow else "sindy_map", "degree": degree}
        reason = "few variables may have few terms"
        return Proposal({"model": model, "scheme": "closed_form"}, reason)
