"""mizan/server/client_schema.py: what generated clients are made from."""

import enum
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import permutations
from types import SimpleNamespace
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from mizan.protocol.canonical import canonical_json
from mizan.schemas import problems
from mizan.server.app_errors import AppError
from mizan.server.client_schema import context_digest, digest
from mizan.server.context import Context, FromRequest
from mizan.server.patch import Patch


class Step(BaseModel):
    next: Annotated["Left | Right", Field(discriminator="turn")] | None


class Left(BaseModel):
    turn: Literal["left"]
    then: Step


class Right(BaseModel):
    turn: Literal["right"]
    then: Step


class Offer(BaseModel):
    price: Decimal
    others: list["Offer"] = []


class UserContext(Context):
    """One user.

    And their orders.
    """


class Colour(enum.Enum):
    RED = "red"


class Node(BaseModel):
    """A node of a tree."""

    value: int = Field(description="What it holds.")
    kids: list["Node"] = []


class User(BaseModel):
    id: int
    colour: Colour = Colour.RED


@dataclass
class Point:
    x: int


class Card(TypedDict):
    title: str


first = SimpleNamespace(User=User)
second = SimpleNamespace()
exec(  # noqa: S102 (another module's model of the same name)
    "from pydantic import BaseModel\nclass User(BaseModel):\n    email: str",
    second.__dict__ | {"__name__": "other.module"},
    second.__dict__,
)


class OutOfStock(AppError):  # noqa: N818 (an application's word)
    """There are too few."""

    status = 410
    left: int
    tree: Node | None = None


class Taken(AppError):  # noqa: N818 (an application's word)
    pass


def schema_of(server: Any) -> dict[str, Any]:
    """Return the schema, whose parts are valid JSON Schemas that refer to what is there."""
    document: dict[str, Any] = server.catalog.schema
    assert problems("client-schema", document) == []
    for function in document["functions"].values():
        errors = [each.get("schema", {}) for each in function.get("errors", {}).values()]
        for part in (function["input"], function["output"], *errors):
            whole = {**part, "$defs": document.get("$defs", {})}
            Draft202012Validator.check_schema(whole)
            list(Draft202012Validator(whole).iter_errors(None))  # raises for a lost reference
    return document


def test_nothing_declared(server: Any) -> None:
    assert schema_of(server) == {"mizan": "1.0", "base_url": "/m/", "functions": {}, "contexts": {}}


def test_functions(server: Any) -> None:
    client = server.client

    @client(context=UserContext)
    def user_profile(request: Any, user_id: int, page: int = 1) -> User:  # type: ignore[empty-body]
        """Return one user.

        With a colour.
        """

    @client(affects=user_profile, errors=[OutOfStock, Taken], deprecated="Use buy_all.")
    def buy(request: Any, user_id: int, what: Annotated[str, Field(description="Its name.")]): ...  # noqa: ANN202 (without a hint on purpose)

    @client
    def send(request: Any, photo: server.Upload, more: list[server.Upload]) -> None: ...

    client(private=True, name="hidden")(user_profile.fn)

    @client(context="pages", route="/p/")
    def page(request: Any) -> server.Response: ...

    document = schema_of(server)
    assert document["functions"].keys() == {"buy", "send", "user_profile"}
    assert document["functions"]["user_profile"] == {
        "kind": "read",
        "context": "user",
        "methods": ["GET"],
        "input": {"$ref": "#/$defs/UserProfileInput"},
        "output": {"$ref": "#/$defs/User"},
        "description": "Return one user.\n\nWith a colour.",
    }
    buy_ = document["functions"]["buy"]
    assert buy_ == {
        "kind": "mutation",
        "affects": [{"context": "user", "function": "user_profile", "by": ["user_id"]}],
        "methods": ["POST"],
        "input": {"$ref": "#/$defs/BuyInput"},
        "output": {},
        "errors": {
            "app.out_of_stock": {
                "status": 410,
                "schema": {"$ref": "#/$defs/OutOfStock"},
                "description": "There are too few.",
            },
            "app.taken": {"status": 409},
        },
        "deprecated": "Use buy_all.",
    }
    definitions = document["$defs"]
    assert definitions["BuyInput"]["properties"]["what"]["description"] == "Its name."
    assert definitions["UserProfileInput"]["properties"]["page"]["default"] == 1
    assert definitions["Node"]["description"] == "A node of a tree."
    assert definitions["Node"]["properties"]["value"]["description"] == "What it holds."
    assert document["functions"]["send"]["upload"] is True
    assert document["contexts"] == {
        "user": {
            "description": "One user.\n\nAnd their orders.",
            "functions": ["user_profile"],
            "parameters": list(server.catalog.contexts["user"].parameters),
        }
    }


def test_what_the_server_fills_in_is_no_input(server: Any) -> None:
    class CartContext(Context):
        user_id: int = FromRequest(lambda request: 5)

    @server.client(context=CartContext)
    def cart(request: Any, user_id: int, page: int = 1) -> None: ...

    @server.client(affects=cart)
    def add(request: Any, user_id: int) -> None: ...

    definitions = schema_of(server)["$defs"]
    assert definitions["CartInput"]["properties"].keys() == {"page"}
    assert definitions["AddInput"]["properties"].keys() == {"user_id"}
    assert [each["name"] for each in server.catalog.schema["contexts"]["cart"]["parameters"]] == [
        "page"
    ]


def test_every_kind_of_type(server: Any) -> None:
    @server.client
    def everything(  # type: ignore[empty-body]
        request: Any,
        node: Node,
        point: Point,
        card: Card,
        choice: Literal["a", 1],
        day: date,
        key: UUID,
        price: Decimal,
        patch: Patch[User],
        maybe: int | None = None,
        several: frozenset[Colour] = frozenset(),
    ) -> tuple[Node, Point | Card | None, dict[str, Colour]]: ...

    definitions = schema_of(server)["$defs"]
    assert {"Point", "Card", "Colour", "UserPatch"} <= definitions.keys()
    kids = definitions["Node-Output"]["properties"]["kids"]
    assert kids["items"] == {"$ref": "#/$defs/Node-Output"}
    assert definitions["EverythingInput"]["properties"]["several"]["default"] == []


def test_two_models_of_one_name(server: Any) -> None:
    @server.client
    def one(request: Any) -> first.User: ...  # type: ignore[valid-type,empty-body]

    @server.client
    def two(request: Any) -> second.User: ...  # type: ignore[valid-type,empty-body]

    document = schema_of(server)
    names = [
        document["functions"][each]["output"]["$ref"].split("/")[-1] for each in ("one", "two")
    ]
    assert len(set(names)) == 2
    assert set(document["$defs"][names[0]]["properties"]) == {"id", "colour"}
    assert set(document["$defs"][names[1]]["properties"]) == {"email"}


def test_input_and_output_of_one_model_may_differ(server: Any) -> None:
    class Priced(BaseModel):
        price: Decimal

    @server.client
    def echo(request: Any, item: Priced) -> Priced: ...  # type: ignore[empty-body]

    assert {"Priced-Input", "Priced-Output"} <= schema_of(server)["$defs"].keys()


def test_what_is_returned_has_the_members_with_defaults(server: Any) -> None:
    @server.client
    def grow(request: Any, node: Node, card: Card) -> tuple[Node, Card]: ...  # type: ignore[empty-body]

    definitions = schema_of(server)["$defs"]
    assert definitions["Node-Input"]["required"] == ["value"]
    assert definitions["Node-Output"]["required"] == ["value", "kids"]
    assert definitions["Card"]["required"] == ["title"]


def test_what_scopes_a_target_is_said(server: Any) -> None:
    client = server.client

    class ShelfContext(Context):
        tenant: int = FromRequest(lambda request: 5)

    @client(context=ShelfContext)
    def shelf(request: Any, shelf_id: int, page: int = 1) -> int: ...  # type: ignore[empty-body]

    @client(affects=ShelfContext)
    def tidy(request: Any, shelf_id: int, page: int) -> None: ...

    @client(affects=ShelfContext)
    def tidy_all(request: Any) -> None: ...

    functions = schema_of(server)["functions"]
    assert functions["tidy"]["affects"] == [{"context": "shelf", "by": ["shelf_id"]}]
    assert functions["tidy_all"]["affects"] == [{"context": "shelf"}]


def test_a_model_of_itself_appears_once_where_both_directions_say_the_same(server: Any) -> None:
    @server.client
    def walk(request: Any, step: Step, offer: Offer) -> tuple[Step, Offer, Point]: ...  # type: ignore[empty-body]

    document = schema_of(server)
    definitions = document["$defs"]
    # A step is left or right, each of which leads to a step; an offer has a price, and offers.
    assert definitions["Step"]["properties"]["next"]["anyOf"][0]["discriminator"]["mapping"] == {
        "left": "#/$defs/Left",
        "right": "#/$defs/Right",
    }
    assert not {name for name in definitions if name.startswith(("Step-", "Left-", "Right-"))}
    assert {"Offer-Input", "Offer-Output", "Point"} <= definitions.keys()
    referred = set(re.findall(r"#/\$defs/([^\"]+)", canonical_json(document)))
    assert referred <= definitions.keys()


def _user(server: Any) -> None:
    @server.client(context=UserContext)
    def user_profile(request: Any, user_id: int) -> first.User: ...  # type: ignore[valid-type,empty-body]


def _other(server: Any) -> None:
    @server.client(affects="user", errors=[OutOfStock])
    def rename(request: Any, user_id: int) -> second.User: ...  # type: ignore[valid-type,empty-body]


def _tree(server: Any) -> None:
    @server.client(context="tree", errors=[OutOfStock])
    def tree(request: Any, colour: Colour = Colour.RED) -> Node: ...  # type: ignore[empty-body]


def test_the_order_of_declaration_makes_no_difference(server: Any) -> None:
    found = set()
    for order in permutations([_user, _other, _tree]):
        made = type(server)()
        for declare in order:
            declare(made)
        found.add((canonical_json(schema_of(made)), tuple(sorted(made.catalog.digests.items()))))
    assert len(found) == 1


PROGRAM = """
import sys; sys.path[:] = {path!r}
from typing import Any
from mizan.server.client_schema import client_schema, digest
from mizan.server.arguments import Argument, Arguments
from types import SimpleNamespace as N
arguments = Arguments("f", [Argument("a", frozenset[str], frozenset("abcdefgh"))])
from mizan.server.results import Result
from mizan.server.declare import Options
def fn(request): pass
f = N(name="f", is_public=True, context=None, kind="call", effects=(), methods=("POST",), fn=fn,
      options=Options(), arguments=arguments, result=Result("f", set[str]))
print(digest(client_schema("/", [f], [])))
"""


def test_every_process_makes_the_same_bytes() -> None:
    program = PROGRAM.format(path=sys.path)
    found = {
        subprocess.check_output([sys.executable, "-c", program], env={"PYTHONHASHSEED": seed})
        for seed in ("1", "2")
    }
    assert len(found) == 1


def test_digests(server: Any) -> None:
    _user(server)
    _tree(server)
    catalog = server.catalog
    assert catalog.digest == digest(json.loads(canonical_json(catalog.schema)))
    assert len({catalog.digest, *catalog.digests.values()}) == 3
    assert context_digest(catalog.schema, "nothing") == digest(
        {"context": {}, "functions": {}, "$defs": {}}
    )


def digests(server: Any, *declare: Callable[[Any], None]) -> dict[str, str]:
    made = type(server)()
    for each in declare:
        each(made)
    return dict(made.catalog.digests)


def test_a_contexts_digest_is_of_what_it_uses_alone(server: Any) -> None:
    def plain(server: Any) -> None:
        @server.client
        def ping(request: Any) -> Card: ...  # type: ignore[empty-body]

    both = digests(server, _user, _tree)
    assert digests(server, _user, _tree, plain) == both
    assert digests(server, _user)["user"] == both["user"]


def changed(leaf: Any) -> Callable[[Any], None]:
    class Leaf(BaseModel):
        value: leaf

    class Branch(BaseModel):
        leaves: list[Leaf]
        self: "Branch | None" = None

    class Root(BaseModel):
        branch: dict[str, Branch] = {}

    class Failure(AppError):  # noqa: N818 (an application's word)
        leaf: Leaf

    def deep(server: Any) -> None:
        @server.client(context="user")
        def user(request: Any) -> Root: ...  # type: ignore[empty-body]

    def failing(server: Any) -> None:
        @server.client(context="user", errors=[Failure])
        def user(request: Any) -> None: ...

    def parameter(server: Any) -> None:
        @server.client(context="user")
        def user(request: Any, value: leaf) -> None: ...

    def both(server: Any) -> None:
        made = [digests(server, each)["user"] for each in (deep, failing, parameter)]
        server.found = made

    return both


def test_a_contexts_digest_changes_with_any_type_that_it_uses(server: Any) -> None:
    changed(int)(server)
    before = server.found
    changed(int)(server)
    assert server.found == before
    changed(str)(server)
    assert all(a != b for a, b in zip(before, server.found, strict=True))
    assert len({*before, *server.found}) == 6


@pytest.mark.parametrize(
    "place",
    [
        {"$ref": "#/$defs/A"},
        {"properties": {"x": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/A"}]}}},
    ],
)
def test_references_are_followed(place: dict[str, Any]) -> None:
    def document(leaf: str) -> dict[str, Any]:
        definitions = {
            "A": {"items": {"$ref": "#/$defs/B"}},
            "B": {"type": leaf, "items": {"$ref": "#/$defs/A"}},
            "C": {"type": leaf},
        }
        function = {"input": {}, "output": place}
        return {
            "contexts": {"c": {"functions": ["f"]}, "d": {"functions": ["g"]}},
            "functions": {"f": function, "g": {"input": {}, "output": {}}},
            "$defs": definitions,
        }

    old, new = document("string"), document("integer")
    assert context_digest(old, "c") != context_digest(new, "c")
    assert context_digest(old, "d") == context_digest(new, "d")
