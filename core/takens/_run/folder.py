"""The folder of a run."""

from __future__ import annotations

import contextlib
import io
import json
import tomllib
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast, final

import attrs
import numpy as np

from takens._files import cannot_write, leftovers, remove_leftovers, write_whole
from takens._lock import LOCK, locked
from takens._run.scores_file import scores_table, to_text
from takens._secrets import blanked
from takens.errors import InputError

if TYPE_CHECKING:
    from takens._run.results import Results

_RESULTS: Final = (
    "history.jsonl",
    "checkpoint.pt",
    "generated.npz",
    "learned.json",
    "metrics.json",
    "report.html",
)
_MARK: Final = "config.toml"


@final
@attrs.frozen
class RunFolder:
    """A folder with everything about one run, as plain files."""

    path: Path

    @property
    def begun(self) -> bool:
        """Whether there is a run in it."""
        return (self.path / _MARK).is_file()

    def check(self, *, resume: bool, overwrite: bool) -> None:
        """Refuse a folder that may not be used; one to resume may be empty, or not be there.

        Raises: InputError where there is anything in it and neither was asked for, or where
        what there is is no run.
        """
        if resume and overwrite:
            raise InputError("--resume and --overwrite exclude each other; give one of them.")
        path = self.path
        if (self.begun and (resume or overwrite)) or self._is_empty():
            return
        if resume:
            raise InputError(f"There is no run in {path} to resume; choose another folder.")
        if not overwrite:
            raise InputError(
                f"{path} exists already; continue it with --resume, replace it with "
                "--overwrite, or choose another folder with --out."
            )
        raise InputError(
            f"{path} is not the folder of a run, so it is not overwritten; choose another "
            "folder with --out."
        )

    @contextlib.contextmanager
    def opened(self, *, resume: bool, overwrite: bool) -> Generator[None]:
        """Make the folder where it is not there, and keep it for this process for a while.

        What an earlier process left half written is removed, and its results too where they
        are to be replaced; never anything else.

        Raises: InputError where it may not be used, is in use, or cannot be written.
        """
        self.check(resume=resume, overwrite=overwrite)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(self.path, error) from error
        with locked(self.path):
            # Another process may have finished a run in the meantime.
            self.check(resume=resume, overwrite=overwrite)
            pictures = self._pictures()
            remove_leftovers(self.path, (*_RESULTS, _MARK))
            remove_leftovers(self.path / "figures", pictures)
            if overwrite:
                self._clear(pictures)
            yield

    def _is_empty(self) -> bool:
        if not self.path.is_dir():
            return not self.path.exists()
        ours = {LOCK, *(path.name for path in leftovers(self.path, (*_RESULTS, _MARK)))}
        return all(path.name in ours for path in self.path.iterdir())

    def _pictures(self) -> list[str]:
        """Return the names of the pictures of the run in the folder."""
        try:
            table = tomllib.loads((self.path / _MARK).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return []
        found: list[str] = []
        listed: Any = table.get("figures")
        for each in cast(list[Any], listed) if isinstance(listed, list) else []:
            given = cast(dict[str, Any], each) if isinstance(each, dict) else {"name": each}
            name = str(given.get("label") or given.get("name"))
            found += [f"{name}.png", f"{name.rpartition(':')[2]}.png"]
        # Whatever the file says, nothing outside of the folder is meant.
        return [name for name in found if Path(name).name == name]

    def _clear(self, pictures: Sequence[str]) -> None:
        # Only what a run writes: a person's own notes beside it stay. The configuration marks
        # the folder as that of a run until the next one takes its place.
        figures = self.path / "figures"
        for path in (
            *(self.path / name for name in _RESULTS),
            *(figures / p for p in pictures),
        ):
            try:
                path.unlink(missing_ok=True)
            except NotADirectoryError:
                continue
            except OSError as error:
                raise cannot_write(path, error) from error
        with contextlib.suppress(OSError):
            figures.rmdir()

    def write_configuration(self, toml: str) -> None:
        """Write ``config.toml``."""
        write_whole(self.path / _MARK, toml)

    def write_learned(self, found: Mapping[str, Any]) -> None:
        """Write ``learned.json``: what the scheme found besides weights, if anything."""
        if found:
            write_whole(self.path / "learned.json", to_text(dict(found)))

    def learned(self) -> dict[str, Any]:
        """Read ``learned.json``; nothing where there is none, or it holds no table."""
        try:
            found: Any = json.loads((self.path / "learned.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return cast(dict[str, Any], found) if isinstance(found, dict) else {}

    def write_metrics(self, results: Results) -> None:
        """Write ``metrics.json``; numbers that do not exist are null."""
        table = scores_table(results.scores, results.verdict)
        if results.forecast_errors is not None:
            table["forecast_errors"] = results.forecast_errors.to_json()
        write_whole(self.path / "metrics.json", blanked(to_text(table)))

    def write_generated(self, results: Results) -> None:
        """Write ``generated.npz``: ``t``, ``x`` and ``diverged_at`` (-1 for never).

        Runs are in the units of the data.
        """
        free = results.free if results.in_units is None else results.in_units.free
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
