"""Programs that the benchmarks run as processes of their own; those for peers import nothing of this project."""
