"""Files of the kinds that people have come out as they should, or are refused in a sentence."""

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest
from kinds import KINDS, Kind

import takens


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_comes_out_as_it_should(kind: Kind, tmp_path: Path) -> None:
    path = tmp_path / kind.name
    kind.write(path)
    if kind.refusal:
        with pytest.raises(takens.InputError) as caught:
            takens.read_recordings(path, **kind.how)
        told = str(caught.value)
        assert kind.refusal in told
        assert kind.name in told
        assert "\n" not in told
        assert not re.search(r"interleave|sort the rows(?! by time, and keep)", told)
        return
    found = takens.read_recordings(path, **kind.how)
    assert found.columns == tuple(kind.columns)
    assert found.names == tuple(kind.names)
    expected = kind.x if isinstance(kind.x, tuple) else (kind.x,)
    for one, x in zip(found, expected, strict=True):
        np.testing.assert_allclose(one.x.numpy(), x, rtol=0, atol=kind.within)
    assert found.dt == pytest.approx(kind.dt, rel=1e-9)
    assert found.time_unit == kind.time_unit
    assert found.units == tuple(kind.units)
    assert found[0].origin == kind.origin
    assert found.remarks == tuple(kind.remarks)
    source = found[0].source
    assert source is not None
    assert source.file == str(path)
    assert source.columns[: len(kind.columns)] == tuple(kind.columns)
    whole = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    assert source.digest == whole


def test_there_are_many() -> None:
    assert len(KINDS) >= 60
