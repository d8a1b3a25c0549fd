"""What every model keeps to."""

from __future__ import annotations

import copy
import inspect
import io
import json
from collections.abc import Mapping
from typing import Any, cast

import attrs
import torch
from torch import Tensor, nn
from torch.func import functional_call

from takens._dynamics.ensemble import Ensemble
from takens._dynamics.generate import generate
from takens._protocols.dynamics import SupportsJacobian, SupportsTangent, Time
from takens._protocols.model import (
    ContinuousModel,
    Model,
    SupportsClosedForm,
    SupportsForcingSignal,
    SupportsUnits,
)
from takens.testing.failure import require, require_close, require_instance
from takens.testing.samples import DOUBLE, numbers, record
from takens.testing.systems import derivative, velocity

_CPU = torch.device("cpu")


def check_model_protocol(model: Model) -> None:
    """Check that all members are there, and it is a module."""
    name = type(model).__name__
    require_instance(model, Model)
    require(isinstance(model, nn.Module), f"{name} is no torch.nn.Module.")
    for size in ("latent_dim", "obs_dim", "context_length"):
        value = getattr(model, size)
        require(type(value) is int and value > 0, f"{size} is {value!r}.")
    require_instance(model.time, Time)
    if model.time is Time.CONTINUOUS:
        require(isinstance(model, ContinuousModel), f"{name} names no integrator.")


def check_model_config(model: Model) -> None:
    """Check that ``config`` has JSON types, and its fields make the model again."""
    settings = attrs.asdict(model.config)
    # A tuple comes back as a list; that the constructor takes it too is what counts.
    stored = json.loads(json.dumps(settings, allow_nan=False))
    again = _rebuilt(model, stored)
    found = json.loads(json.dumps(attrs.asdict(again.config), allow_nan=False))
    require(found == stored, f"config is {found} after it was stored as {stored}.")


def check_model_shapes_and_dtypes(model: Model) -> None:
    """Check that every member gives the shape and dtype that it should."""
    for dtype in (torch.float32, torch.float64):
        own = _copy(model, dtype)
        for shape in ((), (4,), (2, 3)):
            context = _context(own, *shape).to(dtype)
            z = own.encode(context)
            m, n = own.latent_dim, own.obs_dim
            for what, found, last in (
                ("encode", z, m),
                ("the dynamics", velocity(own, z), m),
                ("observe", own.observe(z), n),
                ("force", own.force(z, context[..., -1, :]), m),
            ):
                require(
                    found.shape == (*shape, last) and found.dtype == dtype,
                    f"{what} gives {found.dtype} {tuple(found.shape)}; expected {dtype} "
                    f"{(*shape, last)}.",
                )


def check_model_batch_is_pointwise(model: Model) -> None:
    """Check that no member of a batch sees another."""
    own = _copy(model)
    together = _pass(own, _context(own, 4))
    alone = [_pass(own, context) for context in _context(own, 4)]
    for what, found in together.items():
        apart = torch.stack([each[what] for each in alone])
        require_close(found, apart, f"{what}: a batch differs from its members alone")


def check_model_leaves_its_input_alone(model: Model) -> None:
    """Check that states and observations are not written to."""
    own = _copy(model)
    context, z = _context(own, 4), numbers(4, own.latent_dim)
    copies = context.clone(), z.clone()
    with torch.no_grad():
        own.encode(context)
        velocity(own, z)
        own.observe(z)
        own.force(z, context[..., -1, :])
    require_close(context, copies[0], "An observation was changed in place", rtol=0, atol=0)
    require_close(z, copies[1], "A state was changed in place", rtol=0, atol=0)


def check_model_forcing_twice_is_forcing_once(model: Model) -> None:
    """Check that a state that agrees with an observation is not changed by it."""
    own = _copy(model)
    z, x = numbers(4, own.latent_dim), numbers(4, own.obs_dim, seed=1)
    once = own.force(z, x)
    require_close(own.force(once, x), once, "force(force(z, x), x) is not force(z, x)")


def check_model_state_dict(model: Model) -> None:
    """Check that config and state, stored by ``torch.save``, make the same model."""
    own = _copy(model)
    _disturb(own)
    buffer = io.BytesIO()
    torch.save(own.state_dict(), buffer)
    buffer.seek(0)
    state = torch.load(buffer, weights_only=True)
    other = _rebuilt(own).to(_CPU, DOUBLE)
    other.load_state_dict(state)
    for what, found in _pass(other, _context(own, 4)).items():
        expected = _pass(own, _context(own, 4))[what]
        require_close(found, expected, f"{what} changes when the model is stored", atol=1e-12)


def check_model_functional_call(model: Model) -> None:
    """Check that the dynamics use the weights that ``torch.func.functional_call`` puts in."""
    own = _copy(model)
    other = _copy(model)
    _disturb(other)
    context = _context(own, 4)
    before, after = _pass(own, context), _pass(other, context)
    require(
        not any(weight.numel() for weight in own.parameters())
        or any(not torch.equal(before[what], after[what]) for what in before),
        "It has weights, and nothing depends on them.",
    )
    module = cast(nn.Module, own)
    named = dict(cast(nn.Module, other).named_parameters())
    named |= dict(cast(nn.Module, other).named_buffers())
    z = numbers(4, own.latent_dim)
    arguments = (z,) if own.time is Time.DISCRETE else (z.new_zeros(()), z)
    found = functional_call(module, named, arguments)
    require_close(found, velocity(other, z), "Weights that are put in are not used")


def check_model_ensemble(model: Model) -> None:
    """Check that members of an ensemble are evaluated together as they are alone."""
    own, other = _copy(model), _copy(model)
    _disturb(other)
    ensemble = Ensemble((own, other))
    context = _context(own, 2, 4)
    together = _pass(ensemble, context)
    alone = [_pass(own, context[0]), _pass(other, context[1])]
    for what, found in together.items():
        apart = torch.stack([each[what] for each in alone])
        require_close(found, apart, f"{what}: an ensemble differs from its members alone")


def check_model_seed(model: Model) -> None:
    """Check that the settings decide the first weights; the global generator is left alone."""
    before = torch.random.get_rng_state()
    one, two = _rebuilt(model).state_dict(), _rebuilt(model).state_dict()
    require(
        torch.equal(before, torch.random.get_rng_state()), "It draws from the global generator."
    )
    for name, value in one.items():
        if isinstance(value, Tensor):
            require(torch.equal(value, two[name]), f"{name} differs between two of one seed.")


def check_model_free_run(model: Model) -> None:
    """Check that a free run stays finite, and is the same every time."""
    own = _copy(model)
    runs = [generate(own, context=_context(own, 2), steps=20, dt=0.01).x for _ in range(2)]
    require(bool(runs[0].isfinite().all()), "A free run of 20 steps is not finite.")
    # The first may run in plain torch and the second compiled.
    require_close(runs[0], runs[1], "Two free runs from one start differ")


def check_model_jacobian(model: Any) -> None:
    """Check that the Jacobian is the derivative of the field."""
    own = _copy(model)
    z = numbers(4, own.latent_dim)
    expected = derivative(own, z)
    found = own.jacobian(z.new_zeros(()), z)
    require_close(found, expected, "jacobian() differs from the derivative")


def check_model_tangent(model: Any) -> None:
    """Check that the pushed vectors are the derivative of the map, times the vectors."""
    own = _copy(model)
    z, v = numbers(4, own.latent_dim), numbers(4, own.latent_dim, 2, seed=1)
    following, pushed = own.tangent(z, v)
    require_close(following, velocity(own, z), "tangent() gives another next state")
    require_close(pushed, derivative(own, z) @ v, "tangent() differs from the derivative")


def check_model_forcing_signal(model: Any) -> None:
    """Check that forcing writes the signal into the first units, whatever the state is."""
    own = _copy(model)
    z, x = numbers(4, own.latent_dim), numbers(4, own.obs_dim, seed=1)
    signal = own.forcing_signal(x)
    expected = torch.cat((signal, z[..., signal.shape[-1] :]), -1)
    require_close(own.force(z, x), expected, "force() is not forcing_signal() and the rest")


def check_model_closed_form(model: Any) -> None:
    """Check that solving gives figures of JSON types and finite weights."""
    own = _copy(model)
    series = record(200, own.obs_dim)
    figures = own.solve_weights(_standard(series.x)[None], times=series.t)
    json.dumps(dict(figures), allow_nan=False)
    for name, value in own.state_dict().items():
        if isinstance(value, Tensor) and value.dtype.is_floating_point:
            require(bool(value.isfinite().all()), f"{name} is not finite after solving.")


def check_model_units(model: Any) -> None:
    """Check that adopted units count: states of the same observation differ."""
    own, other = _copy(model), _copy(model)
    n = own.obs_dim
    own.adopt_units(torch.zeros(n, dtype=DOUBLE), torch.ones(n, dtype=DOUBLE))
    other.adopt_units(torch.full((n,), 2.0, dtype=DOUBLE), torch.full((n,), 3.0, dtype=DOUBLE))
    context = _context(own, 3)
    with torch.no_grad():
        z = own.encode(context)
        require(not torch.equal(z, other.encode(context)), "Adopted units change nothing.")
        raw = context[..., -1, :] * 3 + 2
        require_close(
            other.observe(other.force(z, context[..., -1, :])),
            (raw - 2) / 3,
            "An observation does not come back in adopted units",
        )


def _copy(model: Model, dtype: torch.dtype = DOUBLE) -> Any:
    """Give a copy in one precision; where weights are solved for, with weights."""
    own = copy.deepcopy(cast(Any, model)).to(_CPU, dtype)
    if isinstance(own, SupportsUnits):
        n = cast(Model, own).obs_dim
        own.adopt_units(torch.zeros(n, dtype=dtype), torch.ones(n, dtype=dtype))
    if isinstance(own, SupportsClosedForm):
        series = record(200, cast(Model, own).obs_dim)
        own.solve_weights(_standard(series.x)[None].to(dtype), times=series.t)
    return own


def _rebuilt(model: Model, settings: Mapping[str, Any] | None = None) -> Any:
    """Make a model again, of its settings as one value or of their fields."""
    if settings is None:
        settings = attrs.asdict(model.config, recurse=False)
    kind = cast(Any, type(model))
    taken = inspect.signature(kind).parameters.values()
    if {each.name for each in taken} >= set(settings) or any(
        each.kind is each.VAR_KEYWORD for each in taken
    ):
        return kind(**settings)
    return kind(cast(Any, type(model.config))(**settings))


def _context(model: Model, *shape: int) -> Tensor:
    return 0.5 * numbers(*shape, model.context_length, model.obs_dim)


def _standard(x: Tensor) -> Tensor:
    return (x - x.mean(0)) / x.std(0)


def _disturb(model: Model) -> None:
    """Move every weight, so that nothing is as it was made."""
    with torch.no_grad():
        for i, parameter in enumerate(model.parameters()):
            parameter += 0.05 * numbers(*parameter.shape, seed=i).to(parameter)


def _pass(model: Any, context: Tensor) -> dict[str, Tensor]:
    """Apply every member once."""
    with torch.no_grad():
        z = model.encode(context)
        return {
            "encode": z,
            "the dynamics": velocity(model, z),
            "observe": model.observe(z),
            "force": model.force(z, context[..., -1, :]),
        }


CHECKS = (
    check_model_protocol,
    check_model_config,
    check_model_shapes_and_dtypes,
    check_model_batch_is_pointwise,
    check_model_leaves_its_input_alone,
    check_model_forcing_twice_is_forcing_once,
    check_model_state_dict,
    check_model_functional_call,
    check_model_ensemble,
    check_model_seed,
    check_model_free_run,
)
CAPABILITIES = (
    (SupportsJacobian, check_model_jacobian),
    (SupportsTangent, check_model_tangent),
    (SupportsForcingSignal, check_model_forcing_signal),
    (SupportsClosedForm, check_model_closed_form),
    (SupportsUnits, check_model_units),
)
