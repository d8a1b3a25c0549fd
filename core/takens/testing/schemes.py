"""What every training scheme keeps to, on small models that need all their weights."""

from __future__ import annotations

import copy
import json
import math
from typing import Any, Final, cast

import attrs
import torch
from torch import Tensor, nn

from takens._dynamics.ensemble import Ensemble
from takens._dynamics.gaps import filled
from takens._protocols.dynamics import Time
from takens._protocols.scheme import (
    DirectScheme,
    StochasticScheme,
    SupportsAccepts,
    SupportsAdapting,
    SupportsEnsembles,
    SupportsFindings,
    SupportsForcingReport,
    SupportsGaps,
    SupportsState,
    TrainingScheme,
)
from takens._training.loss import draws_random_numbers, loss_function, scheme_generator
from takens.errors import InputError
from takens.testing.asking import (
    require,
    require_close,
    require_instance,
    require_same,
    unanswered,
)
from takens.testing.check import Checks
from takens.testing.functions import require_reached
from takens.testing.making import real_settings
from takens.testing.samples import (
    DOUBLE,
    SmallModel,
    gradients,
    numbers,
    record,
    standard,
)

CHECKS = Checks(TrainingScheme | DirectScheme, "scheme_protocol", "loss() and solve()")

_BATCH, _LENGTH = 6, 40
_TIMES: Final = torch.arange(_LENGTH, dtype=DOUBLE) * 0.1


def _draws(scheme: Any) -> bool:
    return isinstance(scheme, TrainingScheme) and draws_random_numbers(cast(Any, scheme))


def _draws_nothing(scheme: Any) -> bool:
    # Where each window has noise of its own, another order of windows gives another loss.
    return isinstance(scheme, TrainingScheme) and not draws_random_numbers(cast(Any, scheme))


def _takes_ensembles(scheme: Any) -> bool:
    return isinstance(scheme, SupportsEnsembles) and _draws_nothing(scheme)


def _takes_gaps(scheme: Any) -> bool:
    return isinstance(scheme, SupportsGaps) and isinstance(scheme, TrainingScheme)


def _has_settings(scheme: Any) -> bool:
    return isinstance(scheme, TrainingScheme) and bool(real_settings(scheme))


@CHECKS.where(SupportsAccepts)
def check_scheme_accepts(scheme: SupportsAccepts) -> None:
    """Check that it takes some model, and says of others in a clause why not."""
    for time in Time:
        reason = scheme.accepts(SmallModel(time=time))
        clause = reason is None or (reason != "" and not reason.endswith("."))
        require(clause, f"It does not take models that are {time.value} because {reason!r}.")


@CHECKS.where(TrainingScheme)
def check_scheme_loss(scheme: TrainingScheme[Any]) -> None:
    """Check that the loss is one finite number of the windows' dtype, at any update."""
    for dtype in (torch.float32, torch.float64):
        model = SmallModel().to(dtype)
        for step in (0, 1000):
            loss = _loss(scheme, model, _windows().to(dtype), step)
            says = f"The loss of {dtype} windows is {loss.dtype} {tuple(loss.shape)}."
            require(loss.shape == () and loss.dtype == dtype, says)
            require(bool(loss.isfinite()), f"At step {step} the loss is {loss.item()}.")


@CHECKS.where(_draws)
def check_scheme_draws_from_its_generator(scheme: StochasticScheme[Any]) -> None:
    """Check that another state of its generator gives another loss."""
    first, second = (_loss(scheme, _small(), _windows(), seed=seed) for seed in (1, 2))
    require(not first.equal(second), "It takes a generator, and draws nothing from it.")


@CHECKS.where(TrainingScheme)
def check_scheme_gradient_reaches_every_weight(scheme: TrainingScheme[Any]) -> None:
    """Check that no weight of a model that needs them all goes without a gradient."""
    model = _small()
    require_reached(_loss(scheme, model, _windows()), dict(model.named_parameters()))


@CHECKS.where(TrainingScheme)
def check_scheme_gradient_is_the_derivative(scheme: TrainingScheme[Any]) -> None:
    """Check that the gradient is what finite differences of the loss give."""
    model, moved, differences = _small(), 1e-5, list[Tensor]()
    (gradient,) = torch.autograd.grad(_loss(scheme, model, _windows()), (model.offset,))
    for sign in (1, -1):
        other = _small()
        other.offset.data += sign * moved
        differences.append(_loss(scheme, other, _windows()).detach())
    expected = (differences[0] - differences[1]) / (2 * moved)
    says = "The gradient is not the loss's derivative"
    require_close(gradient.sum(), expected, says, rtol=1e-4)


@CHECKS.where(TrainingScheme)
def check_scheme_uses_every_sample(scheme: TrainingScheme[Any]) -> None:
    """Check that the loss depends on every window, on every variable and on the last sample."""
    windows = _windows().requires_grad_()
    (gradient,) = gradients(_loss(scheme, _small(), windows), windows)
    require(gradient is not None, "The loss does not depend on the windows.")
    felt = cast(Tensor, gradient).abs()
    for what, parts in (
        ("window", felt.amax((-2, -1))),
        ("variable", felt.amax((0, 1))),
        ("last sample of a window", felt[:, -1].amax(-1)),
        ("variable of the last samples", felt[:, -1].amax(0)),
    ):
        least = float(parts.min() / felt.max())
        require(least > 1e-12, f"There is a {what} that the loss does not depend on.")


@CHECKS.where(TrainingScheme)
def check_scheme_uses_times(scheme: TrainingScheme[Any]) -> None:
    """Check that a model of continuous time is run over the times that are given."""
    model, windows = SmallModel(time=Time.CONTINUOUS).to(DOUBLE), _windows()
    if (reason := _refusal(scheme, model)) is not None:
        # It is for others, and says so.
        require(reason != "", "It takes no model of continuous time, without a reason.")
        return
    loss = _loss(scheme, model, windows)
    says = "The loss is the same whatever the times are."
    require(not loss.equal(_loss(scheme, model, windows, times=1.5 * _TIMES)), says)
    each = _TIMES.expand(_BATCH, -1).clone()
    alike = _loss(scheme, model, windows, times=each)
    require_close(alike, loss, "Times of each window's own give another loss than the same")
    each[1:] *= 1.5
    try:
        unlike = _loss(scheme, model, windows, times=each)
    except InputError as refusal:
        unanswered(str(refusal))
    else:
        require(not loss.equal(unlike), "All windows get the times of the first.")


@CHECKS.where(_has_settings)
def check_scheme_settings_matter(scheme: TrainingScheme[Any]) -> None:
    """Check that a loss depends on every setting that is a real number."""
    for name, value in real_settings(scheme).items():
        other = attrs.evolve(cast(Any, scheme), **{name: 0.5 * value or 0.1})
        pairs = (
            [_loss(each, _small(), _windows(), step) for each in (scheme, other)]
            for step in (0, 1, 1000)
        )
        require(any(not a.equal(b) for a, b in pairs), f"Nothing depends on {name}.")


@CHECKS.where(TrainingScheme)
def check_scheme_leaves_its_input_alone(scheme: TrainingScheme[Any]) -> None:
    """Check that windows, and what belongs to weights, are not written to; losses repeat."""
    model, windows = _small(), _windows()
    for weight in model.parameters():
        weight.grad = torch.ones_like(weight)
    before, weights = windows.clone(), copy.deepcopy(model.state_dict())
    first = _loss(scheme, model, windows)
    require_same(windows, before, "The windows were changed in place")
    require_same(_loss(scheme, model, windows), first, "Two losses of one batch differ")
    for name, weight in model.named_parameters():
        require_same(weight, weights[name], f"The model's {name} was changed")
        require(weight.requires_grad, f"The model's {name} is left frozen.")
        kept = weight.grad is not None and bool((weight.grad == 1).all())
        require(kept, f"The gradient that {name} had collected was changed.")


@CHECKS.where(_draws_nothing)
def check_scheme_order_of_windows(scheme: TrainingScheme[Any]) -> None:
    """Check that the loss does not depend on the order of the windows in a batch."""
    model, windows = _small(), _windows()
    turned = _loss(scheme, model, windows.flip(0))
    require_close(_loss(scheme, model, windows), turned, "The order of windows matters")


@CHECKS.where(TrainingScheme)
def check_scheme_learns(scheme: TrainingScheme[Any]) -> None:
    """Check that fifty updates lower the loss."""
    model, losses = _small(), list[float]()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-2)
    loss_of, generator = loss_function(copy.deepcopy(scheme)), scheme_generator(0)
    for step in range(50):
        loss = loss_of(model, _windows(), times=_TIMES, step=step, generator=generator)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    says = f"The loss goes from {losses[0]:.4g} to {losses[-1]:.4g}."
    require(math.isfinite(losses[-1]) and losses[-1] < losses[0], says)


@CHECKS.where(_takes_ensembles)
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


@CHECKS.where(_takes_gaps)
def check_scheme_gaps(scheme: TrainingScheme[Any]) -> None:
    """Check that gaps leave loss and gradient finite, and that nothing is put in them."""
    model, windows = _small(), _windows()
    lost = numbers(*windows.shape, seed=3) > 0.5
    lost[:, 0] = False
    gaps = windows.masked_fill(lost, math.nan)
    loss = _loss(scheme, model, gaps)
    require(bool(loss.isfinite()), f"The loss of windows with gaps is {loss.item()}.")
    for weight, gradient in zip(
        model.parameters(), gradients(loss, *model.parameters()), strict=True
    ):
        fine = gradient is not None and bool(gradient.isfinite().all())
        require(fine, f"A gap leaves a weight {tuple(weight.shape)} without a finite gradient.")
    for what, other in (
        ("zeros", gaps.nan_to_num(0.0)),
        ("lines", filled(gaps)),
        ("other rows as gaps", gaps.masked_fill(lost.any(-1, keepdim=True), math.nan)),
    ):
        says = f"The loss is the same with {what} in the place of gaps."
        require(not loss.isclose(_loss(scheme, model, other), rtol=1e-9).item(), says)


@CHECKS.where(SupportsAdapting)
def check_scheme_adapting(scheme: Any) -> None:
    """Check that what it adapts to the data is a scheme of its own, with a finite loss."""
    own = copy.deepcopy(scheme)
    adapted = own.set_up(_windows(), 0.1)
    require_instance(adapted, TrainingScheme)
    loss = _loss(adapted, _small(), _windows())
    require(bool(loss.isfinite()), f"The adapted scheme's loss is {float(loss.detach())}.")
    if attrs.has(cast(Any, type(own))):
        found, expected = (attrs.asdict(each, recurse=False) for each in (own, scheme))
        require(repr(found) == repr(expected), "Adapting changes the scheme itself.")


@CHECKS.where(SupportsForcingReport)
def check_scheme_forcing_report(scheme: Any) -> None:
    """Check that what is in force are finite numbers, and a loss changes where they do."""
    reports = [scheme.logged_values(step) for step in (0, 1000)]
    for name, value in (item for report in reports for item in report.items()):
        require(math.isfinite(value), f"{name} is reported as {value}.")
    if reports[0] != reports[1]:
        first, later = (_loss(scheme, _small(), _windows(), step) for step in (0, 1000))
        says = "What is said to be in force changes, and the loss does not."
        require(not first.equal(later), says)
    require(True, "")


@CHECKS.where(SupportsFindings)
def check_scheme_findings(scheme: Any) -> None:
    """Check that what it found is of JSON types, before and after updates."""
    own = copy.deepcopy(scheme)
    for _ in range(2):
        try:
            json.dumps(own.findings(), allow_nan=False)
        except (TypeError, ValueError) as error:
            require(False, f"What it found is not of JSON types: {error}.")
        _step(own)
    require(True, "")


@CHECKS.where(SupportsState)
def check_scheme_state(scheme: Any) -> None:
    """Check that what it remembers comes back, and decides the next loss."""
    one, two = copy.deepcopy(scheme), copy.deepcopy(scheme)

    def loss(scheme: Any, step: int) -> Tensor:
        given = {"times": _TIMES, "step": step, "generator": scheme_generator(step)}
        return loss_function(scheme)(_small(), _windows(seed=step), **given)

    for step in range(3):
        loss(one, step)
    two.load_state_dict(one.state_dict())
    require_close(loss(one, 3), loss(two, 3), "The next loss changes when the state is stored")


@CHECKS.where(DirectScheme)
def check_direct_scheme(scheme: DirectScheme[Any]) -> None:
    """Check that solving gives finite weights and a ``loss``, in JSON types."""
    model, series = _small(), _windows()[:1]
    before = series.clone()
    figures = dict(scheme.solve(model, series, times=_TIMES))
    json.dumps(figures, allow_nan=False)
    loss = figures.get("loss")
    require(isinstance(loss, int | float) and math.isfinite(loss), f"loss is {loss!r}.")
    require_same(series, before, "The data were changed in place")
    for name, weight in model.named_parameters():
        require(bool(weight.isfinite().all()), f"{name} is not finite after solving.")


@CHECKS.where(DirectScheme)
def check_direct_scheme_learns(scheme: DirectScheme[Any]) -> None:
    """Check that one step ahead, the solved model is better than before."""
    series, model, errors = _windows()[:1], _small(), list[float]()
    for solved in (False, True):
        if solved:
            scheme.solve(model, series, times=_TIMES)
        with torch.no_grad():
            z = model.encode(series[..., :-1, None, :])
            errors.append(float((model.observe(model(z)) - series[..., 1:, :]).square().mean()))
    require(errors[1] < errors[0], f"The error goes from {errors[0]:.4g} to {errors[1]:.4g}.")


@CHECKS.where(DirectScheme)
def check_direct_scheme_uses_everything(scheme: DirectScheme[Any]) -> None:
    """Check that what is solved for depends on every trajectory, and on the times."""
    # Few numbers, since some schemes iterate.
    x, times = _windows()[:2, :10, :1], _TIMES[:10]
    field = SmallModel(1, time=Time.CONTINUOUS)
    louder = torch.cat((x[:1], 1.5 * x[1:]))
    for what, model, cases in (
        ("the second trajectory", SmallModel(1), ((x, times), (louder, times))),
        ("the times", field, ((x[:1], times), (x[:1], 1.5 * times))),
    ):
        if reason := _refusal(scheme, model):
            unanswered(reason)
            continue
        found: list[Tensor] = []
        for series, when in cases:
            own = copy.deepcopy(model).to(DOUBLE)
            scheme.solve(own, series, times=when)
            found.append(nn.utils.parameters_to_vector(own.parameters()))
        require(not found[0].equal(found[1]), f"The weights do not depend on {what}.")


def _step(scheme: Any) -> None:
    loss = loss_function(scheme)
    loss(_small(), _windows(), times=_TIMES, step=10_000, generator=scheme_generator(0))


def _small() -> SmallModel:
    return SmallModel().to(DOUBLE)


def _windows(seed: int = 0) -> Tensor:
    """Return standardised windows, `(batch, T, n)`."""
    return standard(record(_BATCH * _LENGTH, seed=seed).x).reshape(_BATCH, _LENGTH, -1)


def _refusal(scheme: object, model: SmallModel) -> str | None:
    return scheme.accepts(model) if isinstance(scheme, SupportsAccepts) else None


def _loss(
    scheme: TrainingScheme[Any] | StochasticScheme[Any],
    model: Any,
    windows: Tensor,
    step: int = 0,
    times: Tensor = _TIMES,
    seed: int = 0,
) -> Tensor:
    # What a scheme remembers must not pass from one look at it to the next.
    own = loss_function(copy.deepcopy(scheme))
    return own(model, windows, times=times, step=step, generator=scheme_generator(seed))
