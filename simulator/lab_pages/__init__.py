"""The laboratory's own pages under `/lab/`: what happened, both ends of a SKU, faults, settings, kept states."""
