"""The conformance suite: loads vectors, drives a port, compares, fuzzes, reports."""
