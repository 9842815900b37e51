"""`zaikolab verify`: the whole specification run against anybody's engine, and a verdict that explains itself.

address       the lab of an engine behind a URL
selection     which scenarios a level and `--only` mean               (pure)
results       what a run came to, as values                           (pure)
smoke         one pass on a lab of its own: does the engine connect?
suite         the scenarios, by pytest in a child process
child         the plugin in that process: obeys the selection, tells each result
every_scenario  the test module it runs
command       smoke check, suite, verdict, in this order
summary       what a person, or a program, is told of it
"""
