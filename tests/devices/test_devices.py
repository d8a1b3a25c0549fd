"""What each policy chooses on machines with and without accelerators.

CUDA and MPS are examined through the policies' logic: the machine is a value.
"""

import inspect
import math

import pytest
import torch

import takens
from takens.plugin import Precision
from takens_devices import Auto, Cpu, Cuda, Hardware, Mps
from takens_devices.probe import seconds_per_update

CPU = torch.device("cpu")
NOTHING = Hardware()
CARDS = Hardware(("Card A", "Card B"))
APPLE = Hardware(mps=True)


class Times:
    """A probe that gives the seconds it was told for each device."""

    def __init__(self, **seconds: float) -> None:
        self.seconds = seconds
        self.asked: list[tuple[str, torch.dtype, int, int]] = []

    def __call__(
        self, device: torch.device, dtype: torch.dtype, /, *, batch: int, width: int
    ) -> float:
        self.asked.append((device.type, dtype, batch, width))
        return self.seconds[device.type]


@pytest.mark.parametrize("name", ["auto", "cpu", "cuda", "mps"])
def test_they_are_policies_that_the_registry_makes(name: str) -> None:
    assert isinstance(takens.create("device", name), takens.plugin.DevicePolicy)


@pytest.mark.parametrize("name", ["auto", "cpu", "cuda", "mps"])
def test_the_parameters_are_those_of_the_constructor(name: str) -> None:
    # The machine and the probe are for tests, and are keyword-only.
    arguments = inspect.signature(type(takens.create("device", name))).parameters.values()
    assert {p.name: p.default for p in takens.devices.spec(name).parameters} == {
        a.name: a.default for a in arguments if a.kind is not a.KEYWORD_ONLY
    }


def test_the_index_comes_from_the_configuration() -> None:
    policy = takens.devices.create("cuda", index=1)
    assert isinstance(policy, Cuda)
    assert policy.index == 1
    with pytest.raises(takens.errors.ComponentError, match="index is a whole number"):
        takens.create("device", "cuda", index="1")


@pytest.mark.parametrize("precision", Precision)
def test_cpu(precision: Precision) -> None:
    placement = Cpu().choose(precision=precision)
    assert placement.device == placement.linear_algebra == CPU
    assert placement.dtype == precision.dtype
    assert placement.reason


def test_what_is_here_really_works() -> None:
    placement = Auto().choose(precision=Precision.DOUBLE)
    x = torch.ones(3, 3, device=placement.device, dtype=placement.dtype)
    assert float((x @ x).to(placement.linear_algebra).sum()) == 27.0


@pytest.mark.parametrize("precision", Precision)
@pytest.mark.parametrize(("index", "card"), [(None, 0), (0, 0), (1, 1)])
def test_cuda(precision: Precision, index: int | None, card: int) -> None:
    placement = Cuda(index, hardware=CARDS).choose(precision=precision)
    assert placement.device == placement.linear_algebra == torch.device("cuda", card)
    assert placement.dtype == precision.dtype
    assert CARDS.cuda_devices[card] in placement.reason


@pytest.mark.parametrize(
    ("index", "hardware", "expected"),
    [
        (None, NOTHING, "This machine has no CUDA device"),
        (1, NOTHING, "This machine has no CUDA device 1"),
        (None, APPLE, "it has cpu, mps."),
        (2, CARDS, "it has cpu, cuda:0 (Card A), cuda:1 (Card B)."),
        (-1, CARDS, "This machine has no CUDA device -1"),
    ],
)
def test_cuda_that_is_not_there(index: int | None, hardware: Hardware, expected: str) -> None:
    with pytest.raises(takens.errors.DeviceError) as caught:
        Cuda(index, hardware=hardware).choose(precision=Precision.SINGLE)
    assert expected in str(caught.value)
    assert str(caught.value).endswith(f"it has {hardware}.")
    built = torch.backends.cuda.is_built()
    assert ("torch is built without CUDA" in str(caught.value)) is not built


def test_mps_keeps_factorisations_on_the_cpu() -> None:
    placement = Mps(hardware=APPLE).choose(precision=Precision.SINGLE)
    assert placement.device == torch.device("mps")
    assert placement.dtype == torch.float32
    assert placement.linear_algebra == CPU
    assert "factorisations stay on the CPU" in placement.reason


def test_mps_has_no_double_precision() -> None:
    placement = Mps(hardware=APPLE).choose(precision=Precision.DOUBLE)
    assert placement.device == placement.linear_algebra == CPU
    assert placement.dtype == torch.float64
    assert "no double precision" in placement.reason


def test_mps_that_is_not_there() -> None:
    with pytest.raises(
        takens.errors.DeviceError, match=r"has no MPS.*it has cpu, cuda:0 \(Card A\)"
    ):
        Mps(hardware=CARDS).choose(precision=Precision.SINGLE)


def test_auto_measures_nothing_where_there_is_no_choice() -> None:
    probe = Times()
    placement = Auto(hardware=NOTHING, probe=probe).choose(precision=Precision.SINGLE)
    assert placement == takens.plugin.Placement(
        CPU, torch.float32, CPU, "The CPU, because there is no accelerator."
    )
    placement = Auto(hardware=APPLE, probe=probe).choose(precision=Precision.DOUBLE)
    assert placement == takens.plugin.Placement(
        CPU, torch.float64, CPU, "The CPU, because mps has no double precision."
    )
    assert not probe.asked


@pytest.mark.parametrize("precision", Precision)
def test_auto_takes_an_accelerator_that_wins(precision: Precision) -> None:
    probe = Times(cpu=0.03, cuda=0.01)
    policy = Auto(batch=256, width=512, hardware=CARDS, probe=probe)
    placement = policy.choose(precision=precision)
    assert placement.device == placement.linear_algebra == torch.device("cuda", 0)
    assert placement.dtype == precision.dtype
    assert placement.reason == "cuda:0 by measurement: cpu took 30 ms, cuda:0 took 10 ms."
    assert probe.asked == [
        ("cpu", precision.dtype, 256, 512),
        ("cuda", precision.dtype, 256, 512),
    ]


@pytest.mark.parametrize("cuda", [0.009, 0.01, 0.5])
def test_auto_stays_on_the_cpu_where_little_is_won(cuda: float) -> None:
    probe = Times(cpu=0.01, cuda=cuda)
    placement = Auto(hardware=CARDS, probe=probe).choose(precision=Precision.SINGLE)
    assert placement.device == placement.linear_algebra == CPU
    assert "cpu by measurement: cpu took 10 ms, cuda:0 took" in placement.reason


def test_auto_takes_the_fastest_with_its_limits() -> None:
    hardware = Hardware(("Card A",), mps=True)
    probe = Times(cpu=0.1, cuda=0.02, mps=0.01)
    placement = Auto(hardware=hardware, probe=probe).choose(precision=Precision.SINGLE)
    assert placement.device == torch.device("mps")
    assert placement.linear_algebra == CPU
    probe = Times(cpu=0.1, cuda=0.01, mps=0.02)
    placement = Auto(hardware=hardware, probe=probe).choose(precision=Precision.SINGLE)
    assert placement.device == torch.device("cuda", 0)


@pytest.mark.skipif(
    Hardware.detect() != NOTHING, reason="there is an accelerator, which would not fail"
)
@pytest.mark.parametrize(("hardware", "name"), [(CARDS, "cuda:0"), (APPLE, "mps")])
def test_auto_passes_over_a_device_that_does_not_work(hardware: Hardware, name: str) -> None:
    policy = Auto(batch=2, width=3, hardware=hardware)
    placement = policy.choose(precision=Precision.SINGLE)
    assert placement.device == CPU
    assert f"{name} failed (" in placement.reason


@pytest.mark.parametrize("size", [{"batch": 0}, {"width": -1}])
def test_auto_refuses_sizes_that_are_not_positive(size: dict[str, int]) -> None:
    (name,) = size
    with pytest.raises(takens.errors.ComponentError, match=f"{name} is at least 1"):
        takens.devices.create("auto", **size)


@pytest.mark.parametrize("precision", Precision)
@pytest.mark.parametrize("guard", [torch.enable_grad, torch.no_grad, torch.inference_mode])
def test_the_probe_measures_and_leaves_the_generator_alone(
    precision: Precision, guard: type[torch.no_grad]
) -> None:
    before = torch.get_rng_state()
    with guard():
        seconds = seconds_per_update(CPU, precision.dtype, batch=2, width=3)
    assert math.isfinite(seconds)
    assert seconds > 0
    assert torch.equal(torch.get_rng_state(), before)


def test_detection_agrees_with_torch() -> None:
    found = Hardware.detect()
    assert bool(found.cuda_devices) == torch.cuda.is_available()
    assert found.mps == torch.backends.mps.is_available()
    assert str(found).startswith("cpu")
