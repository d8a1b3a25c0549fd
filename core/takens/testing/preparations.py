"""What every preparation keeps to."""

from __future__ import annotations

import io
from collections.abc import Mapping

import attrs
import torch
from torch import Tensor

from takens._data.time_series import TimeSeries
from takens._protocols.preparation import Preparation
from takens.errors import DataError
from takens.testing.asking import require, require_close, require_instance, require_same
from takens.testing.check import Checks
from takens.testing.samples import record

CHECKS = Checks(Preparation)

_CUT = 400


@CHECKS.add
def check_preparation_protocol(preparation: Preparation) -> None:
    """Check that ``fit``, ``forward``, ``inverse`` and ``exact`` are there."""
    require_instance(preparation, Preparation)


@CHECKS.add
def check_preparation_state(preparation: Preparation) -> None:
    """Check that the state is plain tensors, and is the same after it was stored."""
    series = record()
    state = preparation.fit(series)
    for key, value in state.items():
        require_instance(value, Tensor, f"a tensor as its state {key!r}")
        require(bool(value.isfinite().all()), f"Its state {key!r} is not finite.")
    buffer = io.BytesIO()
    torch.save(dict(state), buffer)
    buffer.seek(0)
    again: Mapping[str, Tensor] = torch.load(buffer, weights_only=True)
    once, twice = (preparation.forward(series, each).x for each in (state, again))
    require_same(twice, once, "With the state that was stored it gives other numbers")


@CHECKS.add
def check_preparation_forward(preparation: Preparation) -> None:
    """Check that it gives a series which ends with the data, whatever came long before."""
    series = record()
    before = series.x.clone()
    state = preparation.fit(series)
    made = preparation.forward(series, state)
    require_instance(made, TimeSeries)
    require_same(series.x, before, "It changed the data in place")
    require_close(made.t[-1], series.t[-1], "It ends at another time")
    half = attrs.evolve(series, t=series.t[-_CUT:], x=series.x[-_CUT:])
    last = preparation.forward(half, state).x[-1]
    if preparation.exact:
        require_close(last, made.x[-1], "The last sample depends on what came long before")


@CHECKS.add
def check_preparation_inverse(preparation: Preparation) -> None:
    """Check that the inverse gives back names, times and, where it is exact, numbers."""
    series = record()
    state = preparation.fit(attrs.evolve(series, t=series.t[:_CUT], x=series.x[:_CUT]))
    before = attrs.evolve(series, t=series.t[:_CUT], x=series.x[:_CUT])
    made = preparation.forward(series, state)
    later = made.t > before.t[-1] * (1 + 1e-9)
    found = preparation.inverse(
        attrs.evolve(made, t=made.t[later], x=made.x[later]), state, before
    )
    require(found.columns == series.columns, f"The names become {found.columns}.")
    require_same(found.t, made.t[later], "The times differ")
    if preparation.exact:
        require_close(found.x, series.x[_CUT:], "The numbers differ", rtol=1e-9, atol=1e-9)


@CHECKS.add
def check_preparation_many_records(preparation: Preparation) -> None:
    """Check that several records at once become what each becomes alone."""
    one, other = record(), record(phase=1.0)
    state = preparation.fit(one)
    both = attrs.evolve(one, x=torch.stack((one.x, other.x)))
    made = preparation.forward(both, state)
    for each, x in zip((one, other), made.x, strict=True):
        require_close(preparation.forward(each, state).x, x, "Alone it differs", rtol=1e-9)
    preparation.fit(both)


@CHECKS.add
def check_preparation_refuses(preparation: Preparation) -> None:
    """Check that a series of two samples is prepared, or refused in a sentence."""
    short = TimeSeries(
        torch.tensor([0.0, 0.1]), torch.tensor([[1.0, 2.0], [1.5, 2.5]]).double()
    )
    state = preparation.fit(record())
    try:
        require_instance(preparation.forward(short, state), TimeSeries)
    except DataError as error:
        require(str(error).endswith("."), f"The refusal is no sentence: {error}")
