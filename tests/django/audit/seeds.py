"""Omissions for a copy of the shop: each a small patch, and what the audit has to say of it.

Invariant: seeds of one group do not touch what others of it touch.
"""

from __future__ import annotations

from typing import NamedTuple

ACCOUNT = "store/mizan/account.py"
ADMIN = "store/admin.py"
CART = "store/mizan/cart.py"
CONTEXTS = "store/mizan/contexts.py"
MORE = "store/mizan/more.py"
OFFICE = "store/mizan/back_office.py"
ORDERS = "store/mizan/orders.py"
SETTINGS = "shop/settings.py"
URLS = "shop/urls.py"
VIEWS = "store/views.py"


class Expected(NamedTuple):
    """A finding. `of`: (file, function or class) to change; `sites`: (file, a text of the line) that
    writes, any of several; none for what nobody writes."""

    kind: str
    writer: str
    context: str
    of: tuple[str, str]
    sites: tuple[tuple[str, str], ...] = ()


class Seed(NamedTuple):
    """One omission. `patches`: (file, old, new); `code` is put into a module of the shop, `test`
    into the traffic."""

    what: str
    expected: tuple[Expected, ...]
    patches: tuple[tuple[str, str, str], ...] = ()
    code: str = ""
    test: str = ""


def drop(
    writer: str, context: str, of: tuple[str, str], site: tuple[str, str], old: str, new: str
) -> Seed:
    """Return a seed that takes one thing out of what a function declares."""
    found = Expected("undeclared", writer, context, of, (site,))
    return Seed(f"{writer} without {context}", (found,), ((of[0], old, new),))


def added(
    name: str, context: str, code: str, line: str, call: str, kind: str = "undeclared"
) -> Seed:
    """Return a seed that adds a function of the server, which writes in a line."""
    found = Expected(kind, name, context, (MORE, name), ((MORE, line),))
    return Seed(name, (found,), (), code, call)


_SAVE = ("store/forms.py", "return form.save()")
_ADMIN_SAVE = (ADMIN, "super().save_model(request, obj, form, change)")
_TAKE = (ORDERS, 'there.update(stock=F("stock") - line.quantity)')
_BACK = (ORDERS, '.update(stock=F("stock") + line.quantity)')
_STATUS = (ORDERS, 'order.save(update_fields=["status"])')
_NOTE = (ORDERS, "Notification.objects.create(user_id=about.customer.user_id, text=text)")
_PRICE = (OFFICE, 'found.save(update_fields=["price"])')
_STOCK = (OFFICE, 'found.save(update_fields=["stock"])')
_SHIP = ("store.tasks.ship_order", ("store/tasks.py", "ship_order"))
_ORDER_ADMIN = ("store.admin.OrderAdmin (admin:store_order_change)", (ADMIN, "OrderAdmin"))
_PRODUCT_ADMIN = ("store.admin.ProductAdmin.save_model", (ADMIN, "ProductAdmin.save_model"))
_AFFECTS_PRODUCT = (
    '@affects(ProductContext.by(product_id="obj.pk"), CatalogueContext, StockContext)'
)
_PLACE = "affects=[CartContext, OrdersContext, NotificationsContext, *_SHOP],\n    login_required=True,\n    errors"
_INVALIDATE = "        invalidate(ProductContext, product_id=line.product_id)\n    cart.delete()"

DECLARATIONS = (
    drop("update_profile", "customer", (ACCOUNT, "update_profile"), _SAVE,
         "affects=[CustomerContext, OfficeContext]", "affects=[OfficeContext]"),
    drop("mark_read", "notifications", (ACCOUNT, "mark_read"),
         (ACCOUNT, 'found.save(update_fields=["read_at"])'),
         "@client(affects=NotificationsContext, login_required=True)\ndef mark_read",
         "@client(login_required=True)\ndef mark_read"),
    drop("mark_all_read", "notifications", (ACCOUNT, "mark_all_read"),
         (ACCOUNT, "await found.aupdate"),
         "affects=NotificationsContext, login_required=True, atomic=False",
         "login_required=True, atomic=False"),
    drop("restock", "stock", (OFFICE, "restock"), _STOCK,
         "@client(affects=_EVERYWHERE, permission=_MAY)\ndef restock",
         "@client(affects=[ProductContext, CatalogueContext], permission=_MAY)\ndef restock"),
    Seed("change_price without two contexts",
         (Expected("undeclared", "change_price", "product", (OFFICE, "change_price"), (_PRICE,)),
          Expected("undeclared", "change_price", "catalogue", (OFFICE, "change_price"), (_PRICE,))),
         ((OFFICE, "@client(affects=_EVERYWHERE, permission=_MAY)\ndef change_price",
           "@client(affects=[StockContext], permission=_MAY)\ndef change_price"),)),
    drop("place_order", "stock", (ORDERS, "place_order"), _TAKE, _PLACE,
         _PLACE.replace("*_SHOP", "CatalogueContext, OfficeContext")),
    Seed("place_order without the products of its lines",
         (Expected("undeclared", "place_order", "product", (ORDERS, "place_order"),
                   (_TAKE, (ORDERS, "OrderLine.objects.create("))),),
         ((ORDERS, _INVALIDATE, "    cart.delete()"),)),
    drop(_PRODUCT_ADMIN[0], "catalogue", _PRODUCT_ADMIN[1], _ADMIN_SAVE,
         "CatalogueContext, StockContext)", "StockContext)"),
    Seed("seed without everything",
         tuple(Expected("undeclared", "manage.py seed", context,
                        ("store/management/commands/seed.py", "Command"), (site,))
               for context, site in (
                   ("catalogue", ("store/management/commands/seed.py", "Product.objects.get_or_create(")),
                   ("stock", ("store/management/commands/seed.py", "Product.objects.get_or_create(")),
               )),
         (("store/management/commands/seed.py", '        invalidate("*")', '        ""'),)),
)  # fmt: skip

WATCHES = (
    Seed("carts without watch",
         (*(Expected("undeclared", writer, "cart", of, (site,)) for writer, of, site in (
             ("restock", (OFFICE, "restock"), _STOCK),
             ("change_price", (OFFICE, "change_price"), _PRICE),
             ("set_order_status", (OFFICE, "set_order_status"), _BACK),
             ("cancel_order", (ORDERS, "cancel_order"), _BACK),
             (*_PRODUCT_ADMIN, _ADMIN_SAVE))),
          Expected("scope", "place_order", "cart", (ORDERS, "place_order"), (_TAKE,))),
         ((CONTEXTS, 'watch(Product, CartContext, cart_id="cartline.cart_id")', ""),)),
    Seed("the office without watch",
         tuple(Expected("undeclared", *writer[:1], "office", writer[1], (_STATUS,))
               for writer in (_SHIP, _ORDER_ADMIN)),
         ((CONTEXTS, "watch(Order, OfficeContext)\n", ""),)),
    Seed("orders without watch",
         tuple(Expected("undeclared", *writer[:1], "order", writer[1], (_STATUS,))
               for writer in (_SHIP, _ORDER_ADMIN)),
         ((CONTEXTS, 'watch(Order, OrderContext, order_id="pk")\n', ""),)),
)  # fmt: skip

SCOPES = (
    Seed("a watch with a wrong path",
         tuple(Expected("scope", writer, "orders", of, (_STATUS,)) for writer, of in (
             _SHIP, _ORDER_ADMIN, ("payment_webhook", (ORDERS, "payment_webhook")),
             ("set_order_status", (OFFICE, "set_order_status")))),
         ((CONTEXTS, 'watch(Order, OrdersContext, customer_id="customer_id")',
           'watch(Order, OrdersContext, customer_id="pk")'),)),
    Seed("the customer for the user",
         tuple(Expected("scope", writer, "notifications", of, (_NOTE,)) for writer, of in (
             _SHIP, _ORDER_ADMIN, ("set_order_status", (OFFICE, "set_order_status")))),
         ((ORDERS, "invalidate(NotificationsContext, user_id=about.customer.user_id)",
           "invalidate(NotificationsContext, user_id=about.customer_id)"),)),
    Seed("the order for the product",
         (Expected("scope", "place_order", "product", (ORDERS, "place_order"),
                   (_TAKE, (ORDERS, "OrderLine.objects.create("))),),
         ((ORDERS, _INVALIDATE, _INVALIDATE.replace("line.product_id", "placed.pk")),)),
    Seed("the stock for the key", (Expected("scope", _PRODUCT_ADMIN[0], "product",
                                            _PRODUCT_ADMIN[1], (_ADMIN_SAVE,)),),
         ((ADMIN, _AFFECTS_PRODUCT, _AFFECTS_PRODUCT.replace("obj.pk", "obj.stock")),)),
    added("swap_prices", "product", '''
@client(affects=[ProductContext, CatalogueContext, StockContext])
def swap_prices(request: HttpRequest, product_id: int, other_id: int) -> None:
    Product.objects.filter(pk__in=[product_id, other_id]).update(price=F("price") + 1)
''', 'update(price=F("price") + 1)',
          'mara.call("swap_prices", product_id=espresso.pk, other_id=kettle.pk)', "scope"),
    Seed("a block for another",
         (Expected("scope", "store.mizan.more.thank", "notifications", (MORE, "thank"),
                   ((MORE, 'text="Thank you."'),)),),
         (), '''
def thank(user_id: int, order_id: int) -> None:
    with affecting(NotificationsContext, user_id=order_id):
        Notification.objects.filter(user_id=user_id).update(text="Thank you.")
''', "more.thank(bo_id, 99)"),
)  # fmt: skip

ORM = (
    added("forget_reading", "notifications", '''
@client
def forget_reading(request: HttpRequest) -> None:
    Notification.objects.filter(user__username="bo").update(read_at=None)
''', "update(read_at=None)", 'mara.call("forget_reading")'),
    added("announce", "notifications", '''
@client
def announce(request: HttpRequest, user_id: int) -> None:
    Notification.objects.bulk_create([Notification(user_id=user_id, text="New kettles.")])
''', "bulk_create", 'mara.call("announce", user_id=bo_id)'),
    added("shout", "notifications", '''
@client
def shout(request: HttpRequest) -> None:
    rows = list(Notification.objects.all())
    for each in rows:
        each.text = each.text.upper()
    Notification.objects.bulk_update(rows, ["text"])
''', "bulk_update", 'mara.call("shout")'),
    added("tidy", "notifications", '''
@client
def tidy(request: HttpRequest, user_id: int) -> None:
    Notification.objects.filter(user_id=user_id, text__startswith="ORDER").delete()
''', '"ORDER").delete()', 'mara.call("tidy", user_id=bo_id)'),
    added("greet", "notifications", '''
@client
async def greet(request: HttpRequest, user_id: int) -> None:
    await Notification.objects.aupdate_or_create(user_id=user_id, text="Hello.")
''', "aupdate_or_create", 'mara.call("greet", user_id=bo_id)'),
    added("join", "joined", '''
@client(context="joined")
def joined(request: HttpRequest, user_id: int) -> int:
    return Group.objects.filter(user=user_id).count()

@client
def join(request: HttpRequest, user_id: int) -> None:
    User.objects.get(pk=user_id).groups.add(Group.objects.create(name="new"))
''', "groups.add(", 'bo.read("joined", user_id=bo_id)\n    mara.call("join", user_id=bo_id)'),
    added("drop_order", "product", '''
@client(affects=[OrdersContext.by(), OfficeContext])
def drop_order(request: HttpRequest, order_id: int) -> None:
    Order.objects.get(pk=order_id).delete()  # and its lines
''', "delete()  # and its lines", 'mara.call("drop_order", order_id=placed[0])'),
    added("rename", "customer", '''
@client(affects=OfficeContext)
def rename(request: HttpRequest, user_id: int, name: str) -> None:
    for each in Customer.objects.filter(user_id=user_id):
        each.name = name
        each.save()
''', "each.save()", 'mara.call("rename", user_id=bo_id, name="Bob")'),
    added("peek", "notifications", '''
@client(context="peeked")
def peek(request: HttpRequest, number: int) -> int:
    return Notification.objects.update(created_at=timezone.now())
''', "update(created_at=timezone.now())", 'visitor.read("peeked", number=1)'),
)  # fmt: skip

_BY_HAND = """
@client
def {name}(request: HttpRequest, user_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.{call}
"""


def by_hand(name: str, call: str) -> Seed:
    """Return a seed that writes with a cursor."""
    code = _BY_HAND.format(name=name, call=call)
    return added(name, "notifications", code, call, f'mara.call("{name}", user_id=bo_id)')


RAW = (
    by_hand("sql_update",
            'execute("UPDATE store_notification SET text = %s WHERE user_id = %s", ["x", user_id])'),
    by_hand("sql_literal", "execute(f\"update store_notification set text = 'y' where user_id = {user_id}\")"),
    by_hand("sql_delete", 'execute("delete from store_notification where user_id = 1")'),
    by_hand("sql_many", 'executemany("INSERT INTO store_notification (user_id, text, created_at)'
            ' VALUES (%s, %s, %s)", [(user_id, str(each), timezone.now()) for each in (1, 2)])'),
    by_hand("sql_select", 'execute("INSERT INTO store_notification (user_id, text, created_at)'
            ' SELECT user_id, \'again\', created_at FROM store_notification")'),
    by_hand("sql_with", 'execute("WITH old AS (SELECT id FROM store_notification WHERE id > 0)'
            ' UPDATE store_notification SET text = \'z\' WHERE id IN (SELECT id FROM old)")'),
    Seed("another database",
         (Expected("undeclared", "archive", "archived", (MORE, "archive"),
                   ((MORE, 'using("archive").create('),)),
          Expected("undeclared", "rearrange", "archived", (MORE, "rearrange"),
                   ((MORE, "update store_cart set"),))),
         ((SETTINGS, 'DATABASES = {"default": database(os.environ.get("DATABASE_URL"), BASE_DIR)}',
           'DATABASES = {name: database(f"sqlite:///{name}.sqlite3", BASE_DIR)\n'
           '             for name in ("default", "archive")}'),),
         '''
@client(context="archived")
def archived(request: HttpRequest, page: int) -> int:
    return Cart.objects.using("archive").filter(tenant="north").count()

@client
def archive(request: HttpRequest) -> None:
    Cart.objects.using("archive").create(tenant="north")

@client
def rearrange(request: HttpRequest) -> None:
    with connections["archive"].cursor() as cursor:
        cursor.execute("update store_cart set tenant = 'south'")
''', '''visitor.read("archived", page=1)
    mara.call("archive")
    mara.call("rearrange")'''),
)  # fmt: skip


def elsewhere(
    name: str,
    kind_of: tuple[str, str],
    site: tuple[str, str],
    context: str,
    code: str,
    test: str,
    *patches: tuple[str, str, str],
) -> Seed:
    """Return a seed of a writer that is no function of the server."""
    return Seed(
        name, (Expected("undeclared", name, context, kind_of, (site,)),), patches, code, test
    )


_ROUTES = 'path("account/", views.account_page),'
PLACES = (
    elsewhere("store.mizan.more.remind", (MORE, "remind"), (MORE, 'text="Remember."'),
              "notifications", '''
@shared_task
def remind(user_id: int) -> None:
    Notification.objects.create(user_id=user_id, text="Remember.")
''', "more.remind.delay(bo_id)"),
    elsewhere("store.management.commands.expire.Command.handle",
              ("store/management/commands/expire.py", "Command.handle"),
              ("store/management/commands/expire.py", "Product.objects.filter"), "stock", "",
              'call_command("expire")',
              ("store/management/commands/expire.py", "", '''"""Lets what is sold out expire."""

from django.core.management.base import BaseCommand

from mizan.django import affects
from store.models import Product
from store.mizan.contexts import CatalogueContext, ProductContext


class Command(BaseCommand):
    """Does it."""

    @affects(ProductContext.by(), CatalogueContext)
    def handle(self, *_: object, **__: object) -> None:
        Product.objects.filter(name="Espresso").update(stock=0)
''')),
    Seed("a receiver of a signal",
         (Expected("undeclared", "payment_webhook", "customer", (ORDERS, "payment_webhook"),
                   ((MORE, 'update(phone="paid")'),)),),
         (), '''
@receiver(post_save, sender=Payment)
def paid(instance: Payment, **_: object) -> None:
    Customer.objects.filter(pk=instance.order.customer_id).update(phone="paid")
'''),
    elsewhere("store.mizan.more.plain_view", (MORE, "plain_view"), (MORE, 'text="view"'),
              "notifications", '''
def plain_view(request: HttpRequest) -> HttpResponse:
    Notification.objects.filter(user__username="bo").update(text="view")
    return HttpResponse("ok")
''', 'visitor.get("/more/plain/")',
              (URLS, _ROUTES, _ROUTES + '''
    path("more/plain/", more.plain_view),
    path("more/class/", more.ClassView.as_view()),
    path("more/async/", more.async_view),''')),
    elsewhere("store.mizan.more.ClassView", (MORE, "ClassView"), (MORE, 'text="class"'),
              "notifications", '''
class ClassView(View):
    def post(self, request: HttpRequest) -> HttpResponse:
        Notification.objects.filter(user__username="bo").update(text="class")
        return HttpResponse("ok")
''', 'visitor.post("/more/class/")'),
    elsewhere("store.mizan.more.async_view", (MORE, "async_view"), (MORE, 'text="async"'),
              "notifications", '''
async def async_view(request: HttpRequest) -> HttpResponse:
    await Notification.objects.filter(user__username="bo").aupdate(text="async")
    return HttpResponse("ok")
''', 'visitor.get("/more/async/")'),
    elsewhere("store.mizan.more.service", (MORE, "service"), (MORE, 'text="service"'),
              "notifications", '''
def service() -> None:
    Notification.objects.filter(user__username="bo").update(text="service")
''', "more.service()"),
    Seed("an action of the admin",
         tuple(Expected("undeclared", "store.admin.ProductAdmin (admin:store_product_changelist)",
                        context, (ADMIN, "ProductAdmin"), ((ADMIN, "queryset.update(stock=0)"),))
               for context in ("product", "catalogue", "stock")),
         ((ADMIN, "    search_fields = (\"name\",)\n", '''    search_fields = ("name",)
    actions = ("sell_out",)

    def sell_out(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        queryset.update(stock=0)

'''),), "", '''mara.post("/admin/store/product/", {"action": "sell_out", "_selected_action": [kettle.pk]})'''),
    added("later", "notifications", '''
@client
def later(request: HttpRequest) -> None:
    def write() -> None:
        Notification.objects.filter(user__username="bo").update(text="later")
    transaction.on_commit(write)
''', 'text="later"', 'mara.call("later")'),
)  # fmt: skip

CLAIMS = (
    Seed("change_price claims too much",
         (Expected("unsupported", "change_price", "notifications", (OFFICE, "change_price")),),
         ((OFFICE, "@client(affects=_EVERYWHERE, permission=_MAY)\ndef change_price",
           "@client(affects=[*_EVERYWHERE, NotificationsContext], permission=_MAY)\ndef change_price"),
          (OFFICE, "    CatalogueContext,\n", "    CatalogueContext,\n    NotificationsContext,\n"))),
    Seed("mark_read claims too much",
         (Expected("unsupported", "mark_read", "office", (ACCOUNT, "mark_read")),),
         ((ACCOUNT, "@client(affects=NotificationsContext, login_required=True)\ndef mark_read",
           "@client(affects=[NotificationsContext, OfficeContext], login_required=True)\ndef mark_read"),)),
    Seed("the admin claims too much",
         (Expected("unsupported", _PRODUCT_ADMIN[0], "notifications", _PRODUCT_ADMIN[1]),),
         ((ADMIN, "CatalogueContext, StockContext)", 'CatalogueContext, StockContext, "notifications")'),)),
    Seed("a watch that nothing reads",
         (Expected("unsupported", "watch(Payment)", "notifications", (MORE, "watch(Payment,")),),
         (), "\nwatch(Payment, NotificationsContext)\n"),
    Seed("add_to_cart claims too much",
         (Expected("unsupported", "add_to_cart", "catalogue", (CART, "add_to_cart")),),
         ((CART, "@client(affects=CartContext, errors", '@client(affects=[CartContext, "catalogue"], errors'),)),
    Seed("customers are always stale as a whole",
         (Expected("broad", "", "customer", (ACCOUNT, "customer")),),
         ((ACCOUNT, "affects=[CustomerContext, OfficeContext]", "affects=[CustomerContext.by(), OfficeContext]"),)),
    Seed("receipts are always stale as a whole",
         (Expected("broad", "", "receipt", (MORE, "receipt")),),
         (), '''
@client(context="receipt")
def receipt(request: HttpRequest, payment_id: int) -> int:
    return Payment.objects.filter(pk=payment_id).count()


@client(affects="receipt")
def void(request: HttpRequest, event: str) -> None:
    Payment.objects.filter(event=event).delete()
''', 'visitor.read("receipt", payment_id=1)\n    mara.call("void", event="evt_1")'),
)  # fmt: skip

GROUPS = {
    "declarations": DECLARATIONS,
    "watches": WATCHES,
    "scopes": SCOPES,
    "orm": ORM,
    "raw": RAW,
    "places": PLACES,
    "claims": CLAIMS,
}

HEAD = '''"""What the seeds add."""

from celery import shared_task
from django.contrib.auth.models import Group, User
from django.db import connection, connections, transaction
from django.db.models import F
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views import View

from mizan.django import affecting, client, watch
from store.mizan.contexts import (
    CartContext,
    CatalogueContext,
    NotificationsContext,
    OfficeContext,
    OrdersContext,
    ProductContext,
    StockContext,
)
from store.models import Cart, Customer, Notification, Order, OrderLine, Payment, Product
'''
