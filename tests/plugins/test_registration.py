"""Plugins that are registered in a process, and what holds for specs."""

from __future__ import annotations

import copy
import pickle
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

import takens
from takens._plugins.catalogue import catalogue  # pyright: ignore[reportPrivateUsage]
from takens._plugins.loading import REGISTERED  # pyright: ignore[reportPrivateUsage]


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    catalogue.cache_clear()
    yield
    REGISTERED.clear()
    catalogue.cache_clear()


class Decay:
    dim, time = 1, takens.plugin.Time.CONTINUOUS

    def __call__(self, t: Any, x: Any, /) -> Any:
        return -x

    def initial(self) -> tuple[float, ...]:
        return (1.0,)

    def facts(self) -> takens.plugin.Facts:
        return takens.plugin.Facts()


class Plugin:
    TAKENS_API = 2

    def __init__(self, *, name: str = "decay", broken: bool = False) -> None:
        self.name, self.broken, self.heard = name, broken, 0

    @takens.plugin.hookimpl
    def takens_components(self) -> Iterator[takens.plugin.ComponentSpec]:
        if self.broken:
            raise RuntimeError("a loose wire")
        yield takens.plugin.ComponentSpec(
            kind="system", name=self.name, target=f"{__name__}:Decay"
        )

    @takens.plugin.hookimpl
    def takens_fit_started(self) -> str:
        self.heard += 1
        return "heard"


def test_an_object_is_registered_until_it_is_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    # No other plugin is to hear of what did not happen.
    monkeypatch.setenv("TAKENS_PLUGINS", "systems")
    plugin = Plugin()
    registration = takens.register(plugin, "bench")
    assert isinstance(takens.create("system", "bench:decay"), Decay)
    (found,) = [each for each in takens.catalogue().plugins if each.name == "bench"]
    assert (found.distribution, found.state, found.remarks) == ("this process", "loaded", ())
    assert takens.catalogue().announce("takens_fit_started", event=None) == {"bench": "heard"}
    registration.close()
    with pytest.raises(takens.errors.UnknownComponentError):
        takens.create("system", "decay")
    registration.close()


def test_a_module_is_called_by_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("lab.my_bench")
    module.takens_components = Plugin().takens_components  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue]
    monkeypatch.setitem(sys.modules, "lab.my_bench", module)
    with takens.register(module):
        assert takens.catalogue().find("system", "my_bench:decay")[0].name == "my_bench"
    assert "decay" not in takens.systems.names()


def test_a_plugin_that_cannot_be_used_is_refused_and_forgotten() -> None:
    with pytest.raises(takens.InputError, match=r"'Plugin' \(this process\) .*: a loose wire"):
        takens.register(Plugin(broken=True))
    assert "lorenz63" in takens.systems.names()


def test_a_name_that_is_taken_is_refused() -> None:
    with pytest.raises(takens.InputError, match="called 'systems' is there already"):
        takens.register(Plugin(), "systems")
    with takens.register(Plugin(), "bench"), pytest.raises(takens.InputError):
        takens.register(Plugin(), "bench")


def test_what_is_installed_stays_and_ours_keep_their_names() -> None:
    with takens.register(Plugin(name="lorenz63"), "bench"):
        assert takens.catalogue().find("system", "lorenz63")[0].name == "systems"
        assert isinstance(takens.create("system", "bench:lorenz63"), Decay)


def test_without_any_plugin_it_is_said_how_they_are_registered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import takens_systems
    from takens._plugins import loading

    monkeypatch.setattr(loading, "entry_points", lambda **_: [])
    with pytest.raises(
        takens.errors.UnknownComponentError, match=r"takens\.register\(module, name\)"
    ):
        takens.systems.create("lorenz63")
    with takens.register(takens_systems, "systems"):
        assert takens.systems.create("lorenz63").dim == 3


def test_required_is_one_value() -> None:
    parameter = takens.plugin.Parameter("obs_dim", types=(int,))
    for same in (pickle.loads(pickle.dumps(parameter)), copy.deepcopy(parameter)):
        assert same.default is takens.plugin.REQUIRED
        assert same.required
    assert repr(takens.plugin.REQUIRED) == "required"


def test_a_component_that_is_to_go_says_what_to_use_and_is_not_listed() -> None:
    class Old(Plugin):
        @takens.plugin.hookimpl
        def takens_components(self) -> Iterator[takens.plugin.ComponentSpec]:
            yield takens.plugin.ComponentSpec(
                kind="system",
                name="decline",
                target=f"{__name__}:Decay",
                deprecated="use decay",
            )

    with takens.register(Old(), "bench"):
        assert "decline" not in takens.systems.names()
        with pytest.warns(DeprecationWarning, match="system 'decline' is to go; use decay."):
            takens.create("system", "decline")


def test_a_registry_is_a_mapping_to_descriptions() -> None:
    assert list(takens.systems) == takens.systems.names()
    assert len(takens.systems) == len(list(takens.systems)) > 5
    assert "henon" in takens.systems
    assert "systems:henon" in takens.systems
    assert "hennon" not in takens.systems
    assert takens.systems["henon"] is takens.systems.spec("henon")


def test_a_component_is_created_by_kind_and_name() -> None:
    with takens.register(Plugin(), "bench"):
        assert isinstance(takens.create("system", "decay"), Decay)
    with pytest.raises(takens.errors.ComponentError, match="Did you mean 'rho'"):
        takens.create("systems", "lorenz63", roh=1.0)
    with pytest.raises(takens.InputError, match="There is no kind 'sistem'"):
        takens.create("sistem", "lorenz63")
