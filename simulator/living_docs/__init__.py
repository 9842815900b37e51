"""The living documentation: one static folder, made from the record of a run and of a walk through the consoles."""
