"""What an integrator solves: fields, looked at before the work and whenever they are called."""

import inspect
from collections.abc import Iterable
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

import takens


def check_dynamics(f: Any, x0: Tensor) -> None:
    """Refuse what is no field `(t, x)`, or a system of another dimension than `x0: (..., d)`.

    Raises: InputError.
    """
    if not callable(f):
        raise takens.InputError(
            f"A field is a function (t, x) of time and state; got {type(f).__name__}."
        )
    if getattr(f, "time", None) is takens.plugin.Time.DISCRETE:
        raise takens.InputError(
            f"{type(f).__name__} is a map, which no integrator solves: call it step by step, "
            "or use takens.simulate."
        )
    names = _other_arguments(f)
    if names is not None:
        hint = "; takens_systems.Driven(f, signal) gives it an input" if len(names) > 2 else ""
        raise takens.InputError(
            "A field is called as f(t, x), with time and state; got one that is called as "
            f"f({', '.join(names)}){hint}."
        )
    if isinstance(f, takens.plugin.System) and f.dim != x0.shape[-1]:
        raise takens.InputError(
            f"{type(f).__name__} has {f.dim} state variables; got initial states of shape "
            f"{tuple(x0.shape)}, whose last dimension should be {f.dim}."
        )


def checked_field(f: takens.plugin.VectorField) -> takens.plugin.VectorField:
    """Return the field, made to refuse results whose shape or dtype is not that of the state.

    Broadcasting would hide a field that is written for one sample and given a batch. One that
    writes into its state, or into what it returned before, is refused too.
    """
    seen: list[tuple[Tensor, int]] = []

    def field(t: Tensor, x: Tensor, /) -> Tensor:
        # What the first call writes into is a copy: nobody's state is changed by a refusal.
        x = x if seen else x.clone()
        before = _version(x)
        k = _outside_inference(f, t, x)
        if _version(x) != before:
            raise takens.InputError(
                "The field writes into the state that it is given, which others go on with; "
                "write x = x * 2 and not x *= 2, or begin with x = x.clone()."
            )
        if seen and _version(seen[0][0]) != seen[0][1]:
            raise takens.InputError(
                "The field writes into what it returned before, which is still needed; return "
                "a new tensor at every call."
            )
        if isinstance(k, Tensor):  # pyright: ignore[reportUnnecessaryIsInstance]
            seen[:] = [(k, _version(k))]
        if not isinstance(k, Tensor):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise takens.InputError(
                f"A field returns a Tensor of the shape of its state, {tuple(x.shape)}; "
                f"got {type(k).__name__}."
            )
        if k.shape != x.shape or k.dtype != x.dtype:
            raise takens.InputError(
                f"A field returns the shape and dtype of its state, {tuple(x.shape)} "
                f"{x.dtype}; got {tuple(k.shape)} {k.dtype}. Write it for states of shape "
                "(..., d), as with x.unbind(-1) and torch.stack(..., -1), and create no "
                "tensors of another dtype."
            )
        return k

    return field


def _version(x: Tensor) -> int:
    """Return how often a tensor was written into, where it counts that."""
    return 0 if x.is_inference() else x._version


def _outside_inference(f: takens.plugin.VectorField, t: Tensor, x: Tensor) -> Tensor:
    """Call a field so that it may use autograd inside, also in inference mode."""
    if not torch.is_inference_mode_enabled():
        return f(t, x)
    with torch.inference_mode(False), torch.no_grad():
        return f(t.clone(), x.clone())


def _other_arguments(f: Any) -> list[str] | None:
    """Name the arguments of a callable that does not take two; None where all is well."""
    try:
        signature = inspect.signature(f.forward if isinstance(f, nn.Module) else f)
    except (TypeError, ValueError):
        # Builtin functions do not tell.
        return None
    try:
        signature.bind(None, None)
    except TypeError:
        return list(signature.parameters)
    return None


def with_own_times(
    f: takens.plugin.VectorField, t: Tensor, x: Tensor
) -> tuple[takens.plugin.VectorField, bool]:
    """Return the field, made to take times `(...)`, one for each sample of `x: (..., d)`.

    Tells also whether it looks at its time.

    A field that has a form for this (``at_own_times``) is asked for it. One that looks at
    its time is mapped over the samples by ``torch.func.vmap``, so
    that it still sees `t: ()`; others, found by one evaluation, are called as they are.
    """
    if isinstance(f, takens.plugin.SupportsOwnTimes):
        own = f.at_own_times
        return (lambda t, x: own(t, x) if t.dim() else f(t, x)), True
    if not t.numel():
        return f, False
    # Outside of inference mode a field may use autograd inside.
    with torch.inference_mode(False), torch.no_grad():
        first, y = t.reshape(-1)[:1].reshape(()).to(x.dtype).clone(), x.clone()
        with _Watch(first) as watch:
            f(first, y)
    if not watch.seen:
        return f, False
    each = cast(takens.plugin.VectorField, torch.func.vmap(f))

    def field(t: Tensor, x: Tensor, /) -> Tensor:
        if t.numel() == 1:
            return f(t.reshape(()), x)
        y = x.reshape(t.numel(), *x.shape[t.dim() :])
        return each(t.reshape(-1), y).reshape(x.shape)

    return field, True


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
