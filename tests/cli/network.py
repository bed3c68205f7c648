"""A network between a worker and the server that a test can cut: a TCP proxy on a loopback port."""
import select
import socket
import threading


class Network:
    """Passes bytes between whoever connects to `port` and the server, until it is cut; for tests.

    While it is cut nothing arrives and nobody is told, as with a pulled cable: what was sent waits and arrives when
    it is mended, late. New connections wait likewise. `reset` ends the connections that there are.
    """

    def __init__(self, server_port):
        self.server_port = server_port
        self.whole = threading.Event()
        self.whole.set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lock, self.pairs, self.closed = threading.Lock(), [], False
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        self.whole.clear()

    def mend(self):
        self.whole.set()

    def reset(self):
        with self.lock:
            pairs, self.pairs = self.pairs, []
        for end in (end for pair in pairs for end in pair):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it has ended already

    def close(self):
        self.closed = True
        self.mend()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.reset()

    def _accept(self):
        while not self.closed:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        self.whole.wait()
        with client:
            try:
                server = socket.create_connection(("127.0.0.1", self.server_port))
            except OSError:
                return  # no server at present: the client sees its connection end
            with self.lock:
                self.pairs.append((client, server))
            with server:
                self._pass(client, server)

    def _pass(self, client, server):
        other = {client: server, server: client}
        while True:
            readable, _, _ = select.select([client, server], [], [])
            for end in readable:
                try:
                    data = end.recv(65536)
                    self.whole.wait()  # late, not lost
                    if not data:
                        return
                    other[end].sendall(data)
                except OSError:
                    return
