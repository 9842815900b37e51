"""`python -m simulator.cli` is `zaikolab`."""

from simulator.cli import main

main()
