"""mizan/server/admit.py: who may run a function."""

from typing import Any

import pytest

from mizan.server.admit import admit
from mizan.server.host import ANONYMOUS, Identity
from mizan.server.problems import Problem

ADA = Identity("ada", "k" * 32, by_token=True)


@pytest.fixture
def functions(server: Any) -> dict[str, Any]:
    """Functions that need more and more."""
    client = server.client

    @client
    def free(request) -> None: ...  # noqa: ANN001 (without a hint on purpose)

    @client(login_required=True)
    def member(request) -> None: ...  # noqa: ANN001 (without a hint on purpose)

    @client(permission="shop.add")
    def adder(request) -> None: ...  # noqa: ANN001 (without a hint on purpose)

    @client(permission=lambda request: "shop.own" in request.rights)
    def owner(request) -> None: ...  # noqa: ANN001 (without a hint on purpose)

    return dict(server.catalog.functions)


def ask(server: Any, functions: Any, *names: str, **options: Any) -> Identity:
    request = server.Request(**options.pop("request", {}))
    listed = [functions[name] for name in names]
    found: Identity = server.run(
        admit(server.host, request, listed, unsafe=False, **options)
        if "unsafe" not in options
        else admit(server.host, request, listed, **options)
    )
    return found


@pytest.mark.parametrize(
    ("names", "request_", "options", "expected"),
    [
        (["free"], {}, {}, ANONYMOUS),
        (["free"], {"user": "ada"}, {}, ANONYMOUS),  # nobody needs to know
        (["free"], {"user": "ada"}, {"identify": True}, Identity("ada")),
        (["free"], {"token": "ada"}, {}, ADA),
        (["free"], {"token": "ada", "user": "ada"}, {}, ADA),
        ([], {}, {"identify": True}, ANONYMOUS),
        (["free", "member"], {"user": "ada"}, {}, Identity("ada")),
        (["member"], {"token": "ada"}, {}, ADA),
        (["adder"], {"user": "ada", "rights": ("shop.add",)}, {}, Identity("ada")),
        (["owner"], {"user": "ada", "rights": ("shop.own",)}, {}, Identity("ada")),
        (["owner"], {"rights": ("shop.own",)}, {}, ANONYMOUS),
        (["free"], {"token": "ada", "is_forged": True}, {"unsafe": True}, ADA),
        (["free"], {"is_forged": True}, {}, ANONYMOUS),
    ],
)
def test_who_may(
    server: Any, functions: Any, names: Any, request_: Any, options: Any, expected: Identity
) -> None:
    assert ask(server, functions, *names, request=request_, **options) == expected


@pytest.mark.parametrize(
    ("names", "request_", "options", "code"),
    [
        (["free"], {"token": "bad"}, {}, "token_invalid"),
        (["free"], {"token": "ada", "user": "bob"}, {}, "identity_mismatch"),
        (["free"], {"is_forged": True}, {"unsafe": True}, "csrf"),
        (["free", "member"], {}, {}, "unauthenticated"),
        (["adder"], {}, {}, "unauthenticated"),
        (["adder"], {"user": "ada", "rights": ("shop.own",)}, {}, "forbidden"),
        (["owner"], {"user": "ada"}, {}, "forbidden"),
    ],
)
def test_who_may_not(
    server: Any, functions: Any, names: Any, request_: Any, options: Any, code: str
) -> None:
    with pytest.raises(Problem) as caught:
        ask(server, functions, *names, request=request_, **options)
    assert caught.value.code == code
    if code == "unauthenticated":
        assert caught.value.headers == {"WWW-Authenticate": 'Bearer realm="mizan"'}
        assert names[-1] in caught.value.detail


def test_a_check_against_forgery_that_blocks_is_an_effect(server: Any, functions: Any) -> None:
    server.host.csrf_blocks = True
    request = server.Request(is_forged=True)
    steps = admit(server.host, request, [functions["free"]], unsafe=True)
    effect = next(steps)
    with pytest.raises(Problem):
        effect.call()  # type: ignore[union-attr]
    with pytest.raises(StopIteration) as end:
        steps.send(None)
    assert end.value.value == ANONYMOUS


def test_permissions_are_asked_on_every_request(server: Any, functions: Any) -> None:
    request = {"user": "ada", "rights": ("shop.add",)}
    assert ask(server, functions, "adder", request=request)
    with pytest.raises(Problem):
        ask(server, functions, "adder", request={"user": "ada"})
