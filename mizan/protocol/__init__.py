"""The protocol's operations, pure: what a port reproduces (SPEC.md, sections 4 to 13).

Invariant: nothing here reads a clock, a socket, a setting or a framework; time and keys are
arguments. Nothing is imported here, so that a program pays only for the modules that it names.
"""
