"""A small retailer's server: verifies every call with the package `standardwebhooks` and says how it went.

Reads the signing secret from standard input, prints its port, then one line a call: the id, or what was wrong.
"""

import http.server
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        try:
            self.server.webhook.verify(body, dict(self.headers))
        except WebhookVerificationError as fault:
            self.answer(401, f"wrong {fault}")
        else:
            self.answer(204, f"verified {self.headers['webhook-id']}")

    def answer(self, status, line):
        self.send_response(status)
        self.end_headers()
        print(line, flush=True)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_address[1], flush=True)
server.webhook = Webhook(sys.stdin.readline().strip())
server.serve_forever()
