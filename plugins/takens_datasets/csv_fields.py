"""What the fields of a text file hold: numbers, dates, gaps or something else."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, final

import attrs
import numpy as np
from numpy.typing import NDArray

import takens

# Point and comma change places, so that a point for thousands does not pass as a decimal one.
SWAP: Final = str.maketrans(",.", ".,")
_CORRECT: Final = "correct it"
_REMEDIES: Final = {
    r"[+-]?\d*,\d+": "write all decimals with points, or all with commas",
    r"[+-]?\d{1,3}(([,' ]\d{3})+(\.\d+)?|(\.\d{3})+,\d+)": "write it without a mark for "
    "thousands",
    r"\d{1,2}:\d\d(:\d\d)?(\.\d+)?": "write the time of day behind its date, in one column",
    r"[+-]?[\d.]+([eE][+-]?\d+)?\s*[^\d\s.,:_/-]{1,6}": "write the number alone, and its unit "
    "behind the name of the column, as in 'x (%)'",
    r"(?i:true|false|yes|no|on|off)": "write 1 and 0",
}
GAPS: Final = {
    "",
    "-",
    "--",
    "---",
    "?",
    ".",
    "na",
    "n/a",
    "#n/a",
    "nan",
    "null",
    "none",
    "missing",
}


# Fortran writes exponents of double precision with a D.
_FORTRAN: Final = re.compile(r"(?<=[\d.])[dD](?=[+-]?\d+\s*$)")


def is_number(text: str) -> bool:
    """Whether a text is a number that is not infinite (Python alone reads 1_0 as ten)."""
    try:
        return "_" not in text and bool(np.isfinite(float(text)))
    except ValueError:
        return False


def is_gap(text: str) -> bool:
    """Whether a text says that nothing was measured."""
    return text.strip().lower() in GAPS


def advice(text: str, texts: Sequence[str], name: str) -> str:
    """Say what to do about a text that is no number, among the texts of a column."""
    for form, do in _REMEDIES.items():
        if re.fullmatch(form, text):
            return do
    kinds = len(set(texts))
    if name and 1 < kinds <= len(texts) / 3 and not any(map(is_number, texts)):
        return f"if it tells recordings apart give id = {name!r}, otherwise {_CORRECT}"
    return _CORRECT


@final
@attrs.frozen
class Column:
    """A column of a file, by the name that a person knows it by.

    Fields that say that nothing was measured, those in ``gaps`` among them, are NaN, or
    refused where ``strict``.
    """

    path: Path
    name: str
    decimal_comma: bool
    strict: bool
    gaps: tuple[str, ...] = ()

    def numbers(self, rows: Sequence[int], texts: Sequence[str]) -> NDArray[np.float64]:
        """Read fields as finite numbers; ``rows`` say where in the file they are.

        Raises: DataError for the first field that is something else.
        """
        if any("D" in text or "d" in text for text in texts):
            texts = [_FORTRAN.sub("e", text) for text in texts]
        try:
            values = np.array(list(map(float, texts)))
            if bool(np.isfinite(values).all()) and "_" not in "".join(texts):
                return values
        except ValueError:
            pass
        if not self.strict:
            kept = ["nan" if self._is_gap(text) else text for text in texts]
            if all(text == "nan" or is_number(text) for text in kept):
                return np.array(list(map(float, kept)))
        raise self._refusal(rows, texts, self._is_good, "finite number")

    def times(self, rows: Sequence[int], texts: Sequence[str]) -> NDArray[Any]:
        """Return fields as numbers where the first is one, else as texts.

        Raises: DataError for the first field that is of another kind.
        """
        powers = [_FORTRAN.sub("e", text) for text in texts]
        if all(map(is_number, powers)):
            return np.array(list(map(float, powers)))
        dates = not is_number(texts[0]) and takens.plugin.is_date(texts[0])
        if is_number(texts[0]) and sum(map(is_number, texts)) > len(texts) / 2:
            raise self._refusal(rows, texts, is_number, "finite number")
        if dates:
            bad = [text for text in texts if not takens.plugin.is_date(text)]
            if bad:
                raise self._refusal(rows, texts, takens.plugin.is_date, "date")
        return np.array(texts)

    def _is_gap(self, text: str) -> bool:
        return is_gap(text) or text.strip() in self.gaps

    def _is_good(self, text: str) -> bool:
        return is_number(text) or (not self.strict and self._is_gap(text))

    def _refusal(
        self,
        rows: Sequence[int],
        texts: Sequence[str],
        good: Callable[[str], bool],
        expected: str,
    ) -> takens.errors.DataError:
        row, text = next(
            (row, text) for row, text in zip(rows, texts, strict=True) if not good(text)
        )
        place = f"{self.path}: row {row}, column {self.name!r}"
        text = (text.translate(SWAP) if self.decimal_comma else text).strip()
        shown = repr(text if len(text) <= 40 else f"{text[:40]}...") if text else "empty"
        if is_gap(text):
            return takens.errors.DataError(
                f"{place} is {shown}; fill the gap by interpolation, or cut the series there."
            )
        is_date = takens.plugin.is_date(text)
        do = "name the column as the time" if is_date else advice(text, texts, self.name)
        return takens.errors.DataError(
            f"{place} is {shown}, which is no {expected}; {do}, or do without the column."
        )
