"""Running a function on symbols: what torch computes becomes a graph of scalar operations.

The function is run once on one sample, whose numbers are symbols. Every operation that torch
dispatches is recorded; tensors from outside become inputs, so that a kernel sees their current
values. Whatever asks for a number that only a run could give is refused.
"""

# Arguments of torch's operations have no types of their own.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false
# pyright: reportUnknownLambdaType=false, reportPrivateUsage=false

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast, final

import attrs
import numpy as np
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode, _disable_current_modes
from torch.utils._pytree import tree_map

from takens_native.tracing.graph import Graph, Node
from takens_native.tracing.operations import elementwise, structural
from takens_native.tracing.values import LONG, Block, Value, Values, Vector
from takens_native.unsupported import KeptStateError, UnsupportedError

_MAX_ENTRIES = 4096


@final
class Traced(Tensor):
    """A tensor of symbols; it has a shape and no numbers."""

    value: Value

    @staticmethod
    def __new__(cls: type[Traced], value: Value, dtype: torch.dtype) -> Traced:
        """Make one without storage."""
        make = cast(Any, Tensor)._make_wrapper_subclass
        made: Traced = make(cls, tuple(value.shape), dtype=dtype)
        made.value = value
        return made

    def __init__(self, value: Value, dtype: torch.dtype):
        pass

    def __repr__(self) -> str:  # pyright: ignore[reportIncompatibleMethodOverride]
        return f"Traced{tuple(self.shape)}"

    @classmethod
    def __torch_dispatch__(
        cls, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        raise KeptStateError(
            "The function keeps what it was given, or what it made of that, between calls; "
            "return a new tensor at every call."
        )


@final
@attrs.frozen(eq=False)
class Place:
    """Where a tensor from outside begins among the kernel's parameters."""

    offset: int
    tensor: Tensor


@final
class Tracer(TorchDispatchMode):
    """Records into ``graph``; ``places`` says where each tensor from outside is found."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        # Where True, torch imports its compiler for this mode, which takes seconds.
        return False

    def __init__(self, graph: Graph, dtype: torch.dtype, places: Sequence[Place]):
        super().__init__()
        self.values = Values(graph)
        self.graph, self.dtype = graph, dtype
        self._places = {id(place.tensor): place for place in places}
        self._elementwise = elementwise(graph)
        self._structural = structural(self.values)

    def symbol(self, nodes: Sequence[Node], shape: tuple[int, ...]) -> Traced:
        """Make a tensor of given nodes."""
        if len(nodes) >= LONG:
            return Traced(Vector(self.graph.pack(nodes), shape), self.dtype)
        array = np.empty(len(nodes), dtype=object)
        array[:] = nodes
        return Traced(array.reshape(shape), self.dtype)

    def __torch_dispatch__(
        self,
        func: Any,
        types: Any,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = dict(kwargs or {})
        name = func.overloadpacket.__name__
        if torch.Tag.nondeterministic_seeded in func.tags:
            raise UnsupportedError(f"it draws random numbers ({name})")
        if name == "_local_scalar_dense":
            return self._number(args[0])
        if name in ("is_same_size", "sym_size", "sym_numel"):
            raise UnsupportedError(f"it calls {name}")
        if name == "lift_fresh":
            return self._constant(args[0])
        if not any(isinstance(leaf, Tensor) for leaf in _leaves((args, kwargs))):
            return tree_map(lambda made: self._constant(made), func(*args, **kwargs))
        if func._schema.is_mutable:
            return self._in_place(name, args, kwargs)
        return self._run(func, name, args, kwargs)

    def _run(self, func: Any, name: str, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        if name.endswith("_like") or name.startswith("new_"):
            return self._fill(name, args, kwargs)
        if name == "scalar_tensor":
            return self._constant(func(*args, **kwargs))
        tensors = [leaf for leaf in _leaves((args, kwargs)) if isinstance(leaf, Tensor)]
        if name == "_to_copy":
            return self._cast(args[0], kwargs.get("dtype") or args[0].dtype)
        if name in self._elementwise:
            dtype = torch.bool if name in _COMPARISONS else self._dtype(tensors, args)
            return self._apply(name, args, kwargs, dtype)
        if name in self._structural:
            if name == "index" and any(
                i is not None and i.dtype in (torch.bool, torch.uint8) for i in args[1]
            ):
                raise UnsupportedError("it indexes by a mask")
            kwargs.pop("memory_format", None)
            kwargs.pop("dtype", None)
            dtype = self._dtype(tensors[:1], ())
            out = self._structural[name](*tree_map(self._value, tuple(args)), **kwargs)
            if isinstance(out, list):
                return [Traced(part, dtype) for part in out]
            return Traced(out, dtype)
        return self._decompose(func, name, args, kwargs)

    def _apply(
        self, name: str, args: Sequence[Any], kwargs: dict[str, Any], dtype: torch.dtype
    ) -> Traced:
        args = list(args)
        alpha = kwargs.pop("alpha", 1)
        if name == "gelu" and kwargs.pop("approximate", "none") != "none":
            raise UnsupportedError("it uses the approximate form of gelu")
        if kwargs.pop("rounding_mode", None) is not None:
            raise UnsupportedError("it rounds quotients")
        if kwargs:
            raise UnsupportedError(f"it passes {', '.join(kwargs)} to {name}")
        values = [self._operand(a) for a in args if a is not None]
        if alpha != 1:
            which = 0 if name == "rsub" else 1
            scale = self._operand(alpha)
            values[which] = self.values.elementwise(
                self._elementwise["mul"], values[which], scale
            )
        if len(values) == 2 and (blend := self.values.blend(name, *values)):
            return Traced(blend, dtype)
        return Traced(self.values.elementwise(self._elementwise[name], *values), dtype)

    def _in_place(self, name: str, args: Sequence[Any], kwargs: dict[str, Any]) -> Traced:
        target = args[0]
        if "out" in kwargs or not isinstance(target, Traced):
            raise UnsupportedError("it writes into a tensor from outside")
        array = target.value
        if isinstance(array, Vector) and name.rstrip("_") in self._elementwise:
            raise UnsupportedError("it writes into its own argument, or into a long vector")
        if not isinstance(array, np.ndarray):
            raise UnsupportedError("it writes into part of a long vector")
        if not array.flags.writeable:
            raise UnsupportedError(
                "it writes into its own argument, or into an expanded tensor"
            )
        plain = name.rstrip("_")
        if plain == "copy":
            new: Any = self._operand(args[1])
        elif plain == "fill":
            new = self._operand(args[1])
        elif plain == "zero":
            new = self._operand(0.0)
        elif plain in self._elementwise:
            new = self._apply(plain, args, kwargs, target.dtype).value
        else:
            raise UnsupportedError(f"it uses the operation {name}")
        array[...] = self.values.scalars(new)
        return target

    def _fill(self, name: str, args: Sequence[Any], kwargs: dict[str, Any]) -> Traced:
        like = name.endswith("_like")
        shape = tuple(args[0].shape) if like else tuple(args[1])
        kind = name.removesuffix("_like").removeprefix("new_")
        fills = {"zeros": 0.0, "ones": 1.0, "empty": 0.0}
        value = fills[kind] if kind in fills else args[1 if like else 2]
        return self._constant(
            torch.full(shape, value, dtype=kwargs.get("dtype") or args[0].dtype)
        )

    def _cast(self, a: Tensor, dtype: torch.dtype) -> Traced:
        if dtype.is_floating_point and dtype != self.dtype and not isinstance(a, Traced):
            raise UnsupportedError(f"it mixes {dtype} into {self.dtype}")
        if a.dtype.is_floating_point and not dtype.is_floating_point and dtype != torch.bool:
            raise UnsupportedError("it turns numbers into integers")
        if dtype.is_floating_point and dtype != self.dtype:
            raise UnsupportedError(f"it converts {self.dtype} to {dtype}")
        value = self._value(a)
        if dtype == torch.bool and a.dtype != torch.bool:
            value = self.values.elementwise(self._elementwise["ne"], value, self._operand(0.0))
        return Traced(value.copy() if isinstance(value, np.ndarray) else value, dtype)

    def _decompose(
        self, func: Any, name: str, args: Sequence[Any], kwargs: dict[str, Any]
    ) -> Any:
        rules: Any = importlib.import_module("torch._decomp")
        rule: Any = rules.decomposition_table.get(func)
        if rule is None:
            raise UnsupportedError(f"it uses the operation {name}, which is not compiled")
        # A mode is off inside its own handler; the rule's operations are to be seen again.
        with self:
            return rule(*tree_map(self._wrap, tuple(args)), **kwargs)

    def _number(self, a: Tensor) -> Any:
        node = self.values.scalars(self._value(a)).reshape(-1)[0]
        if node.constant is None:
            raise UnsupportedError(
                "it branches on, or reads out, a number that depends on the state"
            )
        if a.dtype.is_floating_point:
            return node.constant
        return bool(node.constant) if a.dtype == torch.bool else int(node.constant)

    def _constant(self, made: Any) -> Any:
        if not isinstance(made, Tensor) or isinstance(made, Traced):
            return made
        if made.device.type != "cpu":
            raise UnsupportedError(f"it makes tensors on {made.device}")
        if made.numel() > _MAX_ENTRIES:
            raise UnsupportedError(f"it makes a tensor of {made.numel()} entries")
        if made.is_complex():
            raise UnsupportedError("it computes with complex numbers")
        array = np.empty(tuple(made.shape), dtype=object)
        with _disable_current_modes():
            numbers = made.detach().to(torch.float64).reshape(-1).tolist()
        flat = array.reshape(-1)
        for i, number in enumerate(numbers):
            flat[i] = self.graph.constant(number)
        return Traced(array, self.dtype if made.dtype.is_floating_point else made.dtype)

    def _value(self, a: Any) -> Any:
        return self._wrap(a).value if isinstance(a, Tensor) else a

    def _operand(self, a: Any) -> Value:
        if isinstance(a, Tensor):
            return self._value(a)
        out = np.empty((), dtype=object)
        out[()] = self.graph.constant(float(a))
        return out

    def _wrap(self, a: Any) -> Any:
        if not isinstance(a, Tensor) or isinstance(a, Traced):
            return a
        place = self._places.get(id(a))
        if place is None:
            raise UnsupportedError(
                f"it uses a tensor {tuple(a.shape)} that is not found in its fields, "
                "its module, its closure or its globals"
            )
        if a.ndim and a.dtype != self.dtype:
            raise UnsupportedError(f"it mixes {a.dtype} into {self.dtype}")
        shape = tuple(a.shape)
        if a.numel() >= LONG:
            strides = tuple(int(np.prod(shape[i + 1 :])) for i in range(len(shape)))
            return Traced(Block(place.offset, shape, strides), self.dtype)
        nodes = [self.graph.input("u", place.offset + i) for i in range(a.numel())]
        return self.symbol(nodes, shape)

    def _dtype(self, tensors: Sequence[Tensor], args: Sequence[Any]) -> torch.dtype:
        dtypes = {t.dtype for t in tensors}
        if any(d.is_floating_point for d in dtypes) or any(isinstance(a, float) for a in args):
            return self.dtype
        return torch.bool if dtypes == {torch.bool} else torch.int64


@final
class _Readings(TorchFunctionMode):
    """Refuses functions that read the numbers of tensors where no tracer sees it.

    What they read would be compiled as it is now, and grow stale.
    """

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        name, kwargs = getattr(func, "__name__", ""), kwargs or {}
        if name in _READING:
            given = (*args, *kwargs.values())
            # What these two are given, they return or copy, which the tracer sees.
            plain = name in ("as_tensor", "asarray") and isinstance(given[0], Tensor)
            given = given[1:] if plain or name == "new_tensor" else given
            if any(isinstance(leaf, Tensor) for leaf in _leaves(given)):
                raise UnsupportedError(f"it reads numbers out of tensors by {name}")
        return func(*args, **kwargs)


_READING = {"tensor", "as_tensor", "asarray", "new_tensor", "numpy", "tolist", "__array__"}
_COMPARISONS = {"lt", "le", "gt", "ge", "eq", "ne", "logical_not", "logical_and", "logical_or",
                "bitwise_not", "bitwise_and", "bitwise_or"}  # fmt: skip


def trace(
    function: Callable[..., Any],
    tracer: Tracer,
    inputs: Sequence[tuple[Sequence[Node], tuple[int, ...]]],
    dim: int,
) -> list[Node]:
    """Return the ``dim`` outputs of a function of some inputs, each given as nodes and shape.

    Raises: UnsupportedError, in a clause, for whatever the function does that cannot be traced.
    """
    symbols = [tracer.symbol(*given) for given in inputs]
    for symbol in symbols:
        if isinstance(symbol.value, np.ndarray):
            symbol.value.flags.writeable = False
    try:
        with torch.no_grad(), tracer, _Readings():
            out = function(*symbols)
    except (UnsupportedError, KeyboardInterrupt):
        raise
    except BaseException as error:
        # Whatever it raises it will raise again, where the caller sees whose it is.
        raise UnsupportedError(
            f"running it on symbols gave {type(error).__name__}: {_line(error)}"
        ) from error
    if not isinstance(out, Tensor):
        raise UnsupportedError(f"it returns {type(out).__name__} and not a tensor")
    value: Value = tracer._wrap(out).value  # pyright: ignore[reportPrivateUsage]
    if int(np.prod(value.shape)) != dim or value.shape[-1:] != (dim,):
        raise UnsupportedError(
            f"it returns shape {tuple(value.shape)} for a state of shape ({dim},)"
        )
    return list(tracer.values.scalars(value).reshape(-1))


def _leaves(tree: Any) -> list[Any]:
    if isinstance(tree, (tuple, list)):
        return [leaf for part in tree for leaf in _leaves(part)]
    if isinstance(tree, dict):
        return [leaf for part in tree.values() for leaf in _leaves(part)]
    return [tree]


def _line(error: BaseException) -> str:
    return inspect.cleandoc(str(error)).split("\n")[0][:200]
