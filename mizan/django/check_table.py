"""What each system check finds and how to mend it, but for those of settings (`conf`).

Invariant: an id is public and never reused; each id that a check of Mizan has is here or in a
setting, and no other is.
"""

from __future__ import annotations

from dataclasses import dataclass

MIDDLEWARE = "mizan.django.middleware.MizanMiddleware"


@dataclass(frozen=True, slots=True)
class Known:
    """What a check finds, and what to do about it."""

    finds: str
    fix: str


_FIRST = f'Make "{MIDDLEWARE}" the first of MIDDLEWARE.'
_HOLD = "Make HOLD_TIMEOUT of MIZAN_CACHE longer than the time-out, or the time-out shorter."

KNOWN: dict[str, Known] = {
    "mizan.E001": Known(
        "A name of a function, context or parameter is none.",
        "Use lower-case letters, digits and _, beginning with a letter, in segments joined by dots "
        "(parameters: one segment), at most 64 characters.",
    ),
    "mizan.E002": Known(
        "A name is there twice.",
        "Rename one of the two.",
    ),
    "mizan.E003": Known(
        "context= stands together with affects= or with private=True.",
        "Leave one of them out: a function reads for a context, or changes something, or is run by "
        "routes only.",
    ),
    "mizan.E004": Known(
        "affects= names what is not declared.",
        "Declare the context or the function, in a module that MIZAN_MODULE names, or mend the "
        "name.",
    ),
    "mizan.E005": Known(
        "One parameter has two types in one context.",
        "Give it the same type hint in each function of the context, or rename one.",
    ),
    "mizan.E006": Known(
        "A default is not of its parameter's type, there are two defaults, or a nullable parameter "
        "has another default than None.",
        "Make the default fit the hint, the same in each function of the context.",
    ),
    "mizan.E007": Known(
        'Choices have one text for two values, such as Literal[1, "1"].',
        "Leave one of the two out: in a URL they are the same.",
    ),
    "mizan.E008": Known(
        "More than three parameters scope a context without scope_by, or one of them cannot.",
        "Name at most three by scope_by of the context, each bound or required by every function.",
    ),
    "mizan.E009": Known(
        "by() has a name that scopes nothing.",
        "Name scope parameters of the context, which the mutation takes or which are bound.",
    ),
    "mizan.E010": Known(
        "Django refuses a route, a function that returns data has one, a view function has none, "
        "or no request can reach it.",
        "Write routes as those of path(), one for each view function, with its arguments alone.",
    ),
    "mizan.E011": Known(
        "user_scoped=False stands on a context that differs between users: it binds a parameter, "
        "or a function of it is guarded.",
        "Leave it out.",
    ),
    "mizan.E012": Known(
        "A hint cannot be read, or is no type of parameters.",
        "Import what the hint names where it can be found at run time; docs/django.md lists the "
        "types.",
    ),
    "mizan.E013": Known(
        "An option of @client has a wrong value, or makes no sense there.",
        "Do what the message says of the option.",
    ),
    "mizan.E014": Known(
        "An error in errors= is no AppError, or has a wrong code or status.",
        "Derive it from AppError, with a code that begins with app. and a status from 400 to 599.",
    ),
    "mizan.E015": Known(
        "mizan.django.urls are not included.",
        'Add path("api/mizan/", include("mizan.django.urls")) to the root URLconf.',
    ),
    "mizan.E016": Known(
        "MizanMiddleware is missing: shared caches could store replies that set cookies.", _FIRST
    ),
    "mizan.E017": Known(
        "A path of watch leads nowhere.",
        "Write it as a lookup of the model's fields, such as order__customer_id.",
    ),
    "mizan.E216": Known(
        "No cache can be made of MIZAN_CACHE: an option that its class does not take.",
        "Leave out of OPTIONS what the message names.",
    ),
    "mizan.E309": Known(
        "No broker can be made of MIZAN_EVENTS: a URL that cannot be read.",
        "Mend BROKER, for example redis://127.0.0.1:6379/0.",
    ),
    "mizan.E406": Known(
        "A purger of MIZAN_EDGE cannot be made of what it is given.",
        "Give it the arguments of its class, and no others; docs/edge.md lists them.",
    ),
    "mizan.I001": Known(
        "Nothing ends a transaction of the database that idles for longer than a hold.",
        "Set idle_in_transaction_session_timeout of the database below HOLD_TIMEOUT, for "
        'example by OPTIONS = {"options": "-c idle_in_transaction_session_timeout=20s"}.',
    ),
    "mizan.I002": Known(
        "The settings name a WSGI application alone, under which events/ answers 501.",
        "Serve the site, or at least the URLs of Mizan, with an ASGI server such as uvicorn, and "
        "set ASGI_APPLICATION to the application that it serves; see docs/events.md.",
    ),
    "mizan.W001": Known(
        "A mutation is scoped by an argument that is no identifier by its name.",
        "Say affects=….by() if the mutation changes that argument's column, else name it in by().",
    ),
    "mizan.W003": Known("MizanMiddleware is not the first middleware.", _FIRST),
    "mizan.W004": Known(
        "A function has a route, and the routes of view functions are not included.",
        'Add path("", include("mizan.django.routes")) to the root URLconf.',
    ),
    "mizan.W005": Known(
        "A setting begins with MIZAN_ and does not exist: it is probably misspelt.",
        "Use a name that the hint lists.",
    ),
    "mizan.W006": Known(
        "Each worker has a cache of its own and does not hear of what others make stale.",
        'Set MIZAN_CACHE = {"BACKEND": "redis", "URL": "redis://…", "SECRET": "…"}, or {"BACKEND": '
        "None} for no cache. Where there is one process only, silence this.",
    ),
    "mizan.W007": Known("A time-out of the database is not shorter than HOLD_TIMEOUT.", _HOLD),
    "mizan.W008": Known(
        "AUTOCOMMIT is off: a read is in a transaction that nobody began, and may be older than "
        "the cache knows; what is stale may be kept.",
        'Leave AUTOCOMMIT of DATABASES["default"] on, and use transaction.atomic().',
    ),
    "mizan.W009": Known(
        "The table of the outbox, or a column of it, is missing. It is not said of a database "
        "where nothing was ever migrated.",
        "Run: manage.py migrate",
    ),
    "mizan.W010": Known(
        "Each worker has a broker of its own: pages do not hear of what others make stale.",
        'Set MIZAN_EVENTS = {"BROKER": "redis://…"}. Where there is one process only, silence '
        "this.",
    ),
}
