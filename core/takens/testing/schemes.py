"""What every training scheme keeps to, on a small model that needs all its weights."""

from __future__ import annotations

import copy
import json
import math
from typing import Any, cast

import torch
from torch import Tensor, nn

from takens._dynamics.ensemble import Ensemble
from takens._protocols.scheme import (
    DirectScheme,
    LayerScheme,
    Scheme,
    StochasticScheme,
    SupportsAdapting,
    SupportsEnsembles,
    SupportsForcingReport,
    SupportsState,
    TrainingScheme,
)
from takens._training.loss import loss_function, scheme_generator
from takens.testing.failure import require, require_close, require_instance
from takens.testing.samples import DOUBLE, SmallModel, gradients, record

_BATCH, _LENGTH = 6, 40
_TIMES = torch.arange(_LENGTH, dtype=DOUBLE) * 0.1


def check_scheme_protocol(scheme: Scheme | LayerScheme) -> None:
    """Check that it has ``loss``, or ``solve``, or ``train``."""
    lacks = "loss(), solve() and train()"
    require_instance(scheme, TrainingScheme | DirectScheme | LayerScheme, lacks)


def check_scheme_loss(scheme: TrainingScheme[Any]) -> None:
    """Check that the loss is one finite number of the windows' dtype, at any update."""
    for dtype in (torch.float32, torch.float64):
        model = SmallModel().to(dtype)
        for step in (0, 1000):
            loss = _loss(scheme, model, _windows().to(dtype), step)
            require(
                loss.shape == () and loss.dtype == dtype,
                f"The loss of {dtype} windows is {loss.dtype} {tuple(loss.shape)}.",
            )
            require(bool(loss.isfinite()), f"At step {step} the loss is {loss.item()}.")


def check_scheme_gradient_reaches_every_weight(scheme: TrainingScheme[Any]) -> None:
    """Check that no weight of a model that needs them all goes without a gradient."""
    model = SmallModel().to(DOUBLE)
    loss = _loss(scheme, model, _windows())
    require(loss.requires_grad, "The loss has no gradient.")
    weights = dict(model.named_parameters())
    found = gradients(loss, *weights.values())
    missed = [
        name
        for name, gradient in zip(weights, found, strict=True)
        if gradient is None or not bool(gradient.isfinite().all()) or not bool(gradient.any())
    ]
    require(not missed, f"No gradient reaches the model's {', '.join(missed)}.")


def check_scheme_gradient_is_the_derivative(scheme: TrainingScheme[Any]) -> None:
    """Check that the gradient is what finite differences of the loss give."""
    model = SmallModel().to(DOUBLE)
    loss = _loss(scheme, model, _windows())
    (gradient,) = torch.autograd.grad(loss, (model.offset,))
    moved = 1e-5
    differences: list[float] = []
    for sign in (1, -1):
        other = copy.deepcopy(model)
        with torch.no_grad():
            other.offset += sign * moved
            differences.append(float(_loss(scheme, other, _windows()).detach()))
    found = gradient.sum()
    expected = torch.tensor((differences[0] - differences[1]) / (2 * moved), dtype=DOUBLE)
    require_close(found, expected, "The gradient is not the loss's derivative", rtol=1e-4)


def check_scheme_leaves_its_input_alone(scheme: TrainingScheme[Any]) -> None:
    """Check that windows and weights are not written to."""
    model, windows = SmallModel().to(DOUBLE), _windows()
    before, weights = windows.clone(), copy.deepcopy(model.state_dict())
    _loss(scheme, model, windows)
    require_close(windows, before, "The windows were changed in place", rtol=0, atol=0)
    for name, value in model.state_dict().items():
        require_close(value, weights[name], f"The model's {name} was changed", rtol=0, atol=0)


def check_scheme_order_of_windows(scheme: TrainingScheme[Any]) -> None:
    """Check that the loss does not depend on the order of the windows in a batch."""
    model, windows = SmallModel().to(DOUBLE), _windows()
    turned = _loss(scheme, model, windows.flip(0))
    require_close(_loss(scheme, model, windows), turned, "The order of windows matters")


def check_scheme_learns(scheme: TrainingScheme[Any]) -> None:
    """Check that fifty updates lower the loss."""
    model, windows = SmallModel().to(DOUBLE), _windows()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-2)
    loss_of, generator = loss_function(copy.deepcopy(scheme)), scheme_generator(0)
    losses: list[float] = []
    for step in range(50):
        loss = loss_of(model, windows, times=_TIMES, step=step, generator=generator)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    require(
        math.isfinite(losses[-1]) and losses[-1] < losses[0],
        f"The loss goes from {losses[0]:.4g} to {losses[-1]:.4g}.",
    )


def check_scheme_ensembles(scheme: TrainingScheme[Any]) -> None:
    """Check that an ensemble's losses are those of its members, and of nothing else."""
    members = [SmallModel(seed=seed).to(DOUBLE) for seed in (0, 1)]
    windows = torch.stack((_windows(), _windows(seed=1)))
    # A scheme that is told its parameters for one model need not take an ensemble's.
    losses = _loss(scheme, Ensemble(members), windows)
    require(losses.shape == (2,), f"The losses of two members are {tuple(losses.shape)}.")
    alone = torch.stack([_loss(scheme, m, w) for m, w in zip(members, windows, strict=True)])
    require_close(losses, alone, "A member's loss differs from the one that it has alone")
    (leak,) = gradients(losses[0], members[1].offset)
    require(leak is None or not bool(leak.any()), "One member's loss depends on another.")


def check_scheme_adapting(scheme: SupportsAdapting) -> None:
    """Check that what it adapts to the data is a scheme with a finite loss."""
    adapted = scheme.adapted(_windows(), 0.1)
    require_instance(adapted, TrainingScheme)
    loss = _loss(adapted, SmallModel().to(DOUBLE), _windows())
    require(bool(loss.isfinite()), f"The adapted scheme's loss is {float(loss.detach())}.")


def check_scheme_forcing_report(scheme: SupportsForcingReport) -> None:
    """Check that what is in force are finite numbers by name."""
    for step in (0, 1000):
        for name, value in scheme.in_force(step).items():
            require(math.isfinite(value), f"{name} is {value} at step {step}.")


def check_scheme_state(scheme: SupportsState) -> None:
    """Check that what it remembers comes back, and decides the next loss."""
    model = SmallModel().to(DOUBLE)
    one, two = copy.deepcopy(scheme), copy.deepcopy(scheme)
    trained, other = (loss_function(cast(TrainingScheme[Any], each)) for each in (one, two))
    generator = scheme_generator(0)
    for step in range(3):
        trained(model, _windows(seed=step), times=_TIMES, step=step, generator=generator)
    two.load_state_dict(one.state_dict())
    losses = [
        each(model, _windows(), times=_TIMES, step=3, generator=scheme_generator(0))
        for each in (trained, other)
    ]
    require_close(losses[0], losses[1], "The next loss changes when the state is stored")


def check_direct_scheme(scheme: DirectScheme[Any]) -> None:
    """Check that solving gives finite weights and a ``loss``, in JSON types."""
    model, series = SmallModel().to(DOUBLE), _windows()[:1]
    before = series.clone()
    figures = dict(scheme.solve(model, series, times=_TIMES))
    json.dumps(figures, allow_nan=False)
    loss = figures.get("loss")
    require(isinstance(loss, int | float) and math.isfinite(loss), f"loss is {loss!r}.")
    require_close(series, before, "The data were changed in place", rtol=0, atol=0)
    for name, weight in cast(nn.Module, model).named_parameters():
        require(bool(weight.isfinite().all()), f"{name} is not finite after solving.")


def check_direct_scheme_learns(scheme: DirectScheme[Any]) -> None:
    """Check that one step ahead, the solved model is better than before."""
    series = _windows()[:1]
    errors: list[float] = []
    model = SmallModel().to(DOUBLE)
    for solved in (False, True):
        if solved:
            scheme.solve(model, series, times=_TIMES)
        with torch.no_grad():
            z = model.encode(series[..., :-1, None, :])
            errors.append(float((model.observe(model(z)) - series[..., 1:, :]).square().mean()))
    require(errors[1] < errors[0], f"The error goes from {errors[0]:.4g} to {errors[1]:.4g}.")


def check_layer_scheme_learns(scheme: LayerScheme) -> None:
    """Check that the loss falls on two clouds of points, and the weights are finite."""
    inputs, classes = _clouds()
    before = inputs.clone()
    done = scheme.train(_layer(), inputs, classes, seed=0)
    losses = [record["loss"] for record in done.history]
    require(losses[-1] < losses[0], f"The loss goes from {losses[0]:.4g} to {losses[-1]:.4g}.")
    require_close(inputs, before, "The inputs were changed in place", rtol=0, atol=0)
    for name, weight in done.layer.named_parameters():
        require(bool(weight.isfinite().all()), f"{name} is not finite after training.")


def check_layer_scheme_repeats(scheme: LayerScheme) -> None:
    """Check that a seed decides everything, whatever torch's own generator does."""
    found: list[Tensor] = []
    for other in (1, 2):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(other)
            done = scheme.train(_layer(), *_clouds(), seed=3)
        found.append(nn.utils.parameters_to_vector(done.layer.parameters()).detach())
    require_close(found[0], found[1], "The same seed gave other weights", rtol=0, atol=0)


def _layer() -> nn.Module:
    layer = nn.Linear(2, 2)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[0.1, -0.2], [0.3, 0.1]]))
        layer.bias.zero_()
    return layer


def _clouds() -> tuple[Tensor, Tensor]:
    """Give points around (-1, -1) and (1, 1), and which: `(40, 2)`, `(40,)`."""
    classes = torch.arange(40) % 2
    spread = torch.randn(40, 2, generator=torch.Generator().manual_seed(0))
    return 2.0 * classes[:, None] - 1 + 0.5 * spread, classes


def _windows(seed: int = 0) -> Tensor:
    """Give standardised windows, `(batch, T, n)`."""
    x = record(_BATCH * _LENGTH, seed=seed).x
    x = (x - x.mean(0)) / x.std(0)
    return x.reshape(_BATCH, _LENGTH, -1)


def _loss(
    scheme: TrainingScheme[Any] | StochasticScheme[Any],
    model: Any,
    windows: Tensor,
    step: int = 0,
) -> Tensor:
    # What a scheme remembers must not pass from one look at it to the next.
    own = loss_function(copy.deepcopy(scheme))
    return own(model, windows, times=_TIMES, step=step, generator=scheme_generator(0))


CHECKS = (
    check_scheme_loss,
    check_scheme_gradient_reaches_every_weight,
    check_scheme_gradient_is_the_derivative,
    check_scheme_leaves_its_input_alone,
    check_scheme_order_of_windows,
    check_scheme_learns,
)
DIRECT_CHECKS = (check_direct_scheme, check_direct_scheme_learns)
LAYER_CHECKS = (check_layer_scheme_learns, check_layer_scheme_repeats)
CAPABILITIES = (
    (SupportsEnsembles, check_scheme_ensembles),
    (SupportsAdapting, check_scheme_adapting),
    (SupportsForcingReport, check_scheme_forcing_report),
    (SupportsState, check_scheme_state),
)
