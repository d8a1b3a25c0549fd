"""The component that the core asks."""

from __future__ import annotations

import logging
from typing import Any, Final, final

import attrs

import takens
from takens_native.adaptive import answer_adaptive
from takens_native.exponents import answer_exponents
from takens_native.fixed import answer_fixed
from takens_native.forced import answer_forced
from takens_native.refusal import Refusal

_LOG: Final = logging.getLogger("takens.native")


@final
@attrs.frozen
class Native:
    """Compiles whole solves of fields and maps that can be traced to scalar operations."""

    preference: int = 100

    def answer(self, question: takens.Question, /) -> Any | takens.Declined:
        """Give what the question asks for, or say why not."""
        try:
            match question:
                case takens.FixedSolve() | takens.Iterate():
                    return answer_fixed(question)
                case takens.AdaptiveSolve():
                    return answer_adaptive(question)
                case takens.Exponents():
                    return answer_exponents(question)
                case takens.ForcedIterate():
                    return answer_forced(question)
        except Refusal as refusal:
            return takens.Declined(str(refusal))
        except MemoryError:
            raise
        except Exception as error:
            # A fault of the compiler must not keep anyone from their answer.
            _LOG.warning("compiling failed; eager torch is used instead", exc_info=error)
            return takens.Declined(f"compiling failed with {type(error).__name__}")
