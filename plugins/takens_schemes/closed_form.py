"""Models that are solved for."""

from collections.abc import Mapping
from typing import Any, final

import attrs
import torch
from torch import Tensor

import takens
from takens_schemes.pieces import pieces


@final
@attrs.frozen
class ClosedForm:
    """Let a model find its weights from the whole series at once.

    For linear autoregression, persistence, echo-state networks and Gaussian processes, which
    know how (``takens.plugin.SupportsClosedForm``).
    """

    def accepts(self, model: takens.plugin.Model, /) -> str | None:
        """Refuse a model that has to be trained by gradients."""
        if isinstance(model, takens.plugin.SupportsClosedForm):
            return None
        return (
            f"{type(model).__name__} has no closed form; choose a scheme that trains by "
            "gradients, such as sparse_teacher_forcing or trajectory_matching"
        )

    def solve(
        self,
        model: takens.plugin.Model,
        x: Tensor,
        *,
        times: Tensor,
        drive: Tensor | None = None,
    ) -> Mapping[str, Any]:
        """Solve for the weights on `x: (trajectories, T, n)`; the loss is the one-step error.

        Raises: InputError for a model that has to be trained by gradients.
        """
        if not isinstance(model, takens.plugin.SupportsClosedForm):
            raise takens.InputError(f"{self.accepts(model)}.")
        acting = {} if drive is None else {"drive": drive}
        found = dict(model.solve_weights(x, times=times, **acting))
        if "loss" not in found:
            found["loss"] = float(_one_step_error(model, x, float(times[1] - times[0]), drive))
        return found


def _one_step_error(
    model: takens.plugin.Model, x: Tensor, dt: float, drive: Tensor | None
) -> Tensor:
    c = model.context_length
    once = torch.zeros(1, dtype=torch.float64)
    with torch.no_grad():
        x, acting = pieces(x, c + 1, 1), None if drive is None else pieces(drive, c + 1, 1)
        states = takens.plugin.forced_run(model, x, dt=dt, strength=once, drive=acting)
    return (model.observe(states) - x[..., c:, :]).square().mean()
