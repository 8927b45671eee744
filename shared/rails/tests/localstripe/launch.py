"""Starts localstripe as a test wants it, with what localstripe 1.15.10 does not do.

1. It listens on loopback alone, on a free port. The port is the first line that it writes.
2. It keeps what it knows in memory. By itself it keeps it in one file for all who use the machine.
3. It lists the payments of one customer, as Stripe does. By itself it lists everybody's, and refuses to be asked so.
4. It ends when its standard input does: a test that is killed leaves nothing behind.
"""

import os
import socket
import sys
import threading

from aiohttp import web
from localstripe import resources, server


def forget(self):
    """Writes nothing to the disk."""


def of_customer(cls, url, customer=None, **others):
    """The payments of a customer, or of all."""
    everybody = resources.StripeObject._api_list_all.__func__
    payments = everybody(cls, url, **others)
    if customer is not None:
        payments._list = [one for one in payments._list if one.customer == customer]
    return payments


def end_with_input():
    """Ends the process as soon as nobody holds its input any more."""
    sys.stdin.buffer.read()
    os._exit(0)


resources.Store.dump_to_disk = forget
resources.PaymentIntent._api_list_all = classmethod(of_customer)
threading.Thread(target=end_with_input, daemon=True).start()
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
web.run_app(server.app, sock=listener, print=None)
