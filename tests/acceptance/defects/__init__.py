"""Engines wrong on purpose, each in one way, built from the reference engine; `run(environment)` makes a pass."""
