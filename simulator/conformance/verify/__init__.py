"""`zaikolab verify`: the whole specification run against anybody's engine, and a verdict that explains itself.

selection   which scenarios a level and `--only` mean               (pure)
results     what a run came to, as values                           (pure)
command     smoke check, suite, verdict, in this order
smoke       one pass on a lab of its own: does the engine connect?
suite       the scenarios, by pytest in a child process
child       the plugin in that process: obeys the selection, tells each result
recording   the plugin there that remembers how each step went
address     the lab of an engine behind a URL
stragglers  ends what an engine left behind
explanation why a case failed, in plain lines                       (pure)
summary     what a person is told of it on the screen
"""
