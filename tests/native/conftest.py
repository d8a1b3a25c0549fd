"""Kernels of the tests go into a folder of their own."""

# pyright: basic

import pytest


@pytest.fixture(scope="session", autouse=True)
def kernels(tmp_path_factory):
    from takens_native import compiler

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAKENS_CACHE", str(tmp_path_factory.mktemp("cache")))
        compiler._folder.cache_clear()
        yield
    compiler._folder.cache_clear()


@pytest.fixture
def native():
    from takens_native import Native

    return Native()


@pytest.fixture(autouse=True)
def explanations():
    """Forget what other tests have had explained."""
    from takens._backends import dispatch

    dispatch._explanations.cache_clear()
