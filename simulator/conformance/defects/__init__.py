"""The suite's power: engines wrong on purpose, each by one realistic mistake, and the scenarios that turn red."""
