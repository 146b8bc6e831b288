"""Generators: JSON Schemas in, pydantic models and TypeScript types out. Never imports `mizan`."""
