"""The executor of the server, its steps played in any order, any worker dying at any of them.

Invariant: what runs is the code of `mizan.server` and `mizan.cache`; the framework, the database
and who goes next are the tests'.
"""
