"""`zaikolab verify --report DIR`: a verification for machines, and as a page.

account      what the reports tell: a verification, when and where it was made    (pure)
machine      report.json, as report.schema.json says                             (pure)
junit        junit.xml, for what shows test results                              (pure)
messages     cucumber.ndjson, Cucumber messages: the order of the whole          (pure)
pickles      the feature files in the messages' own shapes                       (pure)
page         report.html: one file, no address outside
folder       the one place that writes
"""
