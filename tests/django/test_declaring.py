"""Declaring: every type, option and target of `@client`, through the whole stack."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal, Optional, Union
from urllib.parse import quote

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.test import override_settings
from project.http import BASE, Web
from project.library.mizan import BookContext, BookShape, ShelfContext, book
from project.library.models import Book
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from mizan.django import AppError, Context, FromRequest, Patch, client, invalidate
from mizan.server.arguments import ArgumentsInvalid
from mizan.server.registry import registry

pytestmark = pytest.mark.django_db


class Colour(enum.Enum):
    """A colour."""

    RED = "red"
    BLUE = "blue"


@dataclass
class Point:
    """A place."""

    x: int
    y: int = 0


class Size(TypedDict):
    """How large something is."""

    height: int


class Line(BaseModel):
    """A line of an order."""

    book: BookShape
    count: int = Field(1, description="How many of them.")


BOOK = {"id": 1, "title": "Emma", "pages": 400}
AN_ID = uuid.UUID("12345678-1234-4234-8234-123456789012")
NOON = dt.datetime(2024, 1, 2, 12, tzinfo=dt.UTC)

# hint -> (what is sent, what the function gets; what it returns comes back as sent)
TYPES: list[tuple[Any, Any, Any]] = [
    (bool, True, True),
    (int, 5, 5),
    (float, 0.5, 0.5),
    (str, "five", "five"),
    (Literal["a", 1], 1, 1),
    (Colour, "blue", Colour.BLUE),
    (dt.date, "2024-01-02", dt.date(2024, 1, 2)),
    (dt.datetime, "2024-01-02T12:00:00Z", NOON),
    (uuid.UUID, str(AN_ID), AN_ID),
    (Decimal, "1.50", Decimal("1.50")),
    (int | None, None, None),
    (Optional[dt.date], "2024-01-02", dt.date(2024, 1, 2)),  # noqa: UP045 (as many write it)
    (Union[int, str], "5", "5"),  # noqa: UP007 (as many write it)
    (BookShape, BOOK, BookShape(**BOOK)),  # type: ignore[arg-type]
    (Line, {"book": BOOK, "count": 2}, Line(book=BOOK, count=2)),  # type: ignore[arg-type]
    (Point, {"x": 1, "y": 2}, Point(1, 2)),
    (Size, {"height": 3}, {"height": 3}),
    (list[int], [1, 2], [1, 2]),
    (list[BookShape], [BOOK], [BookShape(**BOOK)]),  # type: ignore[arg-type]
    (dict[str, Point], {"a": {"x": 1, "y": 2}}, {"a": Point(1, 2)}),
    (tuple[int, str], [1, "a"], (1, "a")),
    (list[Colour | None], ["red", None], [Colour.RED, None]),
    (Any, {"any": [1, None]}, {"any": [1, None]}),
]


def numbered(cases: Sequence[Any]) -> list[tuple[int, Any]]:
    return list(enumerate(cases))


def declare_echo(hint: Any, name: str, *, is_async: bool, **options: Any) -> list[Any]:
    """Declare what returns its argument; return the list of what it will have got."""
    got: list[Any] = []

    def echo(request: HttpRequest, value: Any) -> Any:
        got.append(value)
        return value

    async def echo_async(request: HttpRequest, value: Any) -> Any:
        return echo(request, value)

    for each in (echo, echo_async):
        each.__annotations__ = {"value": hint, "return": hint}
    client(name=name, **options)(echo_async if is_async else echo)
    return got


@pytest.mark.parametrize("is_async", [False, True])
def test_an_argument_and_a_result_of_each_type(web: Web, is_async: bool) -> None:
    heard = [
        declare_echo(hint, f"echo_{n}", is_async=is_async) for n, (hint, *_) in numbered(TYPES)
    ]
    for number, (hint, sent, expected) in numbered(TYPES):
        assert web.call(f"echo_{number}", value=sent).json() == {"result": sent}, hint
        assert heard[number] == [expected], hint
        assert type(heard[number][0]) is type(expected), hint


# hint -> (as it stands in a canonical URL, what the function gets)
PARAMETERS: list[tuple[Any, str, Any]] = [
    (bool, "true", True),
    (int, "5", 5),
    (float, "0.5", 0.5),
    (str, "a b/é", "a b/é"),
    (Literal["a", "b"], "b", "b"),
    (Colour, "red", Colour.RED),
    (dt.date, "2024-01-02", dt.date(2024, 1, 2)),
    (dt.datetime, "2024-01-02T12:00:00Z", NOON),
    (uuid.UUID, str(AN_ID), AN_ID),
    (Decimal, "1.5", Decimal("1.5")),
    (list[int], "[1,2]", [1, 2]),
    (list[Colour], '["red"]', [Colour.RED]),
]


@pytest.mark.parametrize("is_async", [False, True])
def test_a_parameter_of_each_type(web: Web, is_async: bool) -> None:
    heard = [
        declare_echo(hint, f"echo_{n}", is_async=is_async, context=f"context_{n}")
        for n, (hint, *_) in numbered(PARAMETERS)
    ]
    for number, (hint, text, expected) in numbered(PARAMETERS):
        response = web.read(f"context_{number}", f"value={quote(text, safe='')}")
        assert response.status_code == 200, response.content
        # So the URL is the canonical one:
        assert response["Cache-Control"] == "public, no-cache", hint
        assert heard[number] == [expected], hint
        assert type(heard[number][0]) is type(expected), hint


@pytest.mark.parametrize("is_async", [False, True])
def test_a_parameter_that_may_be_null_is_then_absent(web: Web, is_async: bool) -> None:
    def echo(request: HttpRequest, value: dt.date | None = None, page: int = 1) -> list[Any]:
        return [value, page]

    async def echo_async(
        request: HttpRequest, value: dt.date | None = None, page: int = 1
    ) -> list[Any]:
        return echo(request, value, page)

    client(context="echoing", name="echo")(echo_async if is_async else echo)
    for query, result in (("page=1", [None, 1]), ("page=2&value=2024-01-02", ["2024-01-02", 2])):
        response = web.read("echoing", query)
        assert response.json() == {"echo": result}
        assert response["Cache-Control"] == "public, no-cache"
    response = web.read("echoing", "value=2024-01-02")
    assert response["Content-Location"] == f"{BASE}ctx/echoing/?page=1&value=2024-01-02"
    assert web.read("echoing", "page=1&value=null").status_code == 422


# hint -> (what is sent, where it is wrong)
REFUSED: list[tuple[Any, Any, str]] = [
    (bool, "maybe", ""),
    (int, "five", ""),
    (str, 5, ""),
    (Literal["a", 1], "b", ""),
    (Colour, "green", ""),
    (dt.date, "2024-02-30", ""),
    (dt.datetime, "noon", ""),
    (uuid.UUID, "x", ""),
    (Decimal, "much", ""),
    (int | None, "x", ""),
    (BookShape, BOOK | {"pages": None}, "/pages"),
    (Line, {"book": {"id": 1, "title": "Emma"}}, "/book/pages"),
    (Point, {"x": "left"}, "/x"),
    (Size, {}, "/height"),
    (list[int], [1, "x", 3], "/1"),
    (dict[str, Point], {"a/b": {}}, "/a~1b/x"),
]


@pytest.mark.parametrize("is_async", [False, True])
def test_a_value_that_is_none_of_a_type_is_422_with_its_place(web: Web, is_async: bool) -> None:
    heard = [
        declare_echo(hint, f"echo_{n}", is_async=is_async) for n, (hint, *_) in numbered(REFUSED)
    ]
    for number, (hint, sent, place) in numbered(REFUSED):
        response = web.call(f"echo_{number}", value=sent)
        assert response.status_code == 422, hint
        assert [each["pointer"] for each in response.json()["errors"]] == [f"/value{place}"]
    assert not any(heard)


class ReviewShape(BaseModel):
    """A review."""

    text: str


class ReviewedShape(BookShape):
    """A book with its reviews."""

    reviews: list[ReviewShape]


@dataclass
class Title:
    """A book's title."""

    title: str


class TitleDict(TypedDict):
    """A book's title."""

    title: str


REVIEWED = {"pages": 400, "title": "Emma", "reviews": [{"text": "good"}]}
ROWS: list[tuple[Any, Callable[[], Any], Any]] = [
    (list[BookShape], lambda: Book.objects.all(), [{"pages": 400, "title": "Emma"}]),
    (list[BookShape], lambda: Book.objects, [{"pages": 400, "title": "Emma"}]),
    (list[BookShape], lambda: list(Book.objects.all()), [{"pages": 400, "title": "Emma"}]),
    (BookShape, lambda: Book.objects.get(), {"pages": 400, "title": "Emma"}),
    (BookShape | None, lambda: Book.objects.first(), {"pages": 400, "title": "Emma"}),
    (BookShape | None, lambda: Book.objects.filter(pages=0).first(), None),
    (
        list[ReviewedShape],
        lambda: Book.objects.prefetch_related("reviews"),
        [REVIEWED],
    ),
    (ReviewedShape, lambda: Book.objects.get(), REVIEWED),
    (list[Title], lambda: Book.objects.all(), [{"title": "Emma"}]),
    (list[TitleDict], lambda: Book.objects.all(), [{"title": "Emma"}]),
    (list[TitleDict], lambda: Book.objects.values("title"), [{"title": "Emma"}]),
    (dict[str, list[Title]], lambda: {"all": Book.objects.all()}, {"all": [{"title": "Emma"}]}),
]


@pytest.mark.parametrize("is_async", [False, True])
def test_rows_become_the_declared_shape(web: Web, is_async: bool) -> None:
    def declare(hint: Any, rows: Callable[[], Any], number: int) -> None:
        def found(request: HttpRequest) -> Any:
            return rows()

        async def found_async(request: HttpRequest) -> Any:
            return await sync_to_async(rows)()  # what is lazy stays lazy

        for each in (found, found_async):
            each.__annotations__ = {"return": hint}
        fn = found_async if is_async else found
        client(name=f"found_{number}")(fn)
        client(name=f"changed_{number}", affects=ShelfContext)(fn)
        client(name=f"read_{number}", context=f"context_{number}")(fn)

    Book.objects.create(title="Emma", pages=400).reviews.create(text="good")
    for number, (hint, rows, _) in numbered(ROWS):
        declare(hint, rows, number)
    for number, (hint, _, expected) in numbered(ROWS):
        results = [
            web.call(f"found_{number}").json().get("result"),
            web.call(f"changed_{number}").json().get("result"),
            web.read(f"context_{number}").json().get(f"read_{number}"),
        ]
        assert without_ids(results) == [expected] * 3, hint


def without_ids(value: Any) -> Any:
    """Return JSON without primary keys, which differ between runs."""
    if isinstance(value, list):
        return [without_ids(each) for each in value]
    if isinstance(value, dict):
        return {name: without_ids(each) for name, each in value.items() if name != "id"}
    return value


# affects -> the header of a call with book_id=5
AFFECTED: list[tuple[Any, str]] = [
    (BookContext, "book;book_id=5"),
    ("book", "book;book_id=5"),
    (book, "book/book;book_id=5"),
    ("reviews", "book/reviews;book_id=5"),
    ([ShelfContext, BookContext], "book;book_id=5, shelf"),
    (["shelf", BookContext, book], "book;book_id=5, shelf"),
    ((book, "reviews"), "book/book;book_id=5, book/reviews;book_id=5"),
    (BookContext.by("book_id"), "book;book_id=5"),
    (BookContext.by(), "book"),
    ([BookContext.by(), book], "book"),
]


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize(("affects", "header"), AFFECTED)
def test_what_affects_may_name(web: Web, affects: Any, header: str, is_async: bool) -> None:
    def change(request: HttpRequest, book_id: int) -> None: ...

    async def change_async(request: HttpRequest, book_id: int) -> None: ...

    client(affects=affects, name="change")(change_async if is_async else change)
    assert web.call("change", book_id=5)["X-Mizan-Invalidate"] == header


class PairContext(Context):
    """What is scoped by two parameters."""


class ChosenContext(Context):
    """What is scoped by one of two parameters."""

    scope_by = ("shop_id",)


class AccountContext(Context):
    """What the server fills in."""

    account_id: int = FromRequest(lambda request: request.user.pk)


@pytest.fixture
def scopes() -> None:
    """Contexts of several scopes, and what changes them."""

    @client(context=PairContext)
    def pair(request: HttpRequest, shop_id: int, order_id: str, page: int = 1) -> int:
        return page

    @client(context=ChosenContext)
    def chosen(request: HttpRequest, shop_id: int, order_id: int) -> int:
        return shop_id

    @client(context=AccountContext)
    def account(request: HttpRequest, account_id: int | None = None, page: int = 1) -> str:
        return f"{account_id} {page}"


@pytest.mark.usefixtures("scopes")
def test_the_overlap_of_arguments_and_scope_parameters_scopes(web: Web) -> None:
    @client(affects=[PairContext, ChosenContext])
    def change(
        request: HttpRequest,
        order_id: str | None = None,
        shop_id: int | None = None,
        page: int = 1,
    ) -> None: ...

    def header(**args: Any) -> str:
        return str(web.call("change", **args)["X-Mizan-Invalidate"])

    assert header(shop_id=1, order_id="x") == "chosen;shop_id=1, pair;order_id=x;shop_id=1"
    assert header(order_id="x") == "chosen, pair;order_id=x"
    assert header(shop_id=1, order_id=None) == "chosen;shop_id=1, pair;shop_id=1"
    assert header(page=2) == "chosen, pair"  # an optional parameter never scopes


@pytest.mark.usefixtures("scopes")
def test_a_bound_parameter_is_filled_in_reads_and_targets(web: Web, ada: User) -> None:
    @client(affects=AccountContext)
    def change(request: HttpRequest) -> None: ...

    @client(affects=AccountContext.by())
    def change_all(request: HttpRequest) -> None: ...

    assert web.call("change")["X-Mizan-Invalidate"] == "account"  # nobody in particular
    assert web.read("account", "page=2").json() == {"account": "None 2"}
    web.login(ada)
    assert web.call("change")["X-Mizan-Invalidate"] == f"account;account_id={ada.pk}"
    assert web.call("change_all")["X-Mizan-Invalidate"] == "account"
    response = web.read("account", "page=2")
    assert response.json() == {"account": f"{ada.pk} 2"}
    assert response["Cache-Control"] == "private, no-cache"
    assert web.read("account", "account_id=1&page=2").status_code == 422
    parameters = registry.catalog.schema["contexts"]["account"]["parameters"]
    assert [each["name"] for each in parameters] == ["page"]


@pytest.mark.parametrize("is_async", [False, True])
def test_invalidate_adds_to_the_reply(web: Web, is_async: bool) -> None:
    def work() -> None:
        invalidate(BookContext, book_id=7)
        invalidate(book, book_id=8)
        invalidate("shelf")

    @client
    def change(request: HttpRequest) -> None:
        work()

    @client
    async def change_async(request: HttpRequest) -> None:
        work()

    response = web.call("change_async" if is_async else "change")
    assert response["X-Mizan-Invalidate"] == "book/book;book_id=8, book;book_id=7, shelf"
    assert response.json()["invalidate"] == [
        {"context": "book", "function": "book", "params": {"book_id": 8}},
        {"context": "book", "params": {"book_id": 7}},
        "shelf",
    ]


def test_a_target_that_makes_no_sense_is_an_error_that_names_it(web: Web) -> None:
    @client
    def change(request: HttpRequest, name: str, params: dict[str, Any]) -> None:
        invalidate(name, **params)

    def detail(name: str, **params: Any) -> str:
        with override_settings(DEBUG=True):
            response = web.call("change", name=name, params=params)
        assert response.status_code == 500
        return str(response.json()["detail"])

    assert "did you mean 'shelf'?" in detail("shelv")
    assert "book has no parameter 'book'; did you mean 'book_id'?" in detail("book", book=5)
    assert "The parameter 'book_id' of book: Expected an integer" in detail("book", book_id="x")


def test_a_call_from_python_validates_as_over_http(web: Web) -> None:
    @client
    def total(request: HttpRequest | None, point: Point, by: Decimal = Decimal(1)) -> Decimal:
        assert isinstance(point, Point)
        return (point.x + point.y) * by

    assert total(None, {"x": "1", "y": 2}, by="1.5") == Decimal("4.5")  # type: ignore[arg-type]
    with pytest.raises(ArgumentsInvalid) as caught:
        total(None, {"y": 2}, by="x")  # type: ignore[arg-type]
    places = [each["pointer"] for each in caught.value.errors]
    refused = web.call("total", point={"y": 2}, by="x").json()["errors"]
    assert places == [each["pointer"] for each in refused] == ["/point/x", "/by"]


# Options


EDGE: list[tuple[Sequence[dict[str, Any]], str]] = [
    ([{}], "public, max-age=0, s-maxage=31536000"),
    ([{"cache": True}, {"cache": 60}], "public, max-age=0, s-maxage=60"),
    ([{"cache": 60}, {"cache": 5}], "public, max-age=0, s-maxage=5"),
    ([{"cache": 60}, {"cache": False}], "no-store"),
    ([{"user_scoped": True}, {}], "private, no-store"),  # nobody asks, so nobody stores
    ([{"login_required": False}, {"permission": lambda _: True}], "private, no-store"),
]


@pytest.mark.parametrize(("options", "caching"), EDGE)
def test_the_strictest_function_decides_how_long_a_context_is_kept(
    web: Web, options: Sequence[dict[str, Any]], caching: str
) -> None:
    for number, each in enumerate(options):

        @client(context="kept", name=f"part_{number}", **each)
        def part(request: HttpRequest) -> int:
            return 1

    with override_settings(MIZAN_EDGE=True):
        response = web.read("kept")
    assert response.status_code == 200, response.content
    assert response["Cache-Control"] == caching


def test_the_greatest_revision_is_the_contexts() -> None:
    for number in (2, 7, 0):

        @client(context="kept", name=f"part_{number}", rev=number)
        def part(request: HttpRequest) -> int:
            return 1

    context = registry.catalog.manifest["contexts"]["kept"]
    assert context["rev"] == 7
    assert [each["rev"] for each in context["functions"]] == [0, 2, 7]


def test_a_name_is_given_or_the_functions(web: Web) -> None:
    @client(name="shop.add")
    def add_to_cart(request: HttpRequest) -> int:
        return 1

    assert web.call("shop.add").json() == {"result": 1}
    assert web.call("add_to_cart").status_code == 404


class ShopCartContext(Context):
    """Named by its class."""


class OddContext(Context):
    """Named by hand."""

    name = "even"


def test_a_context_is_named_by_its_class_or_by_hand(web: Web) -> None:
    @client(context=ShopCartContext)
    def lines(request: HttpRequest) -> int:
        return 1

    @client(context=OddContext)
    def odd(request: HttpRequest) -> int:
        return 2

    @client(context="shop_cart")
    def total(request: HttpRequest) -> int:
        return 3

    assert web.read("shop_cart").json() == {"lines": 1, "total": 3}
    assert web.read("even").json() == {"odd": 2}
    assert web.read("odd").status_code == 404


@pytest.mark.parametrize("is_async", [False, True])
def test_a_patch_keeps_null_and_absent_apart(web: Web, is_async: bool) -> None:
    class Profile(BaseModel):
        name: str
        age: int | None = None

    def change(request: HttpRequest, patch: Any) -> Any:
        assert "age" in patch or not hasattr(patch.values, "age")
        return patch.changes()

    async def change_async(request: HttpRequest, patch: Any) -> Any:
        return change(request, patch)

    for each in (change, change_async):
        each.__annotations__ = {"patch": Patch[Profile]}
    client(name="change", affects="shelf")(change_async if is_async else change)
    for sent in ({}, {"age": None}, {"age": 5}, {"name": "Ada"}, {"name": "Ada", "age": None}):
        assert web.call("change", patch=sent).json()["result"] == sent
    for wrong, place in (({"name": None}, "/name"), ({"age": "x"}, "/age"), ({"no": 1}, "/no")):
        response = web.call("change", patch=wrong)
        assert response.status_code == 422
        assert [each["pointer"] for each in response.json()["errors"]] == [f"/patch{place}"]


def test_arguments_keep_null_and_absent_apart(web: Web) -> None:
    @client
    def change(request: HttpRequest, age: int | None = 7) -> int | None:
        return age

    @client
    def needed(request: HttpRequest, age: int | None) -> int | None:
        return age

    assert web.call("change").json() == {"result": 7}
    assert web.call("change", age=None).json() == {"result": None}
    assert web.call("needed", age=None).json() == {"result": None}
    assert web.call("needed").json()["errors"][0]["pointer"] == "/age"


# What clients are told


class OutOfStock(AppError):
    """Nothing is left to sell."""

    status = 410
    left: int
    since: dt.date | None = None


@pytest.mark.parametrize("is_async", [False, True])
def test_a_declared_error_has_its_code_status_and_typed_fields(web: Web, is_async: bool) -> None:
    def buy(request: HttpRequest, count: int) -> None:
        raise OutOfStock("Only two left.", left=2, since=dt.date(2024, 1, 2))

    async def buy_async(request: HttpRequest, count: int) -> None:
        buy(request, count)

    client(name="buy", affects=ShelfContext, errors=[OutOfStock])(buy_async if is_async else buy)
    response = web.call("buy", count=3)
    document = response.json()
    assert (response.status_code, document["code"]) == (410, "app.out_of_stock")
    assert document["data"] == {"left": 2, "since": "2024-01-02"}
    assert "X-Mizan-Invalidate" not in response
    told = registry.catalog.schema["functions"]["buy"]["errors"]["app.out_of_stock"]
    assert (told["status"], told["description"]) == (410, "Nothing is left to sell.")
    fields = registry.catalog.schema["$defs"][told["schema"]["$ref"].split("/")[-1]]["properties"]
    assert fields["left"]["type"] == "integer"
    assert fields["since"]["anyOf"][0]["format"] == "date"


def test_descriptions_and_deprecations_reach_clients(web: Web) -> None:
    @client(deprecated="Use buy instead.", affects=[BookContext, "shelf"])
    def take(
        request: HttpRequest,
        book_id: int,
        line: Line,
        note: Annotated[str, Field(description="For the clerk.")] = "",
    ) -> Line:
        """Take a book away.

        It is not sold.
        """
        return line

    told = registry.catalog.schema["functions"]["take"]
    assert told["deprecated"] == "Use buy instead."
    assert told["description"] == "Take a book away.\n\nIt is not sold."
    assert (told["kind"], told["affects"]) == (
        "mutation",
        [{"context": "book", "by": ["book_id"]}, {"context": "shelf"}],
    )
    shapes = registry.catalog.schema["$defs"]
    assert shapes["TakeInput"]["properties"]["note"]["description"] == "For the clerk."
    for line in (shapes["Line-Input"], shapes["Line-Output"]):  # what has a default may be left out
        assert line["properties"]["count"]["description"] == "How many of them."
        assert line["description"] == "A line of an order."
    assert registry.catalog.schema["contexts"]["book"]["description"] == "One book."
    assert web.call("take", book_id=5, line={"book": BOOK}).status_code == 200


def test_what_a_private_function_is_is_no_clients_business(web: Web) -> None:
    class Ledger(BaseModel):
        secret: int

    @client(affects=BookContext, private=True, name="ledger.write")
    def write(request: HttpRequest | None, book_id: int, entry: Any = None) -> Any:
        return entry

    write.fn.__annotations__["entry"] = Ledger
    response = web.call("ledger.write", book_id=5)
    assert (response.status_code, response.json()["code"]) == (403, "private")
    told = str(registry.catalog.schema).lower()
    assert "ledger" not in told
    mutation = registry.catalog.manifest["mutations"]["ledger.write"]
    assert mutation["private"] is True
    assert mutation["auto_scoped_params"] == {"book": ["book_id"]}
    assert write(None, 5, {"secret": 1}).secret == 1

    @client(affects=ShelfContext)
    def outer(request: HttpRequest) -> None:
        write(request, 5, {"secret": 1})

    assert web.call("outer")["X-Mizan-Invalidate"] == "book;book_id=5, shelf"


def test_a_read_within_a_mutation_sees_what_it_changed(web: Web) -> None:
    @client(affects=ShelfContext)
    def change(request: HttpRequest) -> list[BookShape]:
        Book.objects.create(title="new")
        assert transaction.get_connection().in_atomic_block
        return registry.catalog.functions["shelf"].fn(request)  # type: ignore[no-any-return]

    assert [each["title"] for each in web.call("change").json()["result"]] == ["new"]
    assert web.request("GET", f"{BASE}ctx/shelf/").json()["shelf"][0]["title"] == "new"
