"""Going back to earlier weights where a training breaks down, at a lower rate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any, Final, final

import attrs
import torch
from torch import Tensor

from takens._training.descent import Descent, Moments

# What went well is kept so often, and what is gone back to is at least so old: the updates
# just before a breakdown have spoilt the weights already.
_EVERY: Final = 50
_FACTOR: Final = 0.5


@final
@attrs.frozen(eq=False)
class Good:
    """Weights whose losses were finite, `values: (members, p)`, with their moments."""

    values: Tensor
    moments: Moments


@final
@attrs.define(eq=False)
class StepBack:
    """Two earlier states, to the older of which a member goes back, ``most`` times at most.

    ``times`` says for each member how often it went back, and ``last`` at which update; every
    time its rate is halved, for good.
    """

    most: int
    times: list[int]
    last: list[int]
    older: Good | None = None
    newer: Good | None = None

    @classmethod
    def of(cls, members: int, most: int) -> StepBack:
        """Begin with nothing to go back to."""
        return cls(most, [0] * members, [0] * members)

    @property
    def slower(self) -> tuple[float, ...]:
        """What each member's rate is multiplied by; empty where no member went back."""
        return tuple(_FACTOR**n for n in self.times) if any(self.times) else ()

    def keep(self, step: int, values: Tensor, descent: Descent) -> None:
        """Keep what has gone well so far, if it is time."""
        if self.most and step % _EVERY == 0:
            self.older = self.newer
            self.newer = Good(values.detach().clone(), descent.moments())

    def can(self, member: int) -> bool:
        """Whether there is something to go back to, and a member may."""
        return self.newer is not None and self.times[member] < self.most

    def go(self, members: Sequence[int], step: int, values: Tensor, descent: Descent) -> None:
        """Put members back to where they were."""
        good = self.older or self.newer
        if good is None or not members:
            return
        for member in members:
            with torch.no_grad():
                values[member] = good.values[member]
            descent.put_back(member, good.moments)
            self.times[member] += 1
            self.last[member] = step
        # Who breaks down again goes back no further, and those who did not have lost nothing.
        self.newer = self.older = good

    def remarks(self) -> Iterable[str]:
        """Say of each member whether it went back."""
        for i, times in enumerate(self.times):
            if times:
                whose = f"Member {i} went" if len(self.times) > 1 else "Training went"
                yield (
                    f"{whose} back to earlier weights {_often(times)}, for the last time at "
                    f"update {self.last[i] + 1}, where its loss was no longer finite; its "
                    f"learning rate is {_FACTOR**times:g} of what was asked for since."
                )

    def state(self) -> dict[str, Any]:
        """Return it in tensors and JSON types."""
        kept = {"older": self.older, "newer": self.newer}
        states = {
            name: good and {"values": good.values, "moments": deepcopy(good.moments)}
            for name, good in kept.items()
        }
        return {"times": list(self.times), "last": list(self.last), **states}

    def restore(self, state: Mapping[str, Any], weights: Tensor) -> None:
        """Go on from a stored state of such ``weights``.

        Raises: ValueError where it is of other members or weights; TypeError where its counts
        are no numbers.
        """
        if {len(state["times"]), len(state["last"])} != {len(self.times)}:
            raise ValueError("it stepped back for another number of members")
        counts: list[Any] = [*state["times"], *state["last"]]
        if not all(type(count) is int and count >= 0 for count in counts):
            raise TypeError("it stepped back an odd number of times")
        self.times, self.last = list(state["times"]), list(state["last"])
        for name in ("older", "newer"):
            good = state[name] and Good(state[name]["values"], list(state[name]["moments"]))
            if good and (
                good.values.shape != weights.shape or not bool(good.values.isfinite().all())
            ):
                raise ValueError("the weights it may go back to are of others, or not finite")
            setattr(self, name, good)


def _often(times: int) -> str:
    return "once" if times == 1 else f"{times} times"
