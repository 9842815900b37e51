"""TEMPOSTAR: the back office that holds the stock and drops it as a CSV file in an FTPS area."""
