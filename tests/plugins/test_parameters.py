"""Parameters, declared once as fields of a class of settings."""

import inspect
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import attrs
import numpy as np
import pytest
import torch

import takens
from takens._plugins.parameter import parameters_of  # pyright: ignore[reportPrivateUsage]
from takens.testing.plugins import check_manifest_is_light

if TYPE_CHECKING:
    from torch import Tensor

Number: TypeAlias = "float | Tensor"


@attrs.frozen
class HouseSettings:
    """A house, which stands for a component.

    It has rooms.

    Source: Vitruvius (15 BC), De architectura,
    book 1.
    """

    rooms: int = takens.plugin.parameter(summary="in all", at_least=1, unit="rooms")
    share: float = takens.plugin.parameter(0.5, above=0, at_most=1, unit="1", kw_only=True)
    height: Number = takens.plugin.parameter(3.0, unit="m", finite=True)
    colour: Literal["white", "red"] = takens.plugin.parameter("white")
    step: int | Literal["auto"] = takens.plugin.parameter("auto")
    doors: Sequence[float] = takens.plugin.parameter(
        [1.0], converter=tuple[float, ...], below=9
    )
    owner: str | Mapping[str, Any] | None = takens.plugin.parameter(None)
    lift: bool = False


def test_the_type_of_a_field_says_what_is_accepted() -> None:
    found = parameters_of(HouseSettings)
    names = ["rooms", "height", "colour", "step", "doors", "owner", "lift", "share"]
    assert list(found) == names
    assert found["rooms"].required
    assert found["rooms"].types == (int,)
    assert found["height"].types == (float,)
    assert (found["colour"].types, found["colour"].choices) == ((str,), ("white", "red"))
    assert (found["step"].types, found["step"].choices) == ((int,), ("auto",))
    assert (found["doors"].types, found["doors"].default) == ((list,), [1.0])
    assert found["owner"].types == (str, dict)
    assert found["lift"].types == (bool,)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"rooms": 0}, "House: rooms is at least 1 (unit: rooms); got 0."),
        ({"rooms": 2.0}, "House: rooms is a whole number (unit: rooms); got 2.0."),
        ({"rooms": True}, "House: rooms is a whole number (unit: rooms); got True."),
        ({"rooms": None}, "House: rooms is a whole number (unit: rooms); got None."),
        ({"share": 1.5}, "House: share is above 0 and at most 1; got 1.5."),
        ({"share": math.nan}, "House: share is above 0 and at most 1; got nan."),
        ({"height": "3"}, "House: height is a number (unit: m); got '3'."),
        ({"height": -math.inf}, "House: height is a finite number (unit: m); got -inf."),
        (
            {"colour": "rde"},
            "House: colour is one of 'white', 'red'; got 'rde'. Did you mean 'red'?",
        ),
        ({"colour": 3}, "House: colour is one of 'white', 'red'; got 3."),
        ({"step": "often"}, "House: step is a whole number or 'auto'; got 'often'."),
        ({"doors": [1.0, 9]}, "House: doors is below 9; got 9."),
        ({"owner": 3}, "House: owner is a text or a table; got 3."),
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused_in_a_sentence(
    given: dict[str, Any], sentence: str
) -> None:
    arguments: dict[str, Any] = {"rooms": 3} | given
    with pytest.raises(takens.errors.ComponentError) as refused:
        HouseSettings(**arguments)
    assert str(refused.value) == sentence


def test_what_fits_is_taken() -> None:
    tall = torch.tensor(4.0)
    house = HouseSettings(2, height=tall, step=3, doors=[2.0], owner={"name": "v"}, share=1)
    assert house.height is tall
    assert house.doors == (2.0,)
    numbers: Any = {"rooms": np.int64(2), "share": np.float32(0.5)}
    assert HouseSettings(**numbers).rooms == 2


def spec(**changes: Any) -> takens.plugin.ComponentSpec:
    about: dict[str, Any] = {"kind": "model", "name": "house", "target": "place:House"}
    about |= {"settings": HouseSettings} | changes
    return takens.plugin.ComponentSpec(**about)


def test_a_spec_is_described_by_its_settings() -> None:
    assert spec().summary == "A house, which stands for a component."
    assert spec().source == "Vitruvius (15 BC), De architectura, book 1"
    assert [p.name for p in spec().parameters] == list(parameters_of(HouseSettings))
    assert spec(summary="Another.", source="Me").summary == "Another."
    parameter = takens.plugin.Parameter("rooms", 3)
    assert spec(settings=None, parameters=(parameter,)).parameters == (parameter,)


def test_settings_that_cannot_be_read_do_not_stop_a_listing() -> None:
    broken = spec(settings="nowhere.settings:House")
    assert (broken.summary, broken.source) == ("", "")
    with pytest.raises(
        takens.errors.ComponentError, match=r"model 'house': its settings .*nowhere"
    ):
        _ = broken.parameters
    with pytest.raises(ValueError, match="are an attrs class"):
        spec(settings=int)


class Villa(HouseSettings):
    """Inherits its settings."""


class Barn:
    """Takes them as one value."""

    def __init__(self, config: HouseSettings) -> None:
        self.config = config


class House(takens.plugin.Configured[HouseSettings], torch.nn.Module):
    """Takes either."""

    def build(self) -> None:
        self.layer = torch.nn.Linear(self.config.rooms, 1)


def test_components_are_made_of_their_settings() -> None:
    assert spec().make(Villa, {"rooms": 3}).rooms == 3
    assert spec().make(Barn, {"rooms": 3}).config == HouseSettings(3)
    assert spec().make(House, {"rooms": 3}).config == HouseSettings(3)


def test_configured_components_take_settings_or_their_fields() -> None:
    for house in (House(HouseSettings(3)), House(3), House(rooms=3)):
        assert house.config == HouseSettings(3)
        assert house.layer.in_features == 3
    assert "rooms" in inspect.signature(House).parameters
    with pytest.raises(
        takens.errors.ComponentError, match=r"House has no parameter 'romms'.*'rooms'"
    ):
        House(romms=3)


def test_limits_are_checked_before_a_component_is_imported() -> None:
    with pytest.raises(takens.errors.ComponentError) as refused:
        takens.models.create("shallow_rnn", obs_dim=3, hidden_dim=0)
    assert (
        str(refused.value) == "model 'shallow_rnn': hidden_dim is at least 1, or 'auto'; got 0."
    )


def test_a_package_imports_its_names_on_first_use() -> None:
    import takens_models

    assert sys.modules["takens_models"] is takens_models
    assert takens_models.GRU.__name__ == "GRU"
    with pytest.raises(AttributeError, match=r"'takens_models' has no attribute 'GRUU'.*'GRU'"):
        takens_models.GRUU  # noqa: B018  # pyright: ignore


def test_settings_that_import_torch_are_found(tmp_path: Any, monkeypatch: Any) -> None:
    (tmp_path / "heavy_settings.py").write_text("import torch\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (plugin,) = (each for each in takens.catalogue().plugins if each.name == "models")
    heavy = attrs.evolve(plugin, components=(spec(settings="heavy_settings:House"),))
    with pytest.raises(
        takens.testing.CheckFailedError, match="The manifest imports numpy, torch"
    ):
        check_manifest_is_light(heavy)


def _numbers() -> Iterator[tuple[takens.plugin.Plugin, takens.plugin.ComponentSpec, str]]:
    for plugin, spec in takens.catalogue():
        for parameter in spec.parameters:
            if float in parameter.types and parameter.finite is not False:
                yield plugin, spec, parameter.name


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_no_component_takes_a_number_that_is_none(number: float) -> None:
    asked = 0
    for _, spec, name in _numbers():
        if spec.deprecated or "dysts" in spec.target:
            continue
        needed = {
            p.name: "lorenz63" if str in p.types else 1 for p in spec.parameters if p.required
        }
        given = needed | dict(spec.example) | {name: number}
        with pytest.raises(takens.errors.ComponentError, match=name):
            takens.create(spec.kind, spec.name, **given)
        asked += 1
    assert asked > 100


@pytest.mark.parametrize("number", [math.inf, math.nan])
def test_numbers_in_lists_are_finite_too(number: float) -> None:
    parameter = takens.plugin.Parameter("factors", [1.0])
    assert "is a finite number" in parameter.refusal([2.0, number])
    assert not parameter.refusal([])
    assert not parameter.refusal(["a", 2.0])
    unbounded = takens.plugin.Parameter("factors", [1.0], finite=False)
    assert not unbounded.refusal([2.0, number])


def test_a_default_that_is_infinite_may_be_given() -> None:
    assert not takens.plugin.Parameter("longest", math.inf).refusal(math.inf)


@pytest.mark.parametrize("number", [10**400, -(10**400)])
def test_a_whole_number_may_have_any_length(number: int) -> None:
    refusal = takens.plugin.Parameter("count", 1, at_least=0, at_most=10).refusal(number)
    assert "is between 0 and 10" in refusal
