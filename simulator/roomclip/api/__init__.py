"""The shop API for engines (contract 3), and the 在庫更新用URL."""
