"""The inbox: mail comes in over SMTP and goes nowhere else; people and programs read it here."""
