"""`mizan codegen`: code from the schemas (the work is done in `mizan_codegen`)."""

import sys

import click


@click.group()
def command() -> None:
    """Generate code from the schemas."""


@command.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 and show what would change.")
def models(check: bool) -> None:
    """Write mizan/models and the TypeScript types from schema/v1 (in a checkout of the project)."""
    from mizan_codegen.main import models as write_models

    sys.exit(write_models(check=check))
