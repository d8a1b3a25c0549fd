"""The folder of a run."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, final

import attrs
import numpy as np

from takens._dynamics.free_run import FreeRun
from takens._files import cannot_write, write_whole
from takens._run.scores_file import scores_table, to_text
from takens.errors import InputError

if TYPE_CHECKING:
    from takens._run.results import Results

# The configuration comes last: it marks the folder as that of a run until all else is gone.
_FILES = (
    "history.jsonl",
    "checkpoint.pt",
    "generated.npz",
    "metrics.json",
    "report.html",
    "config.toml",
)


@final
@attrs.frozen
class RunFolder:
    """A folder with everything about one run, as plain files."""

    path: Path

    @classmethod
    def create(cls, path: Path, *, resume: bool, overwrite: bool) -> RunFolder:
        """Make the folder, or take the one of an earlier run.

        Raises: InputError where it exists and neither was asked for, where there is nothing
        to resume, or where it cannot be made.
        """
        if resume and overwrite:
            raise InputError("--resume and --overwrite exclude each other; give one of them.")
        if resume:
            if not (path / "config.toml").is_file():
                raise InputError(f"There is no run in {path} to resume; leave out --resume.")
            return cls(path)
        try:
            _remove_leftovers(path)
        except OSError as error:
            raise cannot_write(path, error) from error
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            if not overwrite:
                raise InputError(
                    f"{path} exists already; continue it with --resume, replace it with "
                    "--overwrite, or choose another folder with --out."
                )
            if not (path / "config.toml").is_file():
                raise InputError(
                    f"{path} is not the folder of a run, so it is not overwritten; choose "
                    "another folder with --out."
                )
            cls(path)._clear()
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(path, error) from error
        return cls(path)

    def _clear(self) -> None:
        # Only what a run writes: a person's own notes beside it stay.
        shutil.rmtree(self.path / "figures", ignore_errors=True)
        for name in _FILES:
            try:
                (self.path / name).unlink(missing_ok=True)
            except OSError as error:
                raise cannot_write(self.path / name, error) from error

    def write_configuration(self, toml: str) -> None:
        """Write ``config.toml``."""
        write_whole(self.path / "config.toml", toml)

    def write_metrics(self, results: Results) -> None:
        """Write ``metrics.json``; numbers that do not exist are null."""
        table = scores_table(results.scores, results.verdict)
        write_whole(self.path / "metrics.json", to_text(table))

    def write_generated(self, free: FreeRun) -> None:
        """Write ``generated.npz``: ``t``, ``x`` and ``diverged_at`` (-1 for never)."""
        at = [-1 if step is None else step for step in free.diverged_at]
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer, t=free.t.numpy(), x=free.x.numpy(), diverged_at=np.asarray(at)
        )
        write_whole(self.path / "generated.npz", buffer.getvalue())

    def write_figure(self, name: str, png: bytes) -> None:
        """Write ``figures/NAME.png``."""
        try:
            (self.path / "figures").mkdir(exist_ok=True)
        except OSError as error:
            raise cannot_write(self.path / "figures", error) from error
        write_whole(self.path / "figures" / f"{name}.png", png)

    def write_report(self, html: str) -> None:
        """Write ``report.html``."""
        write_whole(self.path / "report.html", html)


def _remove_leftovers(path: Path) -> None:
    """Remove what a killed run left of a file that it was about to write."""
    for name in _FILES:
        for leftover in path.glob(f".{name}.*"):
            leftover.unlink(missing_ok=True)
