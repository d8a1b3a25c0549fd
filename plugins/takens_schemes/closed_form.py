"""Models that are solved for."""

from collections.abc import Mapping
from typing import Any, final

import attrs
import torch
from torch import Tensor

import takens


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
        self, model: takens.plugin.Model, x: Tensor, *, times: Tensor
    ) -> Mapping[str, Any]:
        """Solve for the weights on `x: (trajectories, T, n)`; the loss is the one-step error.

        Raises: InputError for a model that has to be trained by gradients.
        """
        if not isinstance(model, takens.plugin.SupportsClosedForm):
            raise takens.InputError(f"{self.accepts(model)}.")
        found = dict(model.solve_weights(x, times=times))
        if "loss" not in found:
            found["loss"] = float(_one_step_error(model, x, float(times[1] - times[0])))
        return found


def _one_step_error(model: takens.plugin.Model, x: Tensor, dt: float) -> Tensor:
    c = model.context_length
    with torch.no_grad():
        contexts = x.unfold(-2, c, 1)[..., :-1, :, :].movedim(-1, -2)
        predicted = model.observe(takens.plugin.latent_map(model, dt)(model.encode(contexts)))
    return (predicted - x[..., c:, :]).square().mean()
