"""`mizan codegen`: code from the schemas (the work is done in `mizan_codegen`)."""

import click

from mizan.cli.common import need


@click.group()
def command() -> None:
    """Generate code from the schemas."""


@command.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 and show what would change.")
def models(check: bool) -> int:
    """Write the models and types of schema/v1.

    Works in a checkout of the project: it writes the pydantic models of mizan/models and the
    TypeScript types of packages/protocol.

    \b
    Example, after a change in schema/v1:
      mizan codegen models
    """
    from mizan_codegen.main import models as write_models

    need("codegen", "datamodel_code_generator", "ruff")
    return write_models(check=check)
