"""The suite over HTTP: a server of the conformance app (`conformance/app/`), seen from outside."""
