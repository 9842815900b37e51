"""Every scenario of `features/`. The steps come with zaikolab; steps of your own go into `conftest.py`."""

from pytest_bdd import scenarios

scenarios("features")
