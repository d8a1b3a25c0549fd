"""The old form of a step controller, which works until the next minor version."""

from __future__ import annotations

from typing import final

import attrs
from torch import Tensor

from takens._protocols.step_controller import StepController


@final
@attrs.frozen(kw_only=True)
class StepControl:
    """A step controller for one order, with that order in ``alpha`` and ``beta``."""

    rtol: float
    atol: float
    max_steps: int
    alpha: float
    beta: float
    safety: float = 0.9
    smallest: float = 0.2
    largest: float = 10.0
    first_step: Tensor | None = attrs.field(default=None, eq=False)
    max_step: float | None = None

    @classmethod
    def of(cls, controller: StepController, order: int) -> StepControl:
        """Return a step controller in the old form."""
        fields = {a.name: getattr(controller, a.name) for a in attrs.fields(StepController)}
        fields |= {"alpha": controller.alpha / order, "beta": controller.beta / order}
        return cls(**fields)

    def controller(self, order: int) -> StepController:
        """Return it in the new form."""
        fields = attrs.asdict(self, recurse=False)
        fields |= {"alpha": self.alpha * order, "beta": self.beta * order}
        return StepController(**fields)
