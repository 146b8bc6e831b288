"""mizan.django.audit.frames: whose code runs."""

from __future__ import annotations

from pathlib import Path

import asgiref
import django
import pytest
from asgiref.sync import async_to_sync, sync_to_async

from mizan.django.audit import frames


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (django.__file__, False),
        (asgiref.__file__, False),
        (frames.__file__, False),
        (__file__, False),
        ("<string>", False),
        ("/srv/shop/tests.py", False),
        ("/srv/shop/store/tests/helpers.py", False),
        ("/srv/shop/conftest.py", False),
        ("/srv/shop/manage.py", False),
        ("/srv/shop/store/views.py", True),
        ("/srv/shop/store/attests.py", True),
    ],
)
def test_the_applications_own_files(file: str, expected: bool) -> None:
    assert frames.is_application(file) is expected


def test_the_nearest_line(monkeypatch: pytest.MonkeyPatch) -> None:
    assert frames.nearest() is None
    monkeypatch.setattr(frames, "is_application", lambda file: file == __file__)
    spot = frames.nearest()
    assert spot is not None
    assert spot.place.startswith(f"{frames.relative(__file__)}:")
    assert next(frames.own_frames()).f_code is test_the_nearest_line.__code__


def test_over_the_boundary_of_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "is_application", lambda file: file == __file__)

    async def awaits() -> list[frames.Spot | None]:
        with frames.awaiting():
            inside = await sync_to_async(frames.nearest)()
        return [inside, await sync_to_async(frames.nearest)()]

    inside, outside = async_to_sync(awaits)()
    assert inside is not None
    assert inside.code.co_name == "awaits"
    assert outside is None


def test_paths_are_short() -> None:
    assert frames.relative(str(Path.cwd() / "a/b.py")) == "a/b.py"
    assert frames.relative("/srv/b.py") == "/srv/b.py"
