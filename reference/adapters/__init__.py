"""The ports' real sides: the FTPS area, the shop API, mail, SQLite and the clock."""
