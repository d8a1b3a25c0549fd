"""Where derivatives are recorded, and where memory is saved instead."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

import attrs
import torch
from torch import Tensor


def recording(
    given: Iterable[object], weights: Iterable[Tensor] = ()
) -> torch.set_grad_enabled:
    """Return a context that records derivatives only where something that is given has one.

    Weights always ask for a gradient, so only those count that a transform of ``torch.func``
    follows, which wraps them.
    """
    wanted = any(isinstance(each, Tensor) and each.requires_grad for each in given) or any(
        torch.func.debug_unwrap(each, recurse=False) is not each for each in weights
    )
    return torch.set_grad_enabled(torch.is_grad_enabled() and wanted)


def fields_of(system: object) -> Iterator[object]:
    """Yield the parameters of a system, where its class declares them."""
    if attrs.has(type(system)):
        for field in attrs.fields(cast(Any, type(system))):
            yield getattr(system, field.name)


def followed(function: Callable[[], Tensor]) -> tuple[Tensor, ...]:
    """Return what a function gives under a transform of ``torch.func``, which wraps it.

    That tells whether the transform follows what the function holds, wherever that is.
    """
    if torch._C._functorch.peek_interpreter_stack() is None:  # pyright: ignore
        return ()
    try:
        return (function(),)
    except Exception:
        # It says so when it runs.
        return ()


def is_mapped(tensors: Iterable[Tensor]) -> bool:
    """Whether ``torch.func.vmap`` is at work on one of some tensors."""
    functorch = cast(Any, torch._C._functorch)  # pyright: ignore
    for tensor in tensors:
        while functorch.is_functorch_wrapped_tensor(tensor):
            if functorch.is_batchedtensor(tensor):
                return True
            tensor = functorch.get_unwrapped(tensor)
    return False
