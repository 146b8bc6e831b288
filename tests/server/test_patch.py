"""mizan/server/patch.py: partial updates."""

from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    TypeAdapter,
    ValidationError,
    computed_field,
    field_validator,
    model_validator,
)

from mizan.server.patch import Patch


class Place(BaseModel):
    city: str
    street: str


class User(BaseModel):
    """A person."""

    name: Annotated[str, Field(min_length=1)] = Field(description="What others call them.")
    age: int | None = Field(default=18, ge=0, alias="theAge")
    tags: list[str] = Field(default_factory=list)
    home: Place | None = None
    _secret: int = PrivateAttr(default=5)

    @field_validator("name")
    @classmethod
    def capital(cls, name: str) -> str:
        return name.title()

    @model_validator(mode="before")
    @classmethod
    def before(cls, data: Any) -> Any:
        assert "name" in data
        return data

    @model_validator(mode="wrap")
    @classmethod
    def wrap(cls, data: Any, handler: Any) -> Any:
        assert "theAge" in data
        return handler(data)

    @model_validator(mode="after")
    def after(self) -> "User":
        assert self.age == 18
        return self

    def model_post_init(self, context: Any, /) -> None:
        assert self.name

    @computed_field
    @property
    def shout(self) -> str:
        return self.name.upper()


ADAPTER = TypeAdapter(Patch[User])


@pytest.mark.parametrize(
    ("sent", "changes"),
    [
        ({}, {}),
        ({"name": "ada"}, {"name": "Ada"}),
        ({"theAge": None}, {"age": None}),
        ({"tags": ["a"], "theAge": "7"}, {"age": 7, "tags": ["a"]}),
        ({"home": {"city": "A", "street": "B"}}, {"home": Place(city="A", street="B")}),
    ],
)
def test_changes_are_what_was_sent(sent: dict[str, Any], changes: dict[str, Any]) -> None:
    patch = ADAPTER.validate_python(sent)
    assert patch.changes() == changes
    assert list(patch.changes()) == list(changes)
    for name in User.model_fields:
        assert (name in patch) == (name in changes)
        if name in changes:
            assert getattr(patch.values, name) == changes[name]
        else:
            with pytest.raises(AttributeError):
                getattr(patch.values, name)
    assert isinstance(patch.values, User)
    assert ADAPTER.validate_python(patch) is patch


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        ({"name": None}, ("name",)),
        ({"name": ""}, ("name",)),
        ({"theAge": -1}, ("theAge",)),
        ({"tags": None}, ("tags",)),
        ({"nme": "x"}, ("nme",)),
        ({"home": {"city": "A"}}, ("home", "street")),
        (5, ()),
    ],
)
def test_what_is_refused(sent: Any, place: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError) as caught:
        ADAPTER.validate_python(sent)
    assert [each["loc"] for each in caught.value.errors()] == [place]


def test_the_schema() -> None:
    schema = ADAPTER.json_schema()
    Draft202012Validator.check_schema(schema)
    assert schema["title"] == "UserPatch"
    assert schema["description"] == "A person."
    assert schema["additionalProperties"] is False
    assert "required" not in schema
    assert schema["properties"]["name"] == {
        "description": "What others call them.",
        "minLength": 1,
        "title": "Name",
        "type": "string",
    }
    assert all("default" not in each for each in schema["properties"].values())
    assert schema["properties"]["theAge"]["anyOf"][1] == {"type": "null"}


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "name": st.one_of(st.none(), st.text(max_size=3)),
            "theAge": st.one_of(st.none(), st.integers(-2, 2)),
            "tags": st.one_of(st.none(), st.lists(st.text(max_size=2), max_size=2)),
            "home": st.one_of(st.none(), st.just({"city": "A", "street": "B"}), st.just({})),
            "other": st.integers(),
        },
    )
)
def test_it_accepts_what_its_schema_accepts(sent: dict[str, Any]) -> None:
    fits = Draft202012Validator(ADAPTER.json_schema()).is_valid(sent)
    try:
        patch = ADAPTER.validate_python(sent)
    except ValidationError:
        assert not fits
    else:
        assert fits
        assert patch.changes().keys() == {"age" if name == "theAge" else name for name in sent}


def test_one_shape_is_one_definition() -> None:
    class Both(BaseModel):
        a: Patch[User]
        b: Patch[User]

    assert "UserPatch" in Both.model_json_schema()["$defs"]


def test_a_shape_that_takes_more_keeps_doing_so() -> None:
    class Open(BaseModel):
        model_config = ConfigDict(extra="allow")
        a: int

    assert TypeAdapter(Patch[Open]).validate_python({"b": 1}).values.model_extra == {"b": 1}


class Node(BaseModel):
    value: int
    next: "Node | None" = None


def test_a_shape_of_itself() -> None:
    adapter = TypeAdapter(Patch[Node])
    assert adapter.validate_python({"next": {"value": 1}}).changes() == {"next": Node(value=1)}
    with pytest.raises(ValidationError):
        adapter.validate_python({"next": {}})
    Draft202012Validator.check_schema(adapter.json_schema())


@pytest.mark.parametrize("hint", [Patch, Patch[dict], Patch[int]])  # type: ignore[type-var]
def test_only_models_are_shapes(hint: Any) -> None:
    with pytest.raises(TypeError, match="takes a pydantic model"):
        TypeAdapter(hint)


def test_its_text_shows_no_values() -> None:
    assert repr(ADAPTER.validate_python({"name": "ada"})) == "<UserPatch of name>"
    assert repr(ADAPTER.validate_python({})) == "<UserPatch of nothing>"
