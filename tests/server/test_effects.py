"""mizan/server/effects.py: effects are data."""

from mizan.server.effects import Atomic, Block, FunctionFailed, Run, RunAll


def test_a_failure_names_its_function() -> None:
    error = ValueError("no")
    failed = FunctionFailed("user_profile", error)
    assert failed.name == "user_profile"
    assert failed.error is error
    assert str(failed) == "user_profile: no"


def test_effects_hold_what_to_do() -> None:
    run = Run("f", len, False, None, {}, str, bool)
    assert RunAll([run]).runs == [run]
    assert Block(list).call() == []

    def steps() -> object:
        yield run

    made = steps()
    assert Atomic(list, made).steps is made  # type: ignore[arg-type]
