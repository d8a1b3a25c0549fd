"""Classification of points by a layer."""

from __future__ import annotations

import math
import time
from typing import Any, Protocol, cast, final, runtime_checkable

import torch
from torch import Tensor, nn

import takens
from takens_schemes.layer import LayerFit
from takens_schemes.settings import ClassificationSettings


@runtime_checkable
class _CountsEvaluations(Protocol):
    def evaluations(self, x: Tensor) -> float: ...


@final
class Classification(ClassificationSettings):
    """Learn to tell classes apart: a layer's outputs are logits, the loss is cross entropy.

    In each of ``epochs`` all points are seen once, in random order and in batches of ``batch``
    (0 for all at once), by Adam at ``learning_rate``, which ends at ``final_learning_rate``
    along half a cosine. A share ``validation`` of the points is not learned from, and the
    weights are kept that have the lowest loss there; with 0 the last are kept.

    Raises: ComponentError where an argument makes no sense.

    Source: Chen, Rubanova, Bettencourt, Duvenaud (2018), Neural ordinary differential
    equations, NeurIPS, section 3.
    """

    def accepts(self, model: takens.plugin.Model, /) -> str:
        """Refuse every model: the inputs of layers are no series."""
        return "it trains layers, not series: call its train(layer, inputs, targets)"

    def train(
        self, layer: nn.Module, inputs: Tensor, targets: Tensor, *, seed: int = 0
    ) -> LayerFit:
        """Train, in place, on `inputs: (p, ...)` of the classes `targets: (p,)`, from 0.

        The history has for each epoch ``loss``, that of the updates; ``validation_loss`` in
        nats and ``validation_accuracy``; and ``evaluations`` of the field, where the layer
        counts them. Points are drawn on the host, so that a seed means the same everywhere.

        Raises: InputError where inputs, targets and outputs do not fit; TrainingError where
        the loss is no longer finite.
        """
        _refuse_what_does_not_fit(layer, inputs, targets)
        generator = torch.Generator().manual_seed(seed)
        order = torch.randperm(len(inputs), generator=generator).to(inputs.device)
        held = round(self.validation * len(inputs))
        chosen, learned = order[:held], order[held:]
        optimiser = torch.optim.Adam(layer.parameters(), lr=self.learning_rate)
        history: list[dict[str, float]] = []
        kept, best = None, math.inf
        began = time.perf_counter()
        for epoch in range(self.epochs):
            optimiser.param_groups[0]["lr"] = self._rate(epoch)
            loss = self._epoch(layer, optimiser, inputs[learned], targets[learned], generator)
            if not math.isfinite(loss):
                raise takens.errors.TrainingError(
                    f"Training stopped at epoch {epoch + 1} of {self.epochs}: the loss is "
                    f"{loss}. Try a lower learning rate."
                )
            record = {"epoch": epoch + 1, "loss": loss}
            if held:
                accuracy, found = judged(layer, inputs[chosen], targets[chosen])
                record |= {"validation_loss": found, "validation_accuracy": accuracy}
                if found < best:
                    best = found
                    kept = {name: v.clone() for name, v in layer.state_dict().items()}
            if isinstance(layer, _CountsEvaluations):
                record["evaluations"] = layer.evaluations(inputs[chosen if held else learned])
            history.append(record)
        if kept is not None:
            layer.load_state_dict(kept)
        return LayerFit(layer, tuple(history), time.perf_counter() - began)

    def _rate(self, epoch: int) -> float:
        share = 0.5 * (1 + math.cos(math.pi * epoch / max(self.epochs - 1, 1)))
        return self.final_learning_rate + share * (
            self.learning_rate - self.final_learning_rate
        )

    def _epoch(
        self,
        layer: nn.Module,
        optimiser: torch.optim.Optimizer,
        inputs: Tensor,
        targets: Tensor,
        generator: torch.Generator,
    ) -> float:
        layer.train()
        order = torch.randperm(len(inputs), generator=generator).to(inputs.device)
        total = inputs.new_zeros(())
        for part in cast(tuple[Tensor, ...], order.split(self.batch or len(order))):
            optimiser.zero_grad()
            loss = nn.functional.cross_entropy(layer(inputs[part]), targets[part])
            loss.backward()  # pyright: ignore[reportUnknownMemberType]
            optimiser.step()  # pyright: ignore[reportUnknownMemberType]
            total = total + loss.detach() * len(part)
        return float(total) / len(order)


@torch.no_grad()
def judged(layer: nn.Module, inputs: Tensor, targets: Tensor) -> tuple[float, float]:
    """Return the share of points that are told right, and the cross entropy in nats."""
    layer.eval()
    logits: Any = layer(inputs)
    right = (logits.argmax(-1) == targets).double().mean()
    return float(right), float(nn.functional.cross_entropy(logits, targets))


@torch.no_grad()
def _refuse_what_does_not_fit(layer: nn.Module, inputs: Tensor, targets: Tensor) -> None:
    if targets.ndim != 1 or len(targets) != len(inputs) or len(inputs) < 2:
        raise takens.InputError(
            "classification learns from inputs: (p, ...) and classes: (p,), two or more; got "
            f"{tuple(inputs.shape)} and {tuple(targets.shape)}."
        )
    if targets.dtype != torch.long:
        raise takens.InputError(
            f"Classes are whole numbers from 0, of dtype torch.int64; got {targets.dtype}."
        )
    if not bool(inputs.isfinite().all()):
        raise takens.InputError("classification was given inputs that are not all finite.")
    outputs: Any = layer(inputs[:2])
    low, high = int(targets.min()), int(targets.max())
    if outputs.ndim != 2 or not 0 <= low <= high < outputs.shape[-1]:
        raise takens.InputError(
            f"The classes are {low} to {high}, and the layer gives {tuple(outputs.shape)} for "
            "two inputs; give it one output for each class, counted from 0."
        )
