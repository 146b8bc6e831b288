"""The options that the commands of `mizan fuzz` share."""

import click
import pytest
from click.testing import CliRunner

from mizan.cli.fuzz_common import corpus_option, count_option, port_argument, seed_option


@click.command()
@count_option("--examples", 5, "How many.", least=2)
@seed_option
@corpus_option("Where.")
@port_argument
def command(examples: int, seed: int | None, corpus: object, port: tuple[str, ...]) -> None:
    click.echo(f"{examples} {seed} {corpus} {port}")


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        (["--", "node", "-x"], 0, "5 None None ('node', '-x')"),
        (["--examples", "2", "--seed", "7", "--corpus", "c", "--", "p"], 0, "2 7 c ('p',)"),
        (["--examples", "1", "--", "p"], 2, "1 is not in the range x>=2"),
        (["--seed", "7"], 2, "Missing argument '-- COMMAND...'"),
    ],
)
def test_what_is_given_is_taken_or_refused(given: list[str], status: int, said: str) -> None:
    found = CliRunner().invoke(command, given)
    assert found.exit_code == status
    assert said in found.output
