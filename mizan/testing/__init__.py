"""For tests: of ports, and of projects that use Mizan.

`mizan.testing.django` has clients and assertions for Django projects, `mizan.testing.replies` what
a reply must be; both need no Hypothesis.

Invariant: importing this package loads nothing, so that pytest can load its plugin at no cost.
"""
