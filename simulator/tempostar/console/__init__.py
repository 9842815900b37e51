"""TEMPOSTAR's console under `/tempostar/`."""
