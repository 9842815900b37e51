"""The control API `/lab/v1/`: everything the consoles and the step library can do, for any language."""
