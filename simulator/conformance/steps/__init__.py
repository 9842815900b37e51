"""The step library, by capability; each step is one sentence of a merchant, a buyer or a mail reader."""
