"""What is picked by something else than its name: readers by endings, backends, devices."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest
import torch

import takens
from takens._plugins.catalogue import catalogue  # pyright: ignore[reportPrivateUsage]
from takens.cli import main

Install = Callable[..., Path]

MANIFEST = """
import takens
TAKENS_API = 2

@takens.plugin.hookimpl
def takens_components():
    yield takens.plugin.ComponentSpec(
        kind="dataset", name="reader", target="{module}_reader:Reader", summary="Read."
    )
"""
READER = """
import takens, torch

class Reader:
    suffixes = {suffixes}
    def read(self, path, /, *, columns, time, dt):
        t = torch.arange(9).double()
        return takens.TimeSeries(t, t[:, None], ("{module}",))
"""
BROKEN = {
    "import": "import no_such_module",
    "create": "class Reader:\n    def __init__(self):\n        raise SystemExit(0)",
    "asked": "class Reader:\n    @property\n    def suffixes(self):\n        raise KeyError(1)",
    "nameless": "class Reader:\n    pass",
}


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    catalogue.cache_clear()
    yield
    catalogue.cache_clear()


@pytest.fixture
def reader(install: Install, request: pytest.FixtureRequest) -> Callable[..., None]:
    # A name of its own, since modules are remembered from test to test.
    tag = "".join(filter(str.isalpha, request.node.name))

    def make(name: str, *suffixes: str, source: str = READER) -> None:
        module = f"{name}_{tag}"
        folder = install(module, MANIFEST.format(module=module), plugin=name)
        text = source.replace("{suffixes}", repr(suffixes)).replace("{module}", name)
        (folder / f"{module}_reader.py").write_text(text)

    return make


def csv(tmp_path: Path, name: str) -> Path:
    path = tmp_path / name
    path.write_text("a\n" + "".join(f"{i % 2}.5\n" for i in range(9)))
    return path


@pytest.mark.parametrize("case", BROKEN)
def test_one_reader_that_breaks_is_left_out_and_the_others_read(
    reader: Callable[..., None], tmp_path: Path, case: str
) -> None:
    reader("aa", source=BROKEN[case])
    reader("bb", ".xyz")
    with pytest.warns(takens.errors.PluginWarning, match="reader' of plugin 'aa'") as told:
        assert takens.read(csv(tmp_path, "a.csv"), dt=1.0).columns == ("a",)
    assert len(told) == 1
    assert "TAKENS_DISABLE_PLUGINS=aa silences this" in str(told[0].message)
    with pytest.warns(takens.errors.PluginWarning):
        assert takens.read(csv(tmp_path, "a.xyz"), dt=1.0).columns == ("bb",)


def test_strangers_who_claim_one_ending_must_be_told_apart(
    reader: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader("aa", ".xyz")
    reader("bb", ".xyz")
    path = csv(tmp_path, "a.xyz")
    with pytest.raises(takens.errors.AmbiguousComponentError) as raised:
        takens.read(path, dt=1.0)
    told = str(raised.value)
    assert "'aa:reader' of plugin 'aa'" in told
    assert "'bb:reader' of plugin 'bb'" in told
    # Both remedies work when they are followed.
    assert takens.read(path, format="bb:reader", dt=1.0).columns == ("bb",)
    monkeypatch.setenv(*told.removesuffix(".").rpartition(" ")[2].split("="))
    catalogue.cache_clear()
    assert takens.read(path, dt=1.0).columns == ("bb",)


def test_a_stranger_does_not_take_over_an_ending_of_ours(
    reader: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader("aa", ".csv")
    path = csv(tmp_path, "a.csv")
    with pytest.warns(takens.errors.PluginWarning, match=r"'\.csv' are for 'csv'") as told:
        assert takens.read(path, dt=1.0).columns == ("a",)
    text = str(told[0].message)
    assert "also claimed by 'reader' of plugin 'aa'" in text
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert takens.read(path, format="reader", dt=1.0).columns == ("aa",)
        assert takens.read(path, format="csv", dt=1.0).columns == ("a",)
        monkeypatch.setenv(*text.split()[-3].split("="))
        catalogue.cache_clear()
        assert takens.read(path, dt=1.0).columns == ("a",)


def test_one_device_policy_that_breaks_is_left_out_of_the_report(
    install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    source = MANIFEST.replace("dataset", "device").replace("Reader", "Policy")
    folder = install("odd_device", source.format(module="odd_device"))
    policy = "class Policy:\n    def choose(self, *, precision):\n        raise SystemExit(0)\n"
    (folder / "odd_device_reader.py").write_text(policy)
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        with pytest.raises(SystemExit) as stop:
            main(["doctor"])
    assert stop.value.code == 0
    shown = capsys.readouterr()
    assert "device cpu" in shown.out
    assert "device 'reader' of plugin 'odd_device' (odd_device 1.0) is left out" in shown.err


def test_auto_also_measures_what_strangers_offer(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    from takens_devices import Auto, Hardware

    source = MANIFEST.replace("dataset", "device").replace("Reader", "Policy")
    policy = """
        import takens, torch

        class Policy:
            def choose(self, *, precision):
                if precision is takens.plugin.Precision.DOUBLE:
                    raise takens.errors.DeviceError("It has no double precision.")
                device = torch.device("meta")
                cpu = torch.device("cpu")
                return takens.plugin.Placement(device, precision.dtype, cpu, "Fast.")
    """
    folder = install("fast_device", source.format(module="fast_device"))
    (folder / "fast_device_reader.py").write_text(dedent(policy))
    asked: list[str] = []

    def probe(device: torch.device, dtype: torch.dtype, /, *, batch: int, width: int) -> float:
        asked.append(device.type)
        return 1.0 if device.type == "cpu" else 0.1

    auto = Auto(hardware=Hardware(), probe=probe)
    assert auto.choose(precision=takens.plugin.Precision.SINGLE).device.type == "meta"
    assert asked == ["cpu", "meta"]
    assert auto.choose(precision=takens.plugin.Precision.DOUBLE).device.type == "cpu"


def test_backends_are_made_anew_where_a_plugin_is_registered() -> None:
    class Plugin:
        @takens.plugin.hookimpl
        def takens_components(self) -> Iterator[takens.plugin.ComponentSpec]:
            target = f"{__name__}:Always"
            yield takens.plugin.ComponentSpec(kind="backend", name="always", target=target)

    system = takens.systems.create("rossler")
    takens.simulate(system, dt=0.01, steps=5)
    with takens.register(Plugin(), "bench"):
        takens.simulate(system, dt=0.01, steps=5)
        assert "always declined because it never does" in takens.explain(system)


class Always:
    preference = 1000

    def solve(self, request: takens.backend.SolveRequest, /) -> takens.backend.Unsupported:
        assert isinstance(request.x0, torch.Tensor)
        return takens.backend.Unsupported("it never does")
