"""`mizan codegen`: code from the schemas (the work is done in `mizan_codegen`)."""

from pathlib import Path

import click

from mizan.cli.common import INPUT, InputError, need, read_document, shown


@click.group()
def command() -> None:
    """Generate code from the schemas."""


@command.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 and show what would change.")
def models(check: bool) -> int:
    """Write the models and types of schema/v1.

    Works in a checkout of the project: it writes the pydantic models of mizan/models and the
    TypeScript types of packages/protocol and packages/runtime.

    \b
    Example, after a change in schema/v1:
      mizan codegen models
    """
    from mizan_codegen.main import models as write_models

    need("codegen", "datamodel_code_generator", "ruff")
    return write_models(check=check)


@command.command()
@click.argument("schema", type=INPUT)
@click.option(
    "--out",
    required=True,
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of the generated files; others in it are left alone.",
)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 and show what would change.")
@click.option("--react/--no-react", default=True, help="Whether to write hooks for React.")
def client(schema: str, out: Path, check: bool, react: bool) -> int:
    """Write a typed client in TypeScript of a client SCHEMA.

    `manage.py export_client_schema` writes the schema. The files are types.ts, client.ts, over
    @mizan/runtime, and react.ts, over @mizan/react.

    \b
    Example:
      mizan codegen client client-schema.json --out frontend/src/mizan
    """
    from mizan_codegen.client import write
    from mizan_codegen.schemas import CodegenError

    document = read_document(schema, "client-schema")
    try:
        return write(document, _digest(document), out, hooks=react, check=check)
    except CodegenError as error:
        raise InputError(f"{shown(schema)}: {error}") from error


def _digest(document: object) -> str:
    """Return what replies carry in X-Mizan-Schema (SPEC.md, MZ-CLI-002)."""
    import hashlib

    from mizan.protocol.canonical import canonical_json

    return hashlib.sha256(canonical_json(document).encode()).hexdigest()
