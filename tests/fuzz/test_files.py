"""Files of data that are damaged, or were never right."""

from __future__ import annotations

import functools
import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

import takens

from .harness import Counts, sizes
from .strange import NUMBERS, TEXTS, damaged

CELLS = (
    "1", "2.5", "-3e4", "1,5", "1.234,5", "1 000", "nan", "NaN", "NA", "", " ", "-", "-999",
    "1e20", "1e400", "inf", "x", "t", "2024-01-01", "01/02/2024", "2024-01-01T00:00:00Z",
    "12:30", "1_000", "0x10", "'1'", '"1"', '"1', "\ufeff1", "\u0661", "1+2j", "True",
    "=1+1", "#", "%", "//",
)  # fmt: skip


def csv(draw: random.Random) -> bytes:
    """Write a table, mostly of numbers, in some dialect, and damage some of them."""
    separator = draw.choice(",,,,,;\t ")
    rows, columns = draw.randrange(30), draw.randrange(1, 5)
    odd = draw.random() ** 6
    lines = [
        separator.join(
            draw.choice(CELLS) if draw.random() < odd else f"{draw.uniform(-5, 5):.3f}"
            for _ in range(columns + (draw.random() < 0.03))
        )
        for _ in range(rows)
    ]
    if draw.random() < 0.6:
        names = ["t", "x", "y", "", "x", "0", "time", "a b", '"q"', "x" * 300]
        lines.insert(0, separator.join(draw.choice(names) for _ in range(columns)))
    if draw.random() < 0.2:
        lines.insert(0, draw.choice(("# note", "sep=;", "%", "", "{}")))
    text = draw.choice(("\n", "\n", "\r\n", "\r")).join(lines)
    encoding = draw.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"))
    content = text.encode(encoding, "replace")
    return damaged(draw, content, 3) if draw.random() < 0.4 else content


def array(draw: random.Random) -> Any:
    """Return an array of any shape and type, mostly a series."""
    usual, kinds = (
        draw.random() < 0.6,
        ("f4", ">f8", "i4", "u1", "c8", "?", "U5", "S3", "M8[s]"),
    )
    others = ((30,), (2, 30, 2), (), (0,), (1, 1), (0, 3), (3, 0), (2, 2, 2, 2))
    shape = (30, 2) if usual else draw.choice(others)
    kind = "f8" if usual else draw.choice(kinds)
    content = (10 * np.sin(np.arange(int(np.prod(shape))) ** 2)).reshape(shape)
    found = content.astype("i8").astype(kind) if kind[0] in "M?u" else content.astype(kind)
    if found.size and found.dtype.kind == "f" and draw.random() < 0.3:
        odd = draw.choice((np.nan, np.inf, -999.0, 1e4))
        found[np.unravel_index(draw.randrange(found.size), found.shape)] = odd
    return np.asfortranarray(found) if draw.random() < 0.2 else found


def npy(draw: random.Random) -> bytes:
    """Write an array, a header that was made up, or a part of both."""
    buffer = io.BytesIO()
    np.save(buffer, array(draw))
    content = buffer.getvalue()
    if draw.random() < 0.3:
        header = draw.choice(
            (
                "{'descr': '<f8', 'fortran_order': False, 'shape': (30, 2), }",
                "{'descr': '|O', 'fortran_order': False, 'shape': (30, 2), }",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 2), }",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (-1, 2), }",
                "{'descr': '<f8', 'shape': (30, 2), }",
                "{'descr': ['<f8'], 'fortran_order': 2, 'shape': 30, }",
                "(" * 500,
                "{" * 90 + "\n\0",
                "'" + "x" * 100,
                "[1, 2",
                "__import__('os').system('true')",
            )
        ).encode()
        content = (
            b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + content[-480:]
        )
    return damaged(draw, content) if draw.random() < 0.3 else content


def npz(draw: random.Random) -> bytes:
    """Write an archive of arrays under names that are known, or not."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", draw.choice((0, 8))) as archive:
        for name in draw.sample(("x", "t", "y", "time_unit", "columns", "dt", "mask"), 3):
            inner = io.BytesIO()
            if name in ("time_unit", "columns") or draw.random() < 0.1:
                np.save(inner, np.array(draw.choice((*TEXTS[:20], *NUMBERS[:14]))))
            elif name == "t" and draw.random() < 0.6:
                np.save(inner, np.sort(np.array([draw.uniform(0, 9) for _ in range(30)])))
            else:
                np.save(inner, array(draw))
            content = inner.getvalue()
            odd = draw.random() < 0.15
            archive.writestr(f"{name}.npy", damaged(draw, content) if odd else content)
    content = buffer.getvalue()
    return damaged(draw, content, 4) if draw.random() < 0.4 else content


KINDS: dict[str, Callable[[random.Random], bytes]] = {".csv": csv, ".npy": npy, ".npz": npz}


@sizes(600, 20_000)
def test_files_are_read_or_refused(
    count: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    counts = Counts(record_property, "files")
    for draw in counts.inputs(count):
        ending = draw.choice(sorted(KINDS))
        content = KINDS[ending](draw)
        path = tmp_path / f"data{ending}"
        path.write_bytes(content)
        options: dict[str, Any] = (
            {} if draw.random() < 0.6 else {"dt": draw.choice((0.1, 0.1, 1, 1e-300))}
        )
        if draw.random() < 0.15:
            options |= {"time": draw.choice(("t", "x", "nope", "", "0"))}
        if draw.random() < 0.15:
            options |= {"columns": draw.sample(("x", "y", "t", "nope", ""), 2)}
        reading = functools.partial(takens.read, path, **options)
        found = counts.call((content, options), reading)
        if found is not None:
            known = found.x if found.mask is None else found.x[found.mask]
            if not (torch.isfinite(known).all() and torch.isfinite(found.t).all()):
                counts.fault(content, "numbers that are not finite are taken")
        if path.read_bytes() != content or len(list(tmp_path.iterdir())) != 1:
            counts.fault(content, "reading has changed the folder")
        path.unlink()
