"""Fields that take a time for each sample."""

from collections.abc import Iterable
from typing import Any, cast

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

import takens


class _Watch(TorchFunctionMode):
    """Notices whether a function of torch is called with one given Tensor."""

    def __init__(self, watched: Tensor) -> None:
        super().__init__()
        self.watched, self.seen = watched, False

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        self.seen = self.seen or _holds((args, kwargs), self.watched)
        return func(*args, **kwargs)


def _holds(nested: Any, watched: Tensor) -> bool:
    if isinstance(nested, dict):
        nested = cast(dict[Any, Any], nested).values()
    elif not isinstance(nested, (tuple, list)):
        return nested is watched
    return any(_holds(item, watched) for item in cast(Iterable[Any], nested))


def with_own_times(
    f: takens.VectorField, t: Tensor, x: Tensor
) -> tuple[takens.VectorField, bool]:
    """Give the field, made to take times `(...)`, one for each sample of `x: (..., d)`.

    Tells also whether it looks at its time.

    A field that has a form for this (``at_own_times``) is asked for it. One that looks at
    its time is mapped over the samples by ``torch.func.vmap``, so
    that it still sees `t: ()`; others, found by one evaluation, are called as they are.
    """
    if isinstance(f, takens.SupportsOwnTimes):
        own = f.at_own_times
        return (lambda t, x: own(t, x) if t.dim() else f(t, x)), True
    if not t.numel():
        return f, False
    with torch.no_grad(), _Watch(t.reshape(-1)[:1].reshape(()).to(x.dtype)) as watch:
        f(watch.watched, x)
    if not watch.seen:
        return f, False
    each = cast(takens.VectorField, torch.func.vmap(f))

    def field(t: Tensor, x: Tensor, /) -> Tensor:
        if t.numel() == 1:
            return f(t.reshape(()), x)
        y = x.reshape(t.numel(), *x.shape[t.dim() :])
        return each(t.reshape(-1), y).reshape(x.shape)

    return field, True
