"""The conformance app on Django: `../../README.md` specifies it."""
