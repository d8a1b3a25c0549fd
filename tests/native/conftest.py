"""What tests of the compiled engine share."""

# pyright: basic

import pytest


@pytest.fixture
def native():
    from takens_native import Native

    return Native()


@pytest.fixture(autouse=True)
def explanations():
    """Forget what other tests have had explained."""
    from takens._backends import dispatch

    dispatch._explanations.cache_clear()
