"""mizan.django.audit.schema: the tables of models."""

from project.orders.models import Customer, Gift, Order

from mizan.django.audit import schema


def test_a_table() -> None:
    found = schema.table("ORDERS_order")
    assert found is not None
    assert (found.model, found.key) == (Order, "id")
    assert found.references == {"customer_id": "orders_customer", "agent_id": "orders_customer"}
    assert set(found.unique) == {frozenset({"id"}), frozenset({"code"})}
    assert schema.table("nothing") is None


def test_the_table_between_two() -> None:
    found = schema.table("orders_order_labels")
    assert found is not None
    assert frozenset({"order_id", "label_id"}) in found.unique


def test_attributes_are_of_the_table_that_has_them() -> None:
    found = schema.attributes()[Gift]
    assert found["wish"] == ("orders_gift", "wish")
    assert found["total"] == ("orders_order", "total")
    assert schema.attributes()[Customer]["owner_id"] == ("orders_customer", "owner_id")


def test_a_replica_is_what_it_mirrors(settings: object) -> None:
    schema.forget()
    assert schema.database("default") == "default"
    assert schema.database("nothing") == "nothing"
