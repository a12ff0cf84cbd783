"""A real hub: Flask-WebSub on the loopback, with celery working at once instead of in workers.

    python real_hub.py FILE PORT

FILE keeps the subscriptions, PORT may be 0; the first line of output is the address of the hub.
"""

from __future__ import annotations

import sys

from celery import Celery
from flask import Flask
from flask_websub.hub import Hub, SQLite3HubStorage
from werkzeug.serving import make_server


def main(file: str, port: str) -> None:
    """Serve until killed."""
    app = Flask(__name__)
    app.config["PUBLISH_SUPPORTED"] = True
    celery = Celery("hub", broker="memory://")
    celery.conf.task_always_eager = True
    hub = Hub(SQLite3HubStorage(file), celery, REQUEST_TIMEOUT=20, MAX_ATTEMPTS=0)
    app.register_blueprint(hub.build_blueprint(url_prefix="/hub"))
    server = make_server("127.0.0.1", int(port), app, threaded=True)
    print(f"http://127.0.0.1:{server.port}/hub", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
