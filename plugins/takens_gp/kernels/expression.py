"""Kernels by name, as configurations write them."""

from __future__ import annotations

import re

import takens
from takens_gp.kernel import Kernel
from takens_gp.kernels.composition import Product, Sum


def kernel_from(expression: str) -> Kernel:
    """Make a kernel from names that are added and multiplied, each with its defaults.

    ``"squared_exponential + linear * periodic"``; ``*`` binds closer than ``+``.

    Raises: UnknownComponentError, or InputError where it is no such expression.
    """
    terms: list[Kernel] = []
    for term in expression.split("+"):
        names = [name.strip() for name in term.split("*")]
        for name in names:
            if not re.fullmatch(r"[a-z]\w*(:[a-z]\w*)?", name):
                raise takens.InputError(
                    "A kernel is written as names with + and *, as "
                    f"'squared_exponential + linear'; got {expression!r}."
                )
        factors = tuple(takens.create("kernel", name) for name in names)
        # Not by the operators, which kernels of third parties need not have.
        terms.append(factors[0] if len(factors) == 1 else Product(factors))
    return terms[0] if len(terms) == 1 else Sum(tuple(terms))
