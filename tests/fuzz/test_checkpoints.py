"""Checkpoints with damaged bytes, and with parts that were never a checkpoint's."""

from __future__ import annotations

import copy
import functools
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

import takens

from .harness import Counts, sizes
from .strange import TEXTS, damaged, value


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    series = takens.simulate("lorenz63", dt=0.02, steps=120)
    options: dict[str, Any] = {"steps": 2, "window": 10, "batch": 2, "device": "cpu"}
    fit = takens.fit("shallow_rnn", series, "teacher_forcing", **options)
    path = tmp_path_factory.mktemp("stored") / "model.pt"
    takens.save_model(fit.model, path)
    return path.read_bytes()


@sizes(250, 8_000)
def test_no_damaged_byte_is_loaded(
    count: int, stored: bytes, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    path = tmp_path / "model.pt"
    load = functools.partial(takens.load_model, path)
    counts = Counts(record_property, "damaged checkpoints")
    for draw in counts.inputs(count):
        content = damaged(draw, stored, draw.choice((1, 1, 8)))
        path.write_bytes(content)
        found = counts.call(f"{len(content)} bytes", load)
        if found is not None and content != stored:
            counts.fault("bytes", "a damaged file was loaded")


def _places(table: Any) -> Iterator[tuple[Any, Any]]:
    items = table.items() if isinstance(table, dict) else enumerate(table)
    for key, inner in items:
        yield table, key
        if isinstance(inner, (dict, list)):
            yield from _places(inner)


@sizes(250, 8_000)
def test_parts_of_another_kind_are_refused_or_harmless(
    count: int, stored: bytes, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    whole = torch.load(io.BytesIO(stored), weights_only=True)
    # Files of before the digest are read, too, so it cannot be what refuses these.
    whole.pop("sealed")
    path = tmp_path / "model.pt"
    counts = Counts(record_property, "checkpoints of odd parts")
    for draw in counts.inputs(count):
        content = copy.deepcopy(whole)
        told: list[Any] = []
        for _ in range(draw.randint(1, 2)):
            place, key = draw.choice(list(_places(content)))
            tensors = (torch.zeros(()), torch.full((3,), float("nan")), torch.ones(2, 2).long())
            new = draw.choice((*tensors, value(draw), value(draw), value(draw)))
            if draw.random() < 0.2 and isinstance(place, dict):
                place.pop(key, None)
            else:
                place[key] = new
            told.append((key, new))
        if draw.random() < 0.1:
            content[draw.choice(TEXTS)] = value(draw)
        buffer = io.BytesIO()
        try:
            torch.save(content, buffer)
        except (UnicodeError, ValueError, OverflowError):
            continue
        path.write_bytes(buffer.getvalue())

        def use() -> torch.Tensor:
            model = takens.load_model(path)
            context = torch.zeros(5, model.obs_dim, dtype=torch.float64)
            return takens.generate(model, context=context, steps=3).x

        counts.call(told, use)
