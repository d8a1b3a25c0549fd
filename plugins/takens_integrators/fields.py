"""What an integrator solves: fields, looked at before the work and whenever they are called."""

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast, final

import attrs
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

import takens
from takens.plugin import VectorField
from takens_integrators.under_transforms import any_of


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


def checked_field(f: VectorField) -> VectorField:
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


def _outside_inference(f: VectorField, t: Tensor, x: Tensor) -> Tensor:
    """Call a field so that it may use autograd inside, also in inference mode."""
    try:
        if not torch.is_inference_mode_enabled():
            return f(t, x)
        with torch.inference_mode(False), torch.no_grad():
            return f(t.clone(), x.clone())
    except RuntimeError as error:
        if "dtype" not in str(error) and "scalar type" not in str(error):
            raise
        raise takens.InputError(
            f"The field does not take a state of {x.dtype}, for which torch gave: "
            f"{str(error).splitlines()[0]}. Give state and parameters one dtype, by "
            "module.double() or x0.float()."
        ) from error


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


@final
@attrs.frozen(eq=False)
class OwnTimes:
    """A field that takes times `(...)`, one for each sample of `x: (..., d)`.

    ``sees_time`` tells whether it looks at them. The last ``joined`` dimensions of `(...)` are
    one sample: their rows act on one another, and share time and step.
    """

    field: VectorField
    sees_time: bool = False
    joined: int = 0


def known_batch_dims(batch_dims: int | None, x0: Tensor) -> int | None:
    """Return how many dimensions of `x0: (..., d)` number samples, where that was said.

    Raises: InputError where it has not as many.
    """
    if batch_dims is not None and batch_dims > x0.dim() - 1:
        raise takens.InputError(
            f"batch_dims is at most {x0.dim() - 1} for states of shape {tuple(x0.shape)}, the "
            f"last dimension of which is that of one state; got {batch_dims}."
        )
    return batch_dims


def with_own_times(
    f: VectorField, ts: Tensor, x: Tensor, batch_dims: int | None = None
) -> OwnTimes:
    """Return the field, made to take a time for each sample, for `ts: (n,)` or `(..., n)`.

    The first ``batch_dims`` dimensions of `x: (..., d)` number samples; where that is not
    given, rows that act on one another are found by a few evaluations. A field that has a form
    for own times (``at_own_times``) is asked for it. One that looks at its time is mapped over
    the samples by ``torch.func.vmap``, so that it still sees `t: ()`; others, found by one
    evaluation, are called as they are.

    Raises: InputError where rows of one sample have times of their own.
    """
    lead = x.dim() - 1
    if not x.shape[:-1].numel():
        return OwnTimes(f)
    # Outside of inference mode a field may use autograd inside.
    with torch.inference_mode(False), torch.no_grad():
        times = _ends(ts, x)
        y = x.detach().clone()
        with _Watch(times[0]) as watch:
            _outside_inference(f, times[0], y)
        own = isinstance(f, takens.plugin.SupportsOwnTimes)
        sees_time = own or watch.seen
        if batch_dims is None:
            joined = takens.backend.coupled_dims(_at_some(f, times, sees_time), x)
        else:
            joined = lead - batch_dims
        if sees_time and not own:
            each, start = torch.func.vmap(f), times[0]
            if not _is_alike(f, start, x, lambda y: each(start.expand(len(y)), y), joined):
                joined = lead
    separate = not _with_shared(ts, joined) and sees_time
    if separate and (own or x.shape[:-1].numel() > 1):
        return OwnTimes(_separate(f), sees_time)
    return OwnTimes(_as_given(f, x.dim(), joined, sees_time), sees_time, joined)


def rows_to_join(f: VectorField, ts: Tensor, x: Tensor, batch_dims: int | None) -> int:
    """Return how many dimensions before the last of `x: (..., d)` are one sample of a field.

    That is for solvers that ask for the velocity of one sample after the other.

    Raises: InputError where rows of one sample have times of their own.
    """
    lead = x.dim() - 1
    with torch.inference_mode(False), torch.no_grad():
        times = _ends(ts, x)
        if batch_dims is None:
            joined = takens.backend.coupled_dims(_at_some(f, times, True), x)
            start = times[0]
            if not _is_alike(f, start, x, lambda y: [f(start, one) for one in y], joined):
                joined = lead
        else:
            joined = lead - batch_dims
    return _with_shared(ts, joined)


def _ends(ts: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    start, end = (ts.detach().reshape(-1, ts.shape[-1])[0, i].to(x.dtype) for i in (0, -1))
    return start.clone(), end.clone()


def _at_some(
    f: VectorField, times: Sequence[Tensor], sees_time: bool
) -> Callable[[Tensor], Tensor]:
    """Return the field as a function of the state, at a few times where that matters."""
    start, end = times
    some = (start, start + 0.4 * (end - start), end) if sees_time else (start,)
    return lambda y: torch.cat([f(t, y.clone()) for t in some], -1)


def _is_alike(
    f: VectorField,
    t: Tensor,
    x: Tensor,
    each: Callable[[Tensor], Tensor | list[Tensor]],
    joined: int = 0,
) -> bool:
    """Whether samples alone, the last ``joined`` dimensions of each, have the field of all.

    ``each`` gives the velocities of samples `(b, ...)`.
    """
    if x.shape[: x.dim() - 1 - joined].numel() < 2:
        return True
    y = x.detach().reshape(-1, *x.shape[x.dim() - 1 - joined :]).clone()
    try:
        together = f(t, x.detach().clone())
    except Exception:
        # It says so when it is solved.
        return True
    try:
        found = each(y)
        alone = torch.stack(found) if isinstance(found, list) else found
        gap, size = (alone.reshape(x.shape) - together).abs(), together.abs()
    except Exception:
        # Whatever a field cannot do for one sample, it can for all.
        return False
    return not any_of(gap > 1e-3 * size + 1e-6 * size.nan_to_num().max())


def _with_shared(ts: Tensor, joined: int) -> int:
    """Return ``joined`` where the rows of a sample have the same times.

    Raises: InputError.
    """
    if joined and ts.dim() > 1:
        rows = ts.detach().flatten(-1 - joined, -2)
        if any_of(rows != rows[..., :1, :]):
            raise takens.InputError(
                "Rows of a state that act on one another, or that the field cannot be called "
                "for one by one, have one time: give times of shape (n,), and not "
                f"{tuple(ts.shape)} with rows that differ."
            )
    return joined


def _separate(f: VectorField) -> VectorField:
    """Return a field that gives each sample its own time."""
    if isinstance(f, takens.plugin.SupportsOwnTimes):
        own = f.at_own_times
        return lambda t, x: own(t, x) if t.dim() else f(t, x)
    each = cast(VectorField, torch.func.vmap(f))

    def field(t: Tensor, x: Tensor, /) -> Tensor:
        if t.numel() == 1:
            return f(t.reshape(()), x)
        y = x.reshape(t.numel(), *x.shape[t.dim() :])
        return each(t.reshape(-1), y).reshape(x.shape)

    return field


def _as_given(f: VectorField, dims: int, joined: int, sees_time: bool) -> VectorField:
    """Return a field that is called with states of ``dims`` dimensions, as it was given.

    States of many steps at once, `(k, ..., d)`, are those of one after the other, where the
    field does not take them together.
    """
    each = cast(VectorField, torch.func.vmap(f))
    takes_many = list[bool]()

    def field(t: Tensor, x: Tensor, /) -> Tensor:
        if x.dim() > dims:
            if not sees_time and not takes_many:
                takes_many.append(_takes_many(f, t.reshape(-1)[0], x))
            if not sees_time and takes_many[0]:
                return f(t.reshape(-1)[0], x)
            rows = zip(t if t.dim() else t.expand(len(x)), x, strict=True)
            return torch.stack([field(s, y) for s, y in rows])
        batch = x.shape[: dims - 1 - joined]
        if not sees_time or not t.dim() or batch.numel() == 1:
            return f(t.reshape(-1)[0] if t.dim() else t, x)
        if isinstance(f, takens.plugin.SupportsOwnTimes):
            return f.at_own_times(t, x)
        y = x.reshape(-1, *x.shape[dims - 1 - joined :])
        return each(t.reshape(len(y), -1)[:, 0], y).reshape(x.shape)

    return field


def _takes_many(f: VectorField, t: Tensor, x: Tensor) -> bool:
    """Whether a field makes the same of states `(k, ..., d)` as of one after the other."""
    with torch.inference_mode(False), torch.no_grad():
        two = x.detach()[:2].clone()
        # Two alike would hide that they act on one another.
        two = torch.cat((two, two[:1] * 1.1))[:2] if len(two) < 2 else two
        try:
            alone, together = torch.stack([f(t, y.clone()) for y in two]), f(t, two.clone())
            gap, size = (alone - together).abs(), alone.abs()
        except Exception:
            return False
        apart = any_of(gap > 1e-3 * size + 1e-6 * size.nan_to_num().max())
        coupled = takens.backend.coupled_dims(lambda y: f(t, y), two)
        return not apart and coupled < two.dim() - 1


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
