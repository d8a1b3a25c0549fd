"""What every model keeps to."""

from __future__ import annotations

import copy
import functools
import inspect
import io
import json
from collections.abc import Mapping
from typing import Any, Final, cast, get_args

import attrs
import torch
from torch import Tensor, nn
from torch.func import functional_call

from takens._dynamics.ensemble import Ensemble
from takens._dynamics.flow_map import latent_map
from takens._dynamics.generate import generate
from takens._dynamics.inputs import input_dim
from takens._protocols.dynamics import Time
from takens._protocols.inputs import Interpolation
from takens._protocols.model import (
    ContinuousModel,
    Model,
    SupportsClosedForm,
    SupportsForcingSignal,
    SupportsStepMap,
    SupportsUnits,
)
from takens._protocols.recordings import SupportsRecordings
from takens.testing.asking import require, require_close, require_instance
from takens.testing.check import Checks
from takens.testing.functions import (
    TIMES,
    Functions,
    add_derivatives,
    add_functions,
    require_reached,
    velocity,
)
from takens.testing.samples import DOUBLE, gradients, numbers, record, standard

CHECKS = Checks(Model)

_CPU: Final = torch.device("cpu")


def _has_weights(model: Model) -> bool:
    return any(weight.numel() for weight in model.parameters())


def _is_driven(model: Model) -> bool:
    return input_dim(model) > 0


@CHECKS.add
def check_model_protocol(model: Model) -> None:
    """Check that all members are there, and it is a module."""
    require_instance(model, Model)
    require_instance(model, nn.Module, "what torch.nn.Module has")
    for size in ("latent_dim", "obs_dim", "context_length"):
        value = getattr(model, size)
        require(type(value) is int and value > 0, f"{size} is {value!r}.")
    require_instance(model.time, Time)
    if model.time is Time.CONTINUOUS:
        require_instance(model, ContinuousModel, "an integrator")


@CHECKS.add
def check_model_config(model: Model) -> None:
    """Check that ``config`` has JSON types, and its fields make the model again."""
    # A tuple comes back as a list; that the constructor takes it too is what counts.
    stored = _stored(model)
    found = _stored(_rebuilt(model, stored))
    require(found == stored, f"config is {found} after it was stored as {stored}.")


@CHECKS.add
def check_model_forcing_twice_is_forcing_once(model: Model) -> None:
    """Check that a state that agrees with an observation is not changed by it."""
    own = _copy(model)
    z, x = numbers(4, own.latent_dim), numbers(4, own.obs_dim, seed=1)
    once = own.force(z, x)
    require_close(own.force(once, x), once, "force(force(z, x), x) is not force(z, x)")


@CHECKS.add
def check_model_forcing_shows_the_data(model: Model) -> None:
    """Check that a forced state shows what it was forced by, where any state can."""
    own = _copy(model)
    z = numbers(2, 4, own.latent_dim)
    shown = own.observe(z)
    require(not shown[0].equal(shown[1]), "observe() shows the same of all states.")
    found, says = own.observe(own.force(z, shown.flip(0))), "observe(force(z, x)) is not x"
    require_close(found, shown.flip(0), says, rtol=1e-6, atol=1e-6)


@CHECKS.add
def check_model_encodes_in_order(model: Model) -> None:
    """Check that an encoded state shows the last observation, and depends on the first."""
    own = _copy(model)
    context = _observed(own, 4).requires_grad_()
    z = own.encode(context)
    says = "The encoded state does not show the last of the observations"
    require_close(own.force(z, context[..., -1, :]), z, says, rtol=1e-6, atol=1e-6)
    if (length := own.context_length) > 1:
        (gradient,) = gradients((z * numbers(*z.shape, seed=2)).sum(), context)
        first = gradient is not None and bool(gradient[..., 0, :].any())
        says = f"It asks for {length} observations, and nothing depends on the first."
        require(first, says)


@CHECKS.add
def check_model_state_dict(model: Model) -> None:
    """Check that config and state, stored by ``torch.save``, make the same model."""
    own, buffer = _disturbed(model), io.BytesIO()
    torch.save(own.state_dict(), buffer)
    buffer.seek(0)
    other = _rebuilt(own).to(_CPU, DOUBLE)
    other.load_state_dict(torch.load(buffer, weights_only=True))
    expected = _pass(own, _context(own, 4))
    for what, found in _pass(other, _context(own, 4)).items():
        says = f"{what} changes when the model is stored"
        require_close(found, expected[what], says, atol=1e-12)


@CHECKS.add
def check_model_functional_call(model: Model) -> None:
    """Check that the dynamics use the weights that ``torch.func.functional_call`` puts in."""
    own, other = _copy(model), _disturbed(model)
    named = dict(other.named_parameters()) | dict(other.named_buffers())
    z = numbers(4, own.latent_dim)
    arguments = (z,) if own.time is Time.DISCRETE else (z.new_zeros(()), z)
    found = functional_call(own, named, arguments)
    require_close(found, velocity(other, z), "Weights that are put in are not used")


@CHECKS.where(_has_weights)
def check_model_uses_every_weight(model: Model) -> None:
    """Check that something depends on each of the weights, and gradients reach them."""
    own = _disturbed(model)
    context = _context(own, 8)
    z = own.encode(context)
    moved = velocity(own, own.force(z, context[..., -1, :]), TIMES[1])
    given = torch.cat((z, moved, own.observe(moved), velocity(own, moved)), -1)
    if k := input_dim(own):
        before = () if own.time is Time.DISCRETE else (z.new_zeros(()),)
        given = torch.cat((given, own(*before, z, numbers(8, k, seed=4))), -1)
    weights = {name: weight for name, weight in own.named_parameters() if weight.numel()}
    require_reached((given * numbers(*given.shape, seed=3)).sum(), weights)


@CHECKS.add
def check_model_ensemble(model: Model) -> None:
    """Check that members of an ensemble are evaluated together as they are alone."""
    own, other = _copy(model), _disturbed(model)
    context = _context(own, 2, 4)
    alone = [_pass(own, context[0]), _pass(other, context[1])]
    for what, found in _pass(Ensemble((own, other)), context).items():
        apart = torch.stack([each[what] for each in alone])
        require_close(found, apart, f"{what}: an ensemble differs from its members alone")


@CHECKS.add
def check_model_seed(model: Model) -> None:
    """Check that the settings decide the first weights."""
    one, two = _rebuilt(model).state_dict(), _rebuilt(model).state_dict()
    require(one.keys() == two.keys(), "Two of one seed differ in what they hold.")
    for name, value in one.items():
        same = not isinstance(value, Tensor) or value.equal(two[name])
        require(same, f"{name} differs between two of one seed.")


@CHECKS.add
def check_model_free_run(model: Model) -> None:
    """Check that a free run stays finite, and is the same every time."""
    own = _copy(model)
    k, length = input_dim(own), own.context_length + 20
    acting = numbers(length, k, seed=5) if k else None
    context = _context(own, 2)
    runs = [
        generate(own, context=context, steps=20, dt=0.01, inputs=acting).x for _ in range(2)
    ]
    require(bool(runs[0].isfinite().all()), "A free run of 20 steps is not finite.")
    # The first may run in plain torch and the second compiled.
    require_close(runs[0], runs[1], "Two free runs from one start differ")


@CHECKS.where(_is_driven)
def check_model_inputs(model: Model) -> None:
    """Check that inputs act, that zeros are none, and that ``encode`` takes them."""
    own = _disturbed(model)
    k, context = own.input_dim, _context(own, 4)
    known = get_args(Interpolation)
    require(own.interpolation in known, f"interpolation is none of {', '.join(known)}.")
    z = own.encode(context, numbers(4, own.context_length, k))
    before = () if own.time is Time.DISCRETE else (z.new_zeros(()),)
    u = numbers(4, k, seed=1).requires_grad_()
    require_close(own(*before, z, 0 * u), own(*before, z), "Inputs of zero are not none")
    found = own(*before, z, u)
    require(found.shape == z.shape, f"It gives {tuple(found.shape)} for {tuple(z.shape)}.")
    (gradient,) = gradients((found * numbers(*z.shape, seed=2)).sum(), u)
    for i in range(k):
        acts = gradient is not None and bool(gradient[..., i].any())
        require(acts, f"Nothing depends on input {i} of {k}.")


@CHECKS.where(SupportsForcingSignal)
def check_model_forcing_signal(model: Any) -> None:
    """Check that forcing writes the signal into the first units, whatever the state is."""
    own = _copy(model)
    z, x = numbers(4, own.latent_dim), numbers(4, own.obs_dim, seed=1)
    signal = own.forcing_signal(x)
    expected = torch.cat((signal, z[..., signal.shape[-1] :]), -1)
    require_close(own.force(z, x), expected, "force() is not forcing_signal() and the rest")


@CHECKS.where(SupportsStepMap)
def check_model_step_map(model: Any) -> None:
    """Check that its own map gives states, each from one state."""
    own = _copy(model)
    step, z = own.step_map(0.1), numbers(3, own.latent_dim)
    found, alone = step(z), torch.stack([step(each) for each in z])
    says = f"Its map gives {tuple(found.shape)} for {tuple(z.shape)}."
    require(found.shape == z.shape and found.dtype == z.dtype, says)
    require_close(found, alone, "Its map of a batch differs from that of its members alone")


@CHECKS.where(SupportsRecordings)
def check_model_recordings(model: Any) -> None:
    """Check that windows run as members of their recordings, and only numbers are new."""
    own = _disturbed(model)
    known, k = own.recordings, len(own.recordings)
    require(own.features.shape[:1] == (k,), f"features are {tuple(own.features.shape)}.")
    numbers_of = torch.arange(5) % k
    windows, context = own.of_windows(numbers_of), _context(own, 5)
    found = windows.observe(latent_map(windows, 0.1)(windows.encode(context)))
    for i, number in enumerate(map(int, numbers_of)):
        member = own.member(known[number])
        alone = member.observe(latent_map(member, 0.1)(member.encode(context[i])))
        says = f"A window of recording {number} runs as another model than its member"
        require_close(found[i], alone, says, rtol=1e-6, atol=1e-8)
    new = own.for_new(["new"])
    require([*new.recordings] == ["new"], f"for_new(['new']) knows {[*new.recordings]}.")
    trained = sum(p.numel() for p in new.parameters() if p.requires_grad)
    count = new.features.numel()
    says = f"Of a new recording {trained} weights are trained, and it has {count} numbers."
    require(trained == count, says)


@CHECKS.where(SupportsClosedForm)
def check_model_closed_form(model: Any) -> None:
    """Check that solving gives JSON types, and predicts no worse than the last observation."""
    own, figures = _solved(model, DOUBLE)
    series = record(200, own.obs_dim)
    x = standard(series.x)[None]
    json.dumps(figures, allow_nan=False)
    for name, value in own.state_dict().items():
        if isinstance(value, Tensor) and value.dtype.is_floating_point:
            require(bool(value.isfinite().all()), f"{name} is not finite after solving.")
    with torch.no_grad():
        contexts = x.unfold(-2, own.context_length, 1)[..., :-1, :, :].mT
        ahead = own.observe(latent_map(own, series.dt)(own.encode(contexts)))
        truth = x[..., own.context_length :, :]
        error, least = (
            float((each - truth).square().mean()) for each in (ahead, contexts[..., -1, :])
        )
    says = f"One step ahead its mean squared error is {error:.3g}, and that of the last"
    require(error <= 1.001 * least, f"{says} observation {least:.3g}.")


@CHECKS.where(SupportsUnits)
def check_model_units(model: Any) -> None:
    """Check that adopted units count: states of the same observation differ."""
    (own, other), n = (_copy(model), _copy(model)), model.obs_dim
    own.adopt_units(torch.zeros(n, dtype=DOUBLE), torch.ones(n, dtype=DOUBLE))
    other.adopt_units(torch.full((n,), 2.0, dtype=DOUBLE), torch.full((n,), 3.0, dtype=DOUBLE))
    context = _context(own, 3)
    z, x = own.encode(context), context[..., -1, :]
    require(not z.equal(other.encode(context)), "Adopted units change nothing.")
    says = "An observation does not come back in adopted units"
    require_close(other.observe(other.force(z, x)), x, says)


def _copy(model: Model, dtype: torch.dtype = DOUBLE) -> Any:
    """Return a copy in one precision; where weights are solved for, with weights."""
    return copy.deepcopy(_solved(model, dtype)[0])


# Some take seconds to be solved for, and every check needs a copy.
@functools.lru_cache(maxsize=4)
def _solved(model: Model, dtype: torch.dtype) -> tuple[Any, dict[str, Any]]:
    own, n = copy.deepcopy(cast(Any, model)).to(_CPU, dtype), model.obs_dim
    if isinstance(own, SupportsUnits):
        own.adopt_units(torch.zeros(n, dtype=dtype), torch.ones(n, dtype=dtype))
    if not isinstance(own, SupportsClosedForm):
        return own, {}
    series = record(200, n)
    figures = own.solve_weights(standard(series.x)[None].to(dtype), times=series.t)
    return own, dict(figures)


def _disturbed(model: Model) -> Any:
    """Return a copy all of whose weights have moved, so that nothing is as it was made."""
    own = _copy(model)
    with torch.no_grad():
        for i, parameter in enumerate(own.parameters()):
            parameter += 0.05 * numbers(*parameter.shape, seed=i).to(parameter)
    return own


def _stored(model: Model) -> dict[str, Any]:
    return json.loads(json.dumps(attrs.asdict(model.config), allow_nan=False))


def _rebuilt(model: Model, settings: Mapping[str, Any] | None = None) -> Any:
    """Make a model again, of its settings as one value or of their fields."""
    if settings is None:
        settings = attrs.asdict(model.config, recurse=False)
    kind = cast(Any, type(model))
    taken = inspect.signature(kind).parameters.values()
    open_ended = any(each.kind is each.VAR_KEYWORD for each in taken)
    if open_ended or {each.name for each in taken} >= set(settings):
        return kind(**settings)
    return kind(cast(Any, type(model.config))(**settings))


def _context(model: Model, *shape: int) -> Tensor:
    return 0.5 * numbers(*shape, model.context_length, model.obs_dim)


def _observed(model: Model, count: int, dtype: torch.dtype = DOUBLE) -> Tensor:
    """Return observations that some state shows, where there are others."""
    states = 0.5 * numbers(count, model.context_length, model.latent_dim)
    return model.observe(states.to(dtype)).detach()


def _pass(model: Any, context: Tensor) -> dict[str, Tensor]:
    """Apply every member once."""
    with torch.no_grad():
        z: Tensor = model.encode(context)
        return {
            "encode": z,
            "the dynamics": velocity(model, z, TIMES[1]),
            "observe": model.observe(z),
            "force": model.force(z, context[..., -1, :]),
        }


def _functions(own: Model, dtype: torch.dtype) -> Functions:
    m, z = own.latent_dim, numbers(6, own.latent_dim).to(dtype)
    context = _observed(own, 6, dtype)
    return {
        "encode": (own.encode, context, (m,)),
        "the dynamics": (lambda z: velocity(own, z, TIMES[1]), z, (m,)),
        "observe": (own.observe, z, (own.obs_dim,)),
        "force": (
            lambda zx: own.force(zx[..., :m], zx[..., m:]),
            torch.cat((z, context[:, -1]), -1),
            (m,),
        ),
    }


def _again(model: Model) -> Model:
    own = _copy(model)
    made = _rebuilt(own).to(_CPU, DOUBLE)
    made.load_state_dict(own.state_dict())
    return made


add_functions(CHECKS, "model", _functions, _copy, _again, "shapes_and_dtypes")
add_derivatives(CHECKS, "model_", _copy, lambda model: numbers(6, model.latent_dim))
