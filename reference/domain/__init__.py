"""The rules of the stock sync as pure functions of values: no socket, file, clock or log."""
