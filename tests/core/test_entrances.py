"""Whatever takes data takes them in every form that people have them in."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pandas as pd
import polars as pl
import pytest
import torch
import xarray as xr

import takens
from takens.errors import TakensError

X: Final = takens.simulate("lorenz63", dt=0.05, steps=200, seed=0).x.double()
SERIES: Final = takens.TimeSeries(torch.arange(200.0), X)
FRAME: Final = pd.DataFrame(X.numpy(), columns=pd.Index(SERIES.columns))
FORMS: Final[dict[str, Any]] = {
    "numpy": X.numpy(),
    "single precision": X.float().numpy(),
    "objects": X.numpy().astype(object),
    "torch": X,
    "lists": X.tolist(),
    "pandas": FRAME,
    "polars": pl.from_pandas(FRAME),
    "xarray": xr.DataArray(X.numpy(), dims=("time", "variable")),
    "dataset": SERIES.to_xarray(),
    "mapping": {name: X[:, i].numpy() for i, name in enumerate(SERIES.columns)},
    "series": SERIES,
    "recordings": takens.Recordings([SERIES]),
}
BAD: Final[dict[str, Any]] = {
    "nothing": [],
    "a number": 3,
    "complex numbers": X.numpy() * 1j,
    "text": [["a", "b"], ["c", "d"]],
    "columns of unequal length": {"x": [1.0, 2.0], "y": [1.0]},
}
MODEL: Final = takens.fit("linear_autoregression", SERIES, "closed_form").model
JUDGED: Final[dict[str, Any]] = {"metrics": ["mean_shift"], "runs": 1, "starts": 1}


def _reconstruct(data: Any, folder: Path) -> None:
    """Go in as far as the data are taken, before anything is learned."""
    from takens._reconstructing.reconstruct import _asked  # pyright: ignore[reportPrivateUsage]

    folder.mkdir(exist_ok=True)
    _asked(folder, data, {})


def _drive(data: Any) -> None:
    """Give inputs to a system that takes none, which is seen when they have been read."""
    try:
        takens.simulate("lorenz63", steps=3, inputs=data)
    except TakensError as error:
        if "takes no inputs" not in str(error):
            raise


ENTRANCES: Final[dict[str, Callable[[Any, Path], object]]] = {
    "TimeSeries": lambda data, _: takens.TimeSeries(SERIES.t, data),
    "Recordings.of": lambda data, _: takens.Recordings.of(data),
    "embed": lambda data, _: takens.embed(data, delay=2, dimension=3),
    "evaluate": lambda data, _: takens.evaluate(MODEL, data, **JUDGED),
    "evaluate, subject": lambda data, _: takens.evaluate(data, SERIES, **JUDGED),
    "evaluate, second": lambda data, _: takens.evaluate(MODEL, SERIES, second=data, **JUDGED),
    "examine": lambda data, _: takens.examine(data, surrogates=0),
    "fit": lambda data, _: takens.fit("linear_autoregression", data, "closed_form"),
    "generate": lambda data, _: takens.generate(MODEL, context=data, steps=3),
    "judge": lambda data, _: takens.judge(MODEL, data, power=False, **JUDGED),
    "judge_each": lambda data, _: [*takens.judge_each([MODEL], data, power=False, **JUDGED)],
    "reconstruct": _reconstruct,
    "simulate": lambda data, _: _drive(data),
}


def test_all_that_take_data_are_here() -> None:
    found = {
        name
        for name in dir(takens)
        if inspect.isfunction(work := inspect.unwrap(getattr(takens, name)))
        and any("SeriesLike" in str(hint) for hint in work.__annotations__.values())
    }
    assert found <= {name.split(",")[0] for name in ENTRANCES if name[0].islower()}


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_takes_every_form(entrance: str, tmp_path: Path) -> None:
    for form, data in FORMS.items():
        ENTRANCES[entrance](data, tmp_path / form)


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_refuses_what_is_no_data_in_a_sentence(entrance: str, tmp_path: Path) -> None:
    for what, data in BAD.items():
        with pytest.raises(TakensError) as error:
            ENTRANCES[entrance](data, tmp_path / what)
        assert str(error.value).endswith("."), what


def test_recordings_by_name_are_sent_where_they_are_taken() -> None:
    with pytest.raises(TakensError, match=r"takens\.Recordings\.of"):
        takens.Recordings({"a": X, "b": X})  # pyright: ignore[reportArgumentType]
    with pytest.raises(TakensError, match="got int"):
        takens.Recordings(3)  # pyright: ignore[reportArgumentType]
    named = takens.TimeSeries(SERIES.t, FORMS["mapping"])
    assert named.columns == SERIES.columns
    torch.testing.assert_close(named.x, X)
