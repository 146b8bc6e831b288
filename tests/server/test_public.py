"""mizan/server/public.py: the names that developers write."""

import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import mizan.server
from mizan.errors import DeclarationError
from mizan.protocol.targets import Target
from mizan.server import AppError, Context, FromRequest, Patch, client, invalidate
from mizan.server.declare import Options
from mizan.server.registry import registry

ROOT = Path(__file__).resolve().parent.parent.parent


class UserContext(Context):
    pass


@pytest.fixture(autouse=True)
def _own_registry(host: Any) -> Iterator[None]:
    """Give the one registry back as it was."""
    before = registry.functions[:], registry.host
    registry.functions[:], registry.host = [], lambda: host
    registry.reset()
    yield
    registry.functions[:], registry.host = before
    registry.reset()


def test_declaring_and_calling(host: Any) -> None:
    @client(context=UserContext)
    def user_profile(request: Any, user_id: int) -> int:
        return user_id

    @client(affects=UserContext)
    def rename(request: Any, user_id: int) -> None:
        invalidate(user_profile, user_id=6)

    @client
    def ping(request: Any) -> str:
        return "pong"

    assert user_profile(None, user_id=5) == 5
    assert ping(None) == "pong"
    rename(None, 5)
    assert host.purged == [
        (Target("user", (("user_id", 6),), "user_profile"), Target("user", (("user_id", 5),)))
    ]
    invalidate("user")
    assert host.purged[1] == (Target("user"),)
    with pytest.raises(DeclarationError):
        invalidate("usr")
    assert [each.name for each in registry.functions] == ["user_profile", "rename", "ping"]


def test_a_misspelt_option() -> None:
    with pytest.raises(TypeError, match=r"no option 'contxt'; did you mean 'context'\? There are"):
        client(contxt=UserContext)  # type: ignore[call-overload]


def test_what_is_offered() -> None:
    for name in mizan.server.__all__:
        assert inspect.getdoc(getattr(mizan.server, name)), name
    assert (AppError, FromRequest, Patch) == (
        mizan.server.AppError,
        mizan.server.FromRequest,
        mizan.server.Patch,
    )


def test_the_documentation_names_every_option() -> None:
    documented = inspect.getdoc(client) or ""
    for name in Options.__dataclass_fields__:
        assert f"`{name}`" in documented, name


def test_no_framework_is_imported() -> None:
    program = (
        "import sys, mizan.server; "
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'django', 'flask', 'click'}))"
    )
    found = subprocess.check_output([sys.executable, "-c", program], cwd=ROOT, text=True)
    assert found == "[]\n"


TYPED = """
from collections.abc import Callable, Coroutine
from typing import Any, assert_type

from pydantic import BaseModel

from mizan.server import AppError, Context, FromRequest, Patch, client, invalidate
from mizan.server.declare import ClientFunction

class Shape(BaseModel):
    name: str

class UserContext(Context):
    scope_by = ("user_id",)
    account_id: int = FromRequest(lambda request: 5)

class Sold(AppError):
    status = 410
    left: int

@client(context=UserContext, rev=2, cache=60)
def read(request: object, user_id: int, page: int = 1) -> list[Shape]:
    return []

@client
async def wait(request: object) -> str:
    return ""

async def is_owner(request: object) -> bool:
    return True

@client(permission=is_owner)
def owned(request: object) -> str:
    return ""

@client(affects=[UserContext, read, "user", UserContext.by("user_id")], errors=[Sold])
def update(request: object, user_id: int, patch: Patch[Shape]) -> Shape:
    assert_type(patch.values, Shape)
    assert_type(patch.values.name, str)
    assert_type(patch.changes(), dict[str, Any])
    return patch.values

assert_type(read(None, 5), list[Shape])
assert_type(read(None, user_id=5, page=2), list[Shape])
made: Coroutine[Any, Any, str] = wait(None)
assert_type(read.name, str)
invalidate(UserContext, user_id=5)
invalidate(read)
"""

WRONG = {
    'read(None, "x")': "arg-type",
    "read(None)": "call-arg",
    "read(None, 5, pages=1)": "call-arg",
    '@client(afects="user")\ndef a(request: object) -> None: ...': "call-overload",
    '@client(rev="1")\ndef b(request: object) -> None: ...': "call-overload",
    "invalidate(5)": "arg-type",
    "def c(patch: Patch[Shape]) -> None: patch.values.nme": "attr-defined",
    "def d(patch: Patch[int]) -> None: ...": "type-var",
}


@pytest.mark.slow
def test_type_checkers_see_the_functions_own_signature(tmp_path: Path) -> None:
    program = tmp_path / "typed.py"
    program.write_text(TYPED + "\n".join(WRONG) + "\n")
    made = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-pretty", "--cache-dir", tmp_path, program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    errors = [line for line in made.stdout.splitlines() if ": error:" in line]
    found = [line for line in errors if "[untyped-decorator]" not in line]  # follows from another
    codes = [line.rpartition("[")[2].rstrip("]") for line in found]
    lines = [int(line.split(":")[1]) for line in found]
    assert codes == list(WRONG.values()), made.stdout + made.stderr
    assert min(lines) > len(TYPED.splitlines())
