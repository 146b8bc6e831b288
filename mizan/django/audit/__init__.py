"""Which writers touch what a context reads and do not say so: found while tests or traffic run.

`hooks` listens (only while an audit runs), `recorder` makes facts of what it hears, `findings`
judges them by what the project declares.

Invariant: importing this package changes nothing; without an audit nothing of it is imported.
"""
