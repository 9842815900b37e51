"""The conformance suite: guide statements, drivers for the engine under test, steps, guards and the pytest plugin."""
