"""What the lab's HTTP services share: problem answers, API documents, server, forms, and the assembled application."""
