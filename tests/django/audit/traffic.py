"""What is done in a copy of the shop: each page read, each function called, by each kind of writer.

The text of a test module of the copy; seeds add to it.
"""

TRAFFIC = '''"""Reads everything, changes everything."""

import json
import time

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User

from mizan.testing.django import commits
from store.models import Customer, Notification, Order, Product
from store.payments import signature
from store.tasks import ship_order

pytestmark = pytest.mark.django_db(databases="__all__")


def pay(client, order_id, event):
    body = json.dumps({"id": event, "type": "payment.succeeded"}).encode()
    headers = {"Payment-Signature": signature(body, int(time.time()))}
    path = f"/webhooks/payments/{order_id}/"
    assert client.generic("POST", path, body, "application/json", headers=headers).status_code == 204


def edit(client, row, **changes):
    path = f"/admin/store/{row._meta.model_name}/{row.pk}/change/"
    shown = client.get(path).context
    formsets = [each.formset.management_form for each in shown["inline_admin_formsets"]]
    fields = {}
    for form in (shown["adminform"].form, *formsets):
        fields |= {form.add_prefix(name): form.get_initial_for_field(field, name)
                   for name, field in form.fields.items()}
    assert client.post(path, {**fields, **changes}).status_code == 302


def buy(client, *products):
    for each in products:
        assert client.call("add_to_cart", product_id=each.pk).status == 200
    client.read("cart")
    return client.call("place_order").result["id"]


def test_everything(visitor, ada, bo, mara, customer, espresso, kettle, teapot):
    for client in (visitor, ada, bo, mara):
        client.read("session")
        client.get("/cart/")
        client.call("add_to_cart", product_id=espresso.pk)
        client.read("cart")
        client.get("/cart/")
    for path in ("/", "/products/"):
        visitor.get(path)
    visitor.read("catalogue", search="e", in_stock=True)
    for product in (espresso, kettle):
        visitor.read("product", product_id=product.pk)
    mara.read("stock", below=50)
    for name, client in (("ada", ada), ("bo", bo)):
        client.read("customer", customer_id=customer(name).pk)
        client.call("update_profile", customer_id=customer(name).pk, name=name * 2,
                    email=f"{name}@example.com", phone="1")
    visitor.call("remove_from_cart", product_id=espresso.pk)
    visitor.post(f"/cart/add/{espresso.pk}/")
    visitor.post(f"/cart/remove/{espresso.pk}/")
    mara.call("restock", product_id=espresso.pk, pieces=100)
    mara.call("change_price", product_id=kettle.pk, price="38.00")
    edit(mara, kettle, price="37.00", stock=30)
    placed = [buy(bo, espresso, kettle) for _ in range(4)] + [buy(ada, kettle)]
    for each in (ada, bo):
        each.read("orders")
        each.read("notifications")
        each.read("notifications", unread_only=True)
    for each in placed[:4]:
        bo.read("order", order_id=each)
    ada.read("order", order_id=placed[4])
    mara.read("office")
    bo.call("cancel_order", order_id=placed[0])
    mara.call("set_order_status", order_id=placed[1], status="cancelled")
    mara.call("set_order_status", order_id=placed[2], status="paid")
    edit(mara, Order.objects.get(pk=placed[3]), status="paid")
    pay(visitor, placed[4], "evt_1")
    with commits():
        ship_order.delay(placed[2])
    note = Notification.objects.filter(user__username="bo").first()
    assert bo.call("mark_read", notification_id=note.pk).status == 200
    assert bo.call("mark_all_read").status == 200
'''
