"""Which tensors a field takes its gradients to."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

import attrs
import torch
from torch import Tensor, nn
from torch.autograd.graph import Node

import takens
from takens.plugin import VectorField


def sources_of_gradient(
    f: VectorField, t: Tensor, x: Tensor, known: Sequence[Tensor] = ()
) -> tuple[Tensor, ...]:
    """Return all tensors besides time and state that a gradient of `f(t, x)` goes to.

    They are those that are ``known``, and every leaf that the graph of one evaluation leads
    to, captured by a closure or wherever else it is.

    Raises: takens.InputError where the graph leads out of the field through a tensor that
    was computed before and is none of these, since its gradient would be lost.
    """
    known = list({id(tensor): tensor for tensor in known if tensor.requires_grad}.values())
    stops = {(tensor.grad_fn, tensor.output_nr) for tensor in known}
    with torch.enable_grad():
        first, second = (_graph(f(t.detach(), x.detach()), stops) for _ in range(2))
    # What both evaluations share existed before them: nodes of the field are made anew.
    leaves = {id(n): n for n in first if hasattr(n, "variable")}
    outside = [node for node in first if node in second and id(node) not in leaves]
    if outside:
        raise takens.InputError(
            "The field uses a tensor that needs a gradient and was computed outside of it "
            f"(by {outside[0].name()}), which the adjoint would not give: pass it through "
            "parameters=(...), make it a field of an attrs class, or use gradient='direct'."
        )
    found = [cast(Tensor, cast(Any, node).variable) for node in leaves.values()]
    names = {id(tensor) for tensor in known}
    return (*known, *(tensor for tensor in found if id(tensor) not in names))


def tensors_within(f: object) -> tuple[Tensor, ...]:
    """Return the Tensors in the fields of an attrs class, nested ones too, or of a module."""
    return tuple(_members(f, set()))


def _members(thing: Any, seen: set[int]) -> Iterator[Tensor]:
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, Tensor):
        yield thing
    elif isinstance(thing, nn.Module):
        yield from thing.parameters()
    elif attrs.has(type(cast(object, thing))):
        for field in attrs.fields(cast(Any, type(thing))):
            yield from _members(getattr(thing, field.name), seen)
    elif isinstance(thing, (tuple, list)):
        for item in cast(Sequence[Any], thing):
            yield from _members(item, seen)
    elif isinstance(thing, dict):
        yield from _members(list(cast(dict[Any, Any], thing).values()), seen)


def _graph(y: Tensor, stops: set[tuple[Node | None, int]]) -> set[Node]:
    """Collect the nodes that lead to `y`, not going past ``stops``."""
    found: set[Node] = set()
    todo = [(y.grad_fn, y.output_nr)]
    while todo:
        node, output = todo.pop()
        if node is None or (node, output) in stops or node in found:
            continue
        found.add(node)
        todo += node.next_functions
    return found
