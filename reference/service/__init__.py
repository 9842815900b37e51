"""What a pass does, in the order of the specification, over ports."""
