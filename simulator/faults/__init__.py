"""Faults on demand (contract 6): what may go wrong, where, and at which call.

A fault is a value: a *kind* of the catalogue with its parameters, *where* it strikes (`on`, `path`) and *when* (`nth`,
`times`). It is refused when armed if it could never fire. Nothing is random: a call is shown to the armed faults in the
order they were armed, until one of them fires at it.

    kind.py         what a kind is: its layer, targets and parameters
    control.py data.py tls.py file.py http.py smtp.py     the effects, one value class a kind
    catalogue.py    every kind by name
    targets.py      what can be struck: commands, transfers, routes, stages, and the paths they have
    wish.py         what somebody asks for, checked (pure)
    armed.py        the faults of a lab: armed, counted, journalled, cleared

The effects are carried out where the calls are: `tempostar/ftps`, `tempostar/reflecting.py`, `web`, `mailbox`. An
injected answer proves nothing about the vendor.
"""
