"""Equations as text and as plain values."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, final

import attrs

import takens
from takens_sindy.candidates import Candidates, quoted


@final
@attrs.frozen
class Term:
    """One term of an equation, in the units of the data.

    ``error`` is one standard error and ``chosen`` the share of resamples that chose the term;
    both are None where nothing was resampled.
    """

    function: str
    coefficient: float
    error: float | None = None
    chosen: float | None = None


@final
@attrs.frozen
class Equations:
    """The right-hand sides of all variables, each a sum of terms.

    ``str`` gives one line a variable; ``with_errors`` adds standard errors, where they are
    above a millionth of the coefficient.
    """

    time: takens.plugin.Time
    terms: Mapping[str, tuple[Term, ...]]

    @classmethod
    def of(
        cls,
        time: takens.plugin.Time,
        candidates: Candidates,
        columns: Sequence[str],
        coefficients: Sequence[Sequence[float]],
        errors: Sequence[Sequence[float]] | None = None,
        chosen: Sequence[Sequence[float]] | None = None,
    ) -> Equations:
        """Make the equations of `coefficients: (n, L)`, leaving out terms that are zero."""
        names = candidates.names(columns)
        terms = {
            column: tuple(
                Term(
                    name,
                    value,
                    errors[i][j] if errors is not None else None,
                    chosen[i][j] if chosen is not None else None,
                )
                for j, (name, value) in enumerate(zip(names, coefficients[i], strict=True))
                if value
            )
            for i, column in enumerate(columns)
        }
        return cls(time, terms)

    def lines(self, digits: int = 5, *, errors: bool = False) -> list[str]:
        """Return one line for each variable, with so many significant digits."""
        return [
            f"{self._left(name)} = {_sum(terms, digits, errors)}"
            for name, terms in self.terms.items()
        ]

    def with_errors(self, digits: int = 5) -> str:
        """Return all lines, each coefficient with its standard error."""
        return "\n".join(self.lines(digits, errors=True))

    def coefficient(self, variable: str, function: str) -> float:
        """Return the coefficient of a function in the equation of a variable, 0 where none is.

        Raises: InputError where there is no such variable.
        """
        if variable not in self.terms:
            raise takens.InputError(
                f"There is an equation for each of {', '.join(self.terms)}; got {variable!r}."
            )
        found = {term.function: term.coefficient for term in self.terms[variable]}
        return found.get(function, 0.0)

    def table(self) -> dict[str, Any]:
        """Return everything in JSON types."""
        return {
            "time": self.time.value,
            "equations": self.lines(),
            "terms": {
                name: [attrs.asdict(term) for term in terms]
                for name, terms in self.terms.items()
            },
        }

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> Equations:
        """Read what ``table`` gave."""
        terms = {
            name: tuple(Term(**term) for term in found)
            for name, found in table["terms"].items()
        }
        return cls(takens.plugin.Time(table["time"]), terms)

    def renamed(self, columns: Sequence[str]) -> Equations:
        """Call variables that have no names yet, x1, x2, ..., by those of the columns."""

        def name(found: re.Match[str]) -> str:
            return quoted(columns[int(found[1]) - 1])

        terms = {
            column: tuple(
                attrs.evolve(term, function=re.sub(r"\bx(\d+)\b", name, term.function))
                for term in found
            )
            for column, found in zip(columns, self.terms.values(), strict=True)
        }
        return Equations(self.time, terms)

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def _left(self, name: str) -> str:
        name = quoted(name)
        return f"next {name}" if self.time is takens.plugin.Time.DISCRETE else f"{name}'"


def _sum(terms: Sequence[Term], digits: int, errors: bool) -> str:
    text = ""
    for term in terms:
        size = _size(term, digits, errors)
        if term.function != "1":
            size += f" {term.function}"
        negative = term.coefficient < 0
        if text:
            text += f" {'-' if negative else '+'} {size}"
        else:
            text = f"{'-' if negative else ''}{size}"
    return text or "0"


def _size(term: Term, digits: int, errors: bool) -> str:
    """Return the coefficient without its sign, to the second digit of its error."""
    size = abs(term.coefficient)
    error = term.error or 0.0
    # A millionth is the rounding of single precision, and no error of the data.
    if not errors or error <= 1e-6 * size:
        return f"{size:.{digits}g}"
    decimals = max(0, 1 - math.floor(math.log10(error)))
    return f"({size:.{decimals}f} ± {error:.{decimals}f})"
