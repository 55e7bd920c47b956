"""Keeps the run of schemathesis from ending its own access: what it may do to anything, it may not do to itself."""

import os

import schemathesis

# The application that asks, and the key that signed its token: without either, each later answer would be 401.
OURS = os.environ.get("MUNIMENT_TEST_CLIENT"), os.environ.get("MUNIMENT_TEST_KEY")


@schemathesis.hook
def before_call(context, case, **kwargs):
    if case.method.upper() == "GET":
        return
    for name, value in list((case.path_parameters or {}).items()):
        if value in OURS:
            case.path_parameters[name] = f"{value[:4]}somebody-else"
