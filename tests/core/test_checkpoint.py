"""Checkpoints and histories that were damaged are found out, and said to be."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
import torch

import takens

SHORT: Final[dict[str, Any]] = {
    "steps": 4, "batch": 2, "window": 20, "log_every": 1, "device": "cpu",
}  # fmt: skip


@pytest.fixture(scope="module")
def data() -> takens.TimeSeries:
    return takens.simulate("lorenz63", dt=0.02, steps=200, seed=0)


@pytest.fixture(scope="module")
def trained(data: takens.TimeSeries, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained")
    fitted(data, folder)
    return folder


def fitted(data: takens.TimeSeries, folder: Path, **options: Any) -> takens.Fit:
    model = takens.models.create("shallow_plrnn", obs_dim=3, latent_dim=3, hidden_dim=4)
    scheme = takens.schemes.create("sparse_teacher_forcing", every=5)
    return takens.fit(model, data, scheme, folder=folder, **(SHORT | options))


def copied(folder: Path, to: Path) -> Path:
    for name in ("checkpoint.pt", "history.jsonl"):
        (to / name).write_bytes((folder / name).read_bytes())
    return to / "checkpoint.pt"


def test_every_flipped_bit_is_found(trained: Path, tmp_path: Path) -> None:
    path = copied(trained, tmp_path)
    whole = path.read_bytes()
    takens.load_model(path)
    draw = random.Random(0)
    # The directory and the digest of the archive lie at its end, outside of its members.
    places = [*draw.sample(range(len(whole)), 200), *range(len(whole) - 150, len(whole))]
    for place in places:
        damaged = bytearray(whole)
        damaged[place] ^= 1 << draw.randrange(8)
        path.write_bytes(damaged)
        with pytest.raises(takens.errors.CheckpointError, match=r"no readable checkpoint \("):
            takens.load_model(path)


def test_a_checkpoint_without_a_digest_is_checked_by_its_sums(
    trained: Path, tmp_path: Path
) -> None:
    path = copied(trained, tmp_path)
    content = torch.load(path, weights_only=True)
    del content["sealed"]
    torch.save(content, path)
    takens.load_model(path)
    weights = content["state_dict"]["mean"].numpy().tobytes()
    whole = path.read_bytes()
    at = whole.index(weights)
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    with pytest.raises(takens.errors.CheckpointError, match="it is damaged"):
        takens.load_model(path)


# What may stand where something else should.
ODD: Final = (
    None, True, 0, -1, 3, 0.0, -0.5, float("nan"), float("inf"), "", "text", [], [1], {},
    {"a": 1}, {1: 2}, torch.zeros(()), torch.full((3,), float("nan")), -torch.ones(3),
    torch.zeros(3, dtype=torch.long), torch.zeros(0), [torch.zeros(2)],
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else ()
    if isinstance(value, (list, tuple)):
        items = enumerate(value)
    return found + [place for key, inner in items for place in places(inner, (*path, key))]


def replaced(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    if not path:
        return odd
    first, *rest = path
    changed = replaced(value[first], tuple(rest), odd)
    if isinstance(value, dict):
        return {**value, first: changed}
    return type(value)(changed if i == first else kept for i, kept in enumerate(value))


def refused(call: Callable[[], object]) -> bool:
    """Whether a call is refused in a sentence; anything else that it raises is a fault."""
    try:
        call()
    except takens.InputError:
        return True
    return False


def test_parts_of_another_type_are_refused_in_a_sentence(
    trained: Path, data: takens.TimeSeries, tmp_path: Path
) -> None:
    path = copied(trained, tmp_path)
    content = torch.load(path, weights_only=True)
    del content["sealed"]
    loaded = resumed = count = 0
    draw = random.Random(0)
    for place in places(content):
        for odd in draw.sample(ODD, 4):
            torch.save(replaced(content, place, odd), path)
            count += 1
            loaded += not refused(lambda: takens.load_members(path))
            if place[0] == "training":
                resumed += not refused(lambda: fitted(data, tmp_path, resume=True))
    assert count > 300
    # What is left is of no concern: versions, findings, and numbers that may well be so.
    print(f"{count} damaged checkpoints, {loaded} loaded, {resumed} resumed")


@pytest.mark.parametrize("odd", [0, 0.0, -0.02, float("nan"), float("inf"), "0.02", None, True])
def test_an_interval_is_a_positive_number(trained: Path, tmp_path: Path, odd: Any) -> None:
    path = copied(trained, tmp_path)
    content = torch.load(path, weights_only=True)
    del content["sealed"]
    torch.save(replaced(content, ("series", "dt"), odd), path)
    with pytest.raises(takens.errors.CheckpointError, match="its interval is"):
        takens.load_model(path)


@pytest.mark.parametrize("part", ["mean", "scale", "model.A"])
@pytest.mark.parametrize("odd", [float("nan"), float("inf"), -1.0])
def test_weights_and_units_are_numbers(
    trained: Path, tmp_path: Path, part: str, odd: float
) -> None:
    path = copied(trained, tmp_path)
    content = torch.load(path, weights_only=True)
    del content["sealed"]
    content["state_dict"][part][0] = odd
    torch.save(content, path)
    fine = {"mean": odd == -1.0, "scale": False, "model.A": odd == odd}[part]
    assert refused(lambda: takens.load_model(path)) is not fine


@pytest.mark.parametrize(
    ("line", "odd", "expected"),
    [
        (1, "{", "line 2 is no record"),
        (1, "[1]", "line 2 is no record"),
        (1, '{"loss": 1}', "line 2 is no record"),
        (1, '{"step": "2"}', "line 2 is no record"),
        (1, '{"step": NaN}', "line 2 is no record"),
        (1, "[" * 5000, "line 2 is no record"),
        (1, '{"step": 2, "loss": 1.0}', "not those that were written"),
        (0, "", "line 1 is no record"),
    ],
)
def test_a_damaged_history_is_not_gone_on_with(
    trained: Path, data: takens.TimeSeries, tmp_path: Path, line: int, odd: str, expected: str
) -> None:
    copied(trained, tmp_path)
    path = tmp_path / "history.jsonl"
    lines = path.read_text().splitlines()
    lines[line] = odd
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(takens.errors.CheckpointError, match=expected):
        fitted(data, tmp_path, resume=True)
    # The advice works.
    path.unlink()
    fitted(data, tmp_path, resume=True)


def test_records_behind_the_checkpoint_may_be_cut_short(
    trained: Path, data: takens.TimeSeries, tmp_path: Path
) -> None:
    copied(trained, tmp_path)
    path = tmp_path / "history.jsonl"
    with path.open("a") as file:
        file.write('{"step": 5, "lo')
    fitted(data, tmp_path, resume=True)
    assert [json.loads(line)["step"] for line in path.read_text().splitlines()] == [1, 2, 3, 4]
