"""Timings side by side, for people: `make bench`. Nothing here can fail a test run."""
