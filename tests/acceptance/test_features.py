"""Every scenario of `features/`, against the engine chosen."""

from pytest_bdd import scenarios

from simulator.conformance.guide import features_dir

scenarios(str(features_dir()))
