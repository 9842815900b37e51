"""The test module that `zaikolab verify` runs: every scenario of the specification; the plugin `child` chooses."""

from pytest_bdd import scenarios

from simulator.conformance.guide import features_dir

scenarios(str(features_dir()))
