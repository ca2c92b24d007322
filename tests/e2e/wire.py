"""The wire between tablet and server, which a test can count, cut and repair: a relay of bytes."""

import socket
import threading
from contextlib import suppress

from tests.live import free_port


class Wire:
    """Listens on a port of its own and passes every byte on to the server, until it is cut."""

    def __init__(self, port: int, *, at: int = 0) -> None:
        self.port = at or free_port()
        self.sent = 0
        """Bytes that the tablet has put on the wire, headers too."""
        self._server = port
        self._cut_at: int | None = None
        self._whole = True
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Where the tablet finds the server."""
        return f"http://localhost:{self.port}"

    @property
    def is_whole(self) -> bool:
        """Whether bytes go through."""
        return self._whole

    def cut(self) -> None:
        """Break every connection and let none through."""
        self._whole = False
        with self._lock:
            for end in self._open:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def cut_after(self, sent: int) -> None:
        """Cut when the tablet has put this many more bytes on the wire."""
        self._cut_at = self.sent + sent

    def repair(self) -> None:
        """Let bytes through again."""
        self._cut_at = None
        self._whole = True

    def close(self) -> None:
        """Take the wire away."""
        self.cut()
        self._listener.shutdown(socket.SHUT_RDWR)  # or the thread that waits there keeps the port
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                tablet, _ = self._listener.accept()
            except OSError:
                return
            if not self._whole:
                tablet.close()
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self._server))
            except OSError:  # the server is stopped
                tablet.close()
                continue
            with self._lock:
                self._open |= {tablet, server}
            for source, sink in ((tablet, server), (server, tablet)):
                threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            up = source.getsockname()[1] == self.port
            while data := source.recv(65536):
                if up:
                    self.sent += len(data)
                    if self._cut_at is not None and self.sent >= self._cut_at:
                        self.cut()
                if not self._whole:
                    break
                sink.sendall(data)
        for end in (source, sink):
            with self._lock:
                self._open.discard(end)
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
                end.close()
