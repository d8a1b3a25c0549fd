"""Data that are known by a name."""

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

import takens
from takens.cli.main import main
from takens_datasets import circles, half_moons


def test_measured_records_are_those_of_the_books() -> None:
    pelts = takens.known_data("hudson_bay").only
    assert pelts.columns == ("hare", "lynx")
    assert (len(pelts), pelts.time_unit, pelts.origin) == (21, "year", "1900")
    assert pelts["hare"].x[3].item() == 77.4
    assert str(pelts.clock()[-1])[:4] == "1920"
    spots = takens.known_data("sunspots").only
    assert (len(spots), str(spots.clock()[-1])[:4]) == (309, "2008")
    # The Schwabe cycle: eleven years.
    assert takens.examine(spots, surrogates=0).periods[0] == pytest.approx(11, abs=0.7)
    warm = takens.known_data("el_nino").only
    assert (len(warm), warm.units) == (732, ("°C",))
    assert takens.examine(warm, surrogates=0).periods[0] == pytest.approx(12, abs=0.2)
    assert takens.known_data("nile").only.x.mean() == pytest.approx(919.35)
    carbon = takens.known_data("mauna_loa").only
    assert carbon.mask is not None
    assert int((~carbon.mask).sum()) == 59
    assert str(carbon.clock()[-1])[:10] == "2001-12-29"


def simulated(**how: Any) -> takens.Recordings:
    return takens.known_data({"name": "simulated", **how}, seed=3)


def test_starts_scatter_and_noise_is_absolute() -> None:
    how: dict[str, Any] = {"system": "van_der_pol", "start": [2.0, 0.0], "dt": 0.1, "steps": 50}
    still = simulated(**how, trajectories=2)
    assert torch.equal(still[0].x, still[1].x)
    assert still[0].x[0].tolist() == [2.0, 0.0]
    many = simulated(**how, trajectories=400, spread=0.3)
    firsts = torch.stack([one.x[0] for one in many])
    assert firsts.std(0).tolist() == pytest.approx([0.3, 0.3], rel=0.15)
    assert firsts.mean(0).tolist() == pytest.approx([2.0, 0.0], abs=0.06)
    noisy = simulated(**how, trajectories=400, noise=0.05)
    off = torch.stack([one.x - still[0].x for one in noisy])
    # Of every sample, the first included.
    assert off[:, 0].std().item() == pytest.approx(0.05, rel=0.15)
    assert off.std().item() == pytest.approx(0.05, rel=0.02)


def test_times_of_its_own_and_gaps() -> None:
    times = [0.0, 0.3, 0.4, 2.0, 5.0]
    found = simulated(
        system="harmonic_oscillator",
        start=[1.0, 0.0],
        times=times,
        parameters={"frequency": 2.0},
    )
    expected = [math.cos(2 * t) for t in times]
    assert found[0].t.tolist() == times
    assert found[0].x[:, 0].tolist() == pytest.approx(expected, abs=1e-8)
    holed = simulated(system="lorenz63", steps=2_000, dt=0.01, missing=0.1)
    assert holed[0].mask is not None
    assert (~holed[0].mask).double().mean().item() == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"system": "lorenz63", "start": [1.0]}, "lorenz63 has 3 variables; start has 1"),
        ({"times": [0.0, 2.0, 1.0]}, "two or more numbers that increase"),
        ({"system": "henon", "times": [0.0, 1.0]}, "henon is a map"),
        ({"system": "lorentz63"}, "lorenz63"),
        ({"noise": -1.0}, "at least 0"),
        ({"parameters": {"rh": 28.0}}, "rho"),
    ],
)
def test_what_does_not_fit_is_refused(how: dict[str, Any], says: str) -> None:
    with pytest.raises(takens.InputError, match=says):
        simulated(**how)


def test_moons_and_circles_are_as_they_are_taught() -> None:
    moons = half_moons()
    assert [len(part) for part in moons.split()] == [800, 100, 100]
    assert moons.y.double().mean() == 0.5
    clean = half_moons(500, noise=0.0)
    centre = torch.stack((clean.y.float(), 0.5 * clean.y), -1)
    assert (clean.x - centre).norm(dim=-1) == pytest.approx(1, abs=1e-5)
    rings = circles(400, noise=0.0, inner=0.2, outer=0.7)
    radii = rings.x.norm(dim=-1)
    assert radii[rings.y == 1] == pytest.approx(0.2, abs=1e-5)
    assert radii[rings.y == 0] == pytest.approx(0.7, abs=1e-5)
    assert torch.equal(circles(seed=2).x, circles(seed=2).x)
    assert not torch.equal(circles(seed=2).x, circles(seed=1).x)
    spread = circles(4_000).x.norm(dim=-1)[circles(4_000).y == 0].std().item()
    assert spread == pytest.approx(0.05, rel=0.1)
    with pytest.raises(takens.InputError, match="two points or more"):
        half_moons(1)


def test_a_missing_library_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "statsmodels.datasets.nile", None)
    with pytest.raises(takens.errors.DataError, match=r"pip install 'takens\[known\]'"):
        takens.known_data("nile")


# The packages of each extra, and a file that needs it.
EXTRAS = {
    "edf": ("edfio", "a.edf", b"0       " + b" " * 300),
    "excel": ("openpyxl", "a.xlsx", b"PK\x03\x04" + b"\0" * 100),
    "hdf5": ("h5py", "a.h5", b"\x89HDF\r\n\x1a\n" + b"\0" * 100),
    "netcdf": ("xarray", "a.nc", b"CDF\x01" + b"\0" * 100),
    "zarr": ("zarr", "a.zarr", b"{}"),
    "zstd": ("zstandard", "a.csv.zst", b"\x28\xb5\x2f\xfd" + b"\0" * 100),
}
WITHOUT = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
BLOCKED = sys.argv[1].split(",")
sys.meta_path.insert(0, Blocked())
import takens
for path in sys.argv[2:]:
    try:
        takens.read_recordings(path, dt=1.0)
    except takens.errors.DataError as error:
        print(error)
"""


def test_every_extra_that_is_missing_is_named_with_its_command(tmp_path: Path) -> None:
    paths = {extra: tmp_path / name for extra, (_, name, _) in EXTRAS.items()}
    for extra, (_, _, content) in EXTRAS.items():
        paths[extra].write_bytes(content)
    packages = ",".join(package for package, _, _ in EXTRAS.values())
    command = [sys.executable, "-c", WITHOUT, packages, *map(str, paths.values())]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = done.stdout.splitlines()
    assert len(told) == len(EXTRAS), done.stdout
    for line, (extra, (package, name, _)) in zip(told, EXTRAS.items(), strict=True):
        assert f"{name} needs {package}, which is not installed" in line
        assert f"pip install 'takens[{extra}]' installs it." in line


def test_a_source_is_learned_from(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "run.toml"
    config.write_text(
        '[data]\nsource = { name = "simulated", system = "lorenz63", steps = 1200,'
        " trajectories = 3, spread = 0.5 }\n"
        'split = ["3"]\n[training]\nsteps = 2\ncheck_every = 0\n'
        '[judge]\nmetrics = ["prediction_error"]\nruns = 2\npower = false\n'
    )
    with pytest.raises(SystemExit) as end:
        main(["run", str(config), "--out", str(tmp_path / "out")])
    assert end.value.code in (0, None), capsys.readouterr().err
    assert "simulated by" in (tmp_path / "out" / "report.html").read_text()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"source": "hudson_bay", "file": "a.csv"}, "got file and source"),
        ({"source": "hudson_bay", "time": "t"}, "data.time goes with a file, not a source"),
        ({"system": "lorenz63", "split": 0.5}, "data.split goes with a file, not a system"),
        ({}, "got neither"),
    ],
)
def test_sources_files_and_systems_are_not_mixed_up(data: dict[str, Any], says: str) -> None:
    with pytest.raises(takens.InputError, match=says):
        takens.Data(**data)
