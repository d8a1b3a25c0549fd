"""From data, systems and trained models to equations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast, final

import attrs
import numpy as np
import torch
from torch import Tensor

import takens
from takens_sindy.field_model import SparseField
from takens_sindy.map_model import SparseMap
from takens_sindy.regression import Array
from takens_sindy.sparse_model import SparseModel
from takens_sindy.terms import Equations

_STATES = 5000
_OF_MODELS = (
    "Errors are over states of the model's free runs: they say how well these terms fit what "
    "the model has learned, not how far that is from the system behind its data. Models "
    "trained from other seeds tell the latter."
)


@final
@attrs.frozen(eq=False)
class Identified:
    """A sparse model in the units of its data, and its equations.

    ``unexplained`` is what is left of each velocity (or next state), as a share of its root
    mean square: near 0 where the equations say what the source does. ``errors_over`` says
    what was resampled for the errors of coefficients. ``remarks`` name terms that the data do
    not tell apart, and what errors leave out.
    """

    model: takens.TrainedModel
    equations: Equations
    unexplained: tuple[float, ...]
    remarks: tuple[str, ...] = ()
    errors_over: str = "blocks of time of the data"

    def __str__(self) -> str:
        return "\n".join((str(self.equations), *self.remarks))


def equations(model: takens.plugin.Model, columns: Sequence[str] = ()) -> Equations:
    """Return the equations of a sparse model, trained or not; names are those of its data.

    Raises: InputError for a model of another kind.
    """
    names = tuple(columns)
    if isinstance(model, takens.TrainedModel):
        names, model = names or model.columns, model.inner
    if not isinstance(model, SparseModel):
        raise takens.InputError(
            f"{type(model).__name__} is no sparse model and has no equations of its own; "
            "takens_sindy.identify finds those of its learned field."
        )
    return model.equations(names)


def identify(
    source: Any,
    data: takens.TimeSeries | None = None,
    *,
    is_map: bool = False,
    dt: float | None = None,
    states: int = _STATES,
    **settings: Any,
) -> Identified:
    """Find the equations of data, of a known system, or of what a model has learned.

    Data are differentiated, or with ``is_map`` stepped: a time series, recordings, an array
    `(T, n)` sampled every ``dt``, or a list of these, of unequal length or not. A system is
    asked for its velocity (a map for its next state) at ``states`` states of its own
    attractor, sampled every ``dt``, 0.01 by default. So is a model, at states of its free
    runs, which start in ``data``; its velocities are taken over to the observed variables, in
    the units of the data. ``settings`` are those of the models ``sindy`` and ``sindy_map``.

    Raises: InputError for a model with more latent than observed variables, or none to start
    from, or whose free runs all diverge; DataError where there are too few samples.
    """
    if states < 2:
        raise takens.InputError(f"states is at least 2; got {states}.")
    if isinstance(source, takens.plugin.Model):
        found = _of_model(source, data, states, settings)
        over = "states of the model's free runs"
        return attrs.evolve(found, errors_over=over, remarks=(*found.remarks, _OF_MODELS))
    if not isinstance(source, takens.plugin.System):
        return _of_data(_recordings(source, is_map, dt), is_map, settings)
    series = takens.simulate(source, dt=0.01 if dt is None else dt, steps=states)
    x = series.x.double()
    function = cast(Callable[..., Tensor], source)
    discrete = source.time is takens.plugin.Time.DISCRETE
    y = function(x) if discrete else function(x.new_zeros(()), x)
    found = _of_pairs(series, x, y, discrete, settings)
    return attrs.evolve(found, errors_over="states of the system's attractor")


def _recordings(source: Any, is_map: bool, dt: float | None) -> list[takens.TimeSeries]:
    given: list[Any] = [source]
    if isinstance(source, (list, tuple, takens.Recordings)):
        given = list(cast(Sequence[Any], source))
    found: list[takens.TimeSeries] = []
    for one in given:
        if isinstance(one, takens.TimeSeries):
            if one.inputs is not None:
                raise takens.InputError(
                    f"Sparse equations take no inputs, and the data have "
                    f"{', '.join(one.inputs.columns)}; name them among the columns, to find "
                    "equations for them, too, or leave them out."
                )
            found.append(one)
            continue
        if dt is None and not is_map:
            raise takens.InputError(
                "An array has no times, and velocities need them: give dt, the interval "
                "between two samples, or a takens.TimeSeries."
            )
        found += takens.Recordings.of(one, dt=1.0 if dt is None else dt)
    if not found:
        raise takens.InputError("Equations are found from at least one series; got none.")
    sizes = {one.dim for one in found}
    if len(sizes) > 1:
        raise takens.InputError(
            f"All series have the same variables; got {' and '.join(map(str, sorted(sizes)))}."
        )
    return found


def _of_data(
    data: Sequence[takens.TimeSeries], is_map: bool, settings: dict[str, Any]
) -> Identified:
    parts = [(_host(one.x.reshape(-1, *one.x.shape[-2:])), np.asarray(one.t)) for one in data]
    longest = max(data, key=len)
    return _learned(longest, is_map, settings, lambda model: model.learn_parts(parts))


def _of_model(
    source: takens.plugin.Model,
    data: takens.TimeSeries | None,
    states: int,
    settings: dict[str, Any],
) -> Identified:
    if source.latent_dim != source.obs_dim:
        raise takens.InputError(
            f"Equations are in observed variables, and this model has {source.latent_dim} "
            f"latent ones for {source.obs_dim} observed; train one with "
            f"latent_dim = {source.obs_dim}."
        )
    if data is None:
        raise takens.InputError("A model runs freely from data: give identify a time series.")
    if not isinstance(source, takens.TrainedModel):
        raise takens.InputError(
            f"The units of {type(source).__name__} are not known; give the trained model, as "
            "in fit.model."
        )
    free = _free_run(source, data, states)
    x = free.x.double()
    with torch.no_grad():
        weight = next(source.inner.parameters(), x)
        z = source.encode(x.unsqueeze(-2)).to(weight.dtype)
        if source.time is takens.plugin.Time.DISCRETE:
            following = source.observe(source(z))
            return _of_pairs(free, source.observe(z), following, True, settings)
        field = source(z.new_zeros(()), z)
        read_out: Callable[[Tensor], Tensor] = torch.func.vmap(
            torch.func.jacrev(source.observe)
        )
        velocity = (read_out(z) @ field.unsqueeze(-1)).squeeze(-1)
        return _of_pairs(free, source.observe(z), velocity, False, settings)


def _free_run(
    model: takens.TrainedModel, data: takens.TimeSeries, states: int
) -> takens.TimeSeries:
    """Return about so many states of free runs that start along the data, `(N, n)`."""
    context = model.context_length
    if context > 1:
        raise takens.InputError(
            f"This model starts from {context} observations, so that a single one is no state "
            "of it, and it has no equations in the observed variables."
        )
    x = data.x.double().reshape(-1, data.dim)
    runs = min(8, len(x))
    starts = x[torch.linspace(0, len(x) - 1, runs).long()].unsqueeze(-2)
    free = takens.generate(model, context=starts, steps=max(2, states // runs))
    whole = [run for run, at in zip(free.x, free.diverged_at, strict=True) if at is None]
    if not whole:
        raise takens.InputError(
            "All free runs of this model diverge, so that there are no states to look at."
        )
    rows = torch.cat(whole)
    times = torch.arange(len(rows), dtype=torch.float64) * model.dt
    return takens.TimeSeries(times, rows, model.columns, time_unit=model.time_unit)


def _of_pairs(
    states: takens.TimeSeries, x: Tensor, y: Tensor, is_map: bool, settings: dict[str, Any]
) -> Identified:
    return _learned(
        states, is_map, settings, lambda model: model.learn_pairs(_host(x), _host(y))
    )


def _learned(
    series: takens.TimeSeries,
    is_map: bool,
    settings: dict[str, Any],
    learn: Callable[[SparseField | SparseMap], Mapping[str, Any]],
) -> Identified:
    """Make a model in the units of a series, and let it learn."""
    kind = SparseMap if is_map else SparseField
    model = kind(series.dim, **settings).double()
    trained = takens.TrainedModel.for_series(model, series)
    model.adopt_units(trained.mean, trained.scale)
    figures = learn(model)
    return Identified(
        trained,
        model.equations(series.columns),
        tuple(figures["unexplained"]),
        tuple(figures["remarks"]),
    )


def _host(x: Tensor) -> Array:
    return np.asarray(x.detach().cpu().double())
