"""Steps of an optimiser, at the learning rates of a schedule."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, Final, Self, TypeAlias, cast, final

import attrs
import torch
from torch import Tensor

from takens._plugins.choice import Component
from takens._plugins.guard import reason_of
from takens._plugins.registry import Registry, optimisers, schedules
from takens._protocols.model import Model
from takens._protocols.optimiser import Optimiser, SupportsElementwise
from takens._protocols.schedule import Schedule
from takens._training.flat import FlatWeights
from takens._training.settings import Training
from takens.errors import InputError

# A round of updates begins with so much of the learning rate of the round before.
_NEXT_ROUND: Final = 0.5
# What an optimiser remembers of each of its tensors of weights.
Moments: TypeAlias = list[dict[str, Any]]


@final
@attrs.frozen(eq=False)
class Descent:
    """The optimiser of a training, with one group of weights for each member or for all."""

    training: Training
    schedule: Schedule
    weights: FlatWeights
    optimiser: torch.optim.Optimizer

    @classmethod
    def begin(cls, training: Training, weights: FlatWeights) -> Self:
        """Make the optimiser of these weights."""
        component = optimisers.get(training.optimiser)
        groups = weights.groups(
            elementwise=_elementwise(component),
            together=not isinstance(training.learning_rate, tuple),
        )
        made = component.make(_with_rates(training, groups))
        return cls(training, schedules.get(training.schedule), weights, made)

    def rates(self, step: int) -> list[float]:
        """Return each member's learning rate at update ``step``, counted from 0."""
        training = self.training
        before, within = divmod(step, training.steps)
        return [
            self.schedule.rate(
                within,
                steps=training.steps,
                first=training.first_rate(i) * _NEXT_ROUND**before,
                final=training.final_learning_rate,
            )
            for i in range(len(self.weights.values))
        ]

    def step(
        self,
        rates: Sequence[float],
        left: Mapping[int, Tensor],
        slower: Sequence[float] = (),
    ) -> None:
        """Change the weights, but for those of members that are ``left`` as they are.

        Where ``slower`` holds a factor for each member, its step is so much shorter.
        """
        for group, rate in zip(self.optimiser.param_groups, rates, strict=False):
            group["lr"] = rate
        before = self.weights.values.detach().clone() if slower else None
        self.optimiser.step()
        with torch.no_grad():
            if before is not None:
                # One rate may be for all members, and steps are in proportion to it.
                factor = torch.tensor(slower).to(before).unsqueeze(1)
                self.weights.values.copy_(before.lerp(self.weights.values, factor))
            # Moments and weight decay move weights that have no gradient.
            for member, values in left.items():
                self.weights.values[member] = values

    def moments(self) -> Moments:
        """Return a copy of what the optimiser remembers."""
        return [deepcopy(self.optimiser.state.get(p, {})) for _, p in self._owned()]

    def put_back(self, member: int, moments: Moments) -> None:
        """Let the optimiser remember of one member what it did before."""
        for (owner, weights), old in zip(self._owned(), moments, strict=True):
            if owner not in (None, member):
                continue
            for name, value in self.optimiser.state[weights].items():
                if not isinstance(value, Tensor) or not value.ndim:
                    continue
                place = (...,) if owner is not None else (member,)
                if owner is not None or value.shape == weights.shape:
                    value[place] = old[name][place] if name in old else 0

    def _owned(self) -> list[tuple[int | None, Any]]:
        """Return the optimiser's tensors, each with the member it is of, None for all."""
        groups = self.optimiser.param_groups
        shared = len(groups) < len(self.weights.values)
        return [
            (None if shared else i, p)
            for i, group in enumerate(groups)
            for p in group["params"]
        ]


def try_descent(training: Training, models: Sequence[Model]) -> None:
    """Refuse before a training what cannot train these models.

    Raises: InputError.
    """
    component, schedule = optimisers.get(training.optimiser), schedules.get(training.schedule)
    _refuse_other("optimiser", component, Optimiser)
    _refuse_other("schedule", schedule, Schedule)
    groups = [[p.detach() for p in model.parameters() if p.requires_grad] for model in models]
    name = type(models[0]).__name__
    if not groups[0]:
        raise InputError(
            f"{name} has no weights that gradients could train; choose a scheme that solves "
            "for it directly, as closed_form does."
        )
    if _elementwise(component):
        groups = [[torch.cat([p.flatten() for p in group])] for group in groups]
    copies = [[p.clone().requires_grad_() for p in group] for group in groups]
    for copy in (copy for group in copies for copy in group):
        copy.grad = torch.zeros_like(copy)
    try:
        made = component.make(_with_rates(training, copies))
        asks = inspect.signature(made.step).parameters.get("closure")
        if asks is not None and asks.default is inspect.Parameter.empty:
            raise InputError(
                "it asks for the loss again and again within an update, each of which is on "
                "windows of its own; choose another one, such as radam"
            )
        made.step()
        for step in (0, training.steps - 1):
            rate = schedule.rate(
                step,
                steps=training.steps,
                first=training.first_rate(0),
                final=training.final_learning_rate,
            )
            if not (math.isfinite(rate) and rate >= 0):
                raise InputError(f"its schedule gives a rate of {rate} at update {step + 1}")
    except Exception as error:
        why = str(error) if isinstance(error, InputError) else reason_of(error)
        raise InputError(
            f"The optimiser {described(optimisers, training.optimiser)} cannot train {name}: "
            f"{why}."
        ) from error


def _refuse_other(key: str, given: object, protocol: type) -> None:
    if not isinstance(given, protocol):
        raise InputError(
            f"training.{key} is a component of kind {key}; got {type(given).__name__}."
        )


def described(registry: Registry[Any], given: Any) -> str:
    """Return what was chosen in short: the name, and parameters that are not the defaults."""
    if not isinstance(given, (str, Component)):
        return repr(given)
    named = Component.of(given)
    defaults = {p.name: p.default for p in registry.spec(named.name).parameters}
    other = {k: v for k, v in named.parameters.items() if not _same(v, defaults.get(k))}
    return registry.shortest_name(named.name) + (f" {other}" if other else "")


def _same(value: Any, default: Any) -> bool:
    listed = cast("list[Any]", value) if isinstance(value, list) else None
    return (value if listed is None else tuple(listed)) == default


def _elementwise(component: Optimiser) -> bool:
    return isinstance(component, SupportsElementwise) and component.elementwise


def _with_rates(training: Training, groups: Sequence[list[Any]]) -> list[dict[str, Any]]:
    return [{"params": group, "lr": training.first_rate(i)} for i, group in enumerate(groups)]
