"""What training gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, final

import attrs

from takens._dynamics.trained_model import TrainedModel
from takens._printed import Printed
from takens._protocols.device import Placement


@final
@attrs.frozen(eq=False, repr=False)
class Fit(Printed):
    """What training gave: models in the units of their data, and how it went.

    ``model`` is the first of the ``members``. ``details`` holds what a scheme found
    besides, such as standard errors or the noise of the data; ``remarks`` say in words what was
    seen. ``reason`` is why it ended before the last step, as a plugin asked for or as time was
    over.
    """

    members: tuple[TrainedModel, ...]
    history: tuple[Mapping[str, Any], ...]
    seconds: float
    placement: Placement
    details: Mapping[str, Any] = attrs.field(factory=dict[str, Any])
    remarks: tuple[str, ...] = ()
    reason: str = ""

    def plot(self, **options: Any) -> Any:
        """Draw the losses, as ``takens.plot.history`` does; return the axes."""
        import takens

        return takens.plot.of(self, **options)

    @property
    def model(self) -> TrainedModel:
        """The model, the first one where there are several."""
        return self.members[0]
